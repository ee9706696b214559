"""Les fonds de carte : des communes au pavage « EPCI × département », sans trou ni recouvrement."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import polars as pl
import shapely

from bilan.erreurs import DonneesRefusees
from bilan.referentiel.construction.paquets import Sources
from bilan.referentiel.construction.trous import Reprise, Voisinage, combler

PROJECTIONS = {"metropole": 2154, "antilles": 5490, "guyane": 2972, "reunion": 2975, "mayotte": 4471}
"""Projection légale de chaque fonds (codes EPSG) ; Lambert-93 pour la métropole."""

PAS_M = 10
"""Les coordonnées sont arrondies à ce pas : moins que l'épaisseur d'un trait, moitié moins d'octets."""

SIMPLIFICATION_M = 100
_ECART_COMBLE_M = 5.0
_ACCROCHAGE_M = 0.5


@dataclass(frozen=True)
class Pavage:
    """Fonds construit : ses morceaux « EPCI × département » et les trous qu'il a fallu combler."""

    nom: str
    morceaux: gpd.GeoDataFrame
    reprises: list[Reprise]


@dataclass(frozen=True)
class Contours:
    """Contours du paquet source : communes, déléguées qui reconstituent une commune sans contour, cantons."""

    communes: gpd.GeoDataFrame
    deleguees: gpd.GeoDataFrame
    cantons: gpd.GeoSeries
    absorbantes: frozenset[str]


def lire_contours(sources: Sources, anciennes: pl.DataFrame) -> Contours:
    """Rend les contours en longitude et latitude, et les communes qui en ont absorbé une sans contour."""
    brut = sources.contours("communes", ("id", "code", "type", "commune_parent_id", "geometry"))
    codes = dict(brut.select("id", "code").iter_rows())
    traces = brut.drop_nulls("geometry")
    sans_contour = set(brut.filter((pl.col("type") == "COM") & pl.col("geometry").is_null())["code"])
    geometries = gpd.GeoDataFrame(
        {
            "code_commune": traces["code"].to_list(),
            "type": traces["type"].to_list(),
            "parent": [codes.get(cle) for cle in traces["commune_parent_id"]],
        },
        geometry=_geometries(traces),
        crs=4326,
    )
    cantons = sources.contours("cantons", ("geometry",)).drop_nulls()
    orphelines = anciennes.filter(~pl.col("code_ancien").is_in(traces["code"].implode()))
    return Contours(
        communes=geometries[geometries["type"] == "COM"],
        deleguees=geometries[geometries["parent"].isin(sans_contour)],
        cantons=gpd.GeoSeries(_geometries(cantons), crs=4326),
        absorbantes=frozenset(orphelines["code_commune"]),
    )


def paver(nom: str, contours: Contours, communes: pl.DataFrame) -> Pavage:
    """Rend le pavage d'un fonds ; `communes` donne, au dernier millésime, EPCI et département de chacune.

    Lève `DonneesRefusees` si le pavage obtenu a un trou ou un recouvrement.
    """
    projection = PROJECTIONS[nom]
    epci = dict(communes.select("code_commune", "epci_siren").iter_rows())
    departement = dict(communes.select("code_commune", "code_departement").iter_rows())
    choisies = contours.communes[contours.communes["code_commune"].isin(departement)].to_crs(projection)
    deleguees = contours.deleguees[contours.deleguees["parent"].isin(departement)].to_crs(projection)
    codes = choisies["code_commune"].to_numpy()
    nettes = _nettoyer(np.asarray(choisies.geometry))
    reprises = combler(
        Voisinage(codes, nettes, epci, tuple(zip(deleguees.geometry, deleguees["parent"], strict=True)),
                  contours.absorbantes),
        _cantons_du_fonds(contours, choisies),
    )
    toutes = [*codes, *[reprise.code_commune for reprise in reprises]]
    pieces = gpd.GeoDataFrame(
        {"epci_siren": [epci[code] or "" for code in toutes],
         "code_departement": [departement[code] for code in toutes]},
        geometry=_nettoyer(np.array([*nettes, *[reprise.contour for reprise in reprises]])),
        crs=projection,
    )
    morceaux = pieces.dissolve(["epci_siren", "code_departement"], method="coverage", as_index=False)
    morceaux.geometry = _alleger(np.asarray(morceaux.geometry))
    if not (morceaux.is_valid.all() and shapely.coverage_is_valid(np.asarray(morceaux.geometry))):
        raise DonneesRefusees(
            f"Le fonds « {nom} » a un trou ou un recouvrement après simplification ; rien n'a été écrit : "
            "vérifiez la version des contours et le pas d'arrondi."
        )
    morceaux["epci_siren"] = morceaux["epci_siren"].replace("", None)
    return Pavage(nom, morceaux, reprises)


def _geometries(table: pl.DataFrame) -> np.ndarray:
    return np.asarray(shapely.from_wkb([bytes.fromhex(texte) for texte in table["geometry"]]))


def _cantons_du_fonds(contours: Contours, communes: gpd.GeoDataFrame) -> np.ndarray:
    """Rend, dans la projection du fonds, les cantons qui touchent l'emprise de ses communes."""
    emprise = shapely.box(*communes.to_crs(contours.cantons.crs).total_bounds)
    return np.asarray(contours.cantons[contours.cantons.intersects(emprise)].to_crs(communes.crs))


def _nettoyer(geometries: np.ndarray) -> np.ndarray:
    """Rend un pavage sans recouvrement, où les voisins partagent leurs sommets."""
    nettes: np.ndarray = shapely.coverage_clean(
        geometries, gap_width=_ECART_COMBLE_M, snapping_distance=_ACCROCHAGE_M
    )
    return nettes


def _alleger(geometries: np.ndarray) -> np.ndarray:
    """Simplifie le pavage d'un seul tenant, arrondit au pas, et met chaque contour dans un ordre fixe."""
    simples = shapely.coverage_simplify(geometries, SIMPLIFICATION_M)
    arrondies = shapely.transform(simples, lambda points: np.round(points / PAS_M) * PAS_M)
    allegees: np.ndarray = shapely.normalize(_sans_ilot_nul(shapely.remove_repeated_points(arrondies)))
    return allegees


def _sans_ilot_nul(geometries: np.ndarray) -> np.ndarray:
    """Ôte les îlots que l'arrondi a réduits à un trait."""
    morceaux, rangs = shapely.get_parts(geometries, return_index=True)
    garde = shapely.area(morceaux) > 0
    return np.asarray(shapely.multipolygons(morceaux[garde], indices=rangs[garde]))
