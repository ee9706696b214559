"""Les fonds de carte d'une région : EPCI, départements et contour, tirés d'un même pavage et toujours d'accord."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bilan.erreurs import DonneesRefusees, valeur_inconnue
from bilan.referentiel.encarts import Encart, lire_encarts
from bilan.referentiel.etiquettes import calculer_etiquettes, lire_etiquettes
from bilan.referentiel.lignes import QUE_FAIRE, lignes_csv

ALLEGEMENT_M = 500
"""Finesse des fonds légers : un détail de moins de deux pixels sur une carte de mille pixels de large."""


@dataclass(frozen=True, eq=False)
class Fonds:
    """Fonds de carte d'une région, au millésime 2026, en Lambert-93 (projection légale locale outre-mer).

    Toutes les couches viennent du même pavage « EPCI × département » : les EPCI sont sans trou ni
    recouvrement, et les limites de département suivent exactement celles des EPCI. Les couches légères
    servent à la carte de la région, les fines aux encarts et aux cartes d'un seul territoire.
    """

    code_region: str
    dossier: Path
    pavage: gpd.GeoDataFrame

    @staticmethod
    def ouvrir(dossier: Path, region: str) -> "Fonds":
        """Rend les fonds de la région, lus dans le `dossier` du référentiel (gardés en mémoire).

        Lève `ErreurUsage` si la région est inconnue, `DonneesRefusees` si un fichier manque ou est abîmé.
        """
        return _ouvrir(Path(dossier), region)

    @cached_property
    def epci(self) -> gpd.GeoDataFrame:
        """EPCI coupés à la limite de la région, légers : epci_siren, geometry."""
        return _reunir(self._leger[self._leger["en_region"]], "epci_siren")

    @cached_property
    def epci_fins(self) -> gpd.GeoDataFrame:
        """EPCI coupés à la limite de la région, au plus fin du référentiel : epci_siren, geometry."""
        return _reunir(self.pavage[self.pavage["en_region"]], "epci_siren")

    @cached_property
    def departements_fins(self) -> gpd.GeoDataFrame:
        """Départements de la région, au plus fin du référentiel : code_departement, geometry."""
        return _reunir(self.pavage[self.pavage["en_region"]], "code_departement")

    @cached_property
    def epci_entiers(self) -> gpd.GeoDataFrame:
        """EPCI entiers, parties hors de la région comprises, légers : epci_siren, geometry."""
        return _reunir(self._leger, "epci_siren")

    @cached_property
    def departements(self) -> gpd.GeoDataFrame:
        """Départements de la région, légers : code_departement, geometry."""
        return _reunir(self._leger[self._leger["en_region"]], "code_departement")

    @cached_property
    def region(self) -> gpd.GeoDataFrame:
        """Contour de la région, léger : code_region, geometry, une seule ligne."""
        ici = self._leger[self._leger["en_region"]].assign(code_region=self.code_region)
        return _reunir(ici, "code_region")

    @cached_property
    def encarts(self) -> tuple[Encart, ...]:
        """Encarts de la région, où l'on agrandit ce qui est trop serré ; aucun si le fichier n'en donne pas."""
        return lire_encarts(self.dossier, self.code_region)

    @cached_property
    def etiquettes(self) -> pd.DataFrame:
        """Étiquettes : epci_siren, x, y, texte, ancre, encart, x_repere, y_repere.

        `encart` est vide pour une étiquette de la carte. Celles des territoires sans ligne dans le fichier
        sont calculées.
        """
        choisies = lire_etiquettes(self.dossier)
        d_ici = choisies[choisies["epci_siren"].isin(self.epci["epci_siren"])]
        sans = self.epci[~self.epci["epci_siren"].isin(d_ici["epci_siren"])]
        if sans.empty:
            return d_ici.reset_index(drop=True)
        calculees = calculer_etiquettes(sans, self.dossier)
        return calculees if d_ici.empty else pd.concat([d_ici, calculees], ignore_index=True)

    def dans(self, encart: Encart, couche: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
        """Rend une couche coupée au cadre de l'encart : les EPCI fins si l'on n'en donne pas d'autre."""
        choisie = self.epci_fins if couche is None else couche
        coupes = choisie.assign(geometry=choisie.geometry.clip_by_rect(*encart.cadre))
        return coupes[~coupes.geometry.is_empty].reset_index(drop=True)

    @cached_property
    def _leger(self) -> gpd.GeoDataFrame:
        """Pavage simplifié d'un seul tenant, pour que les voisins gardent leur limite commune."""
        simples = shapely.coverage_simplify(np.asarray(self.pavage.geometry), ALLEGEMENT_M)
        return self.pavage.assign(geometry=simples)


@lru_cache(maxsize=4)
def _ouvrir(dossier: Path, region: str) -> Fonds:
    regions = lignes_csv(dossier / "regions.csv", ("code_region", "fonds"))
    fonds = {ligne["code_region"]: ligne["fonds"] for ligne in regions}
    if region not in fonds:
        raise valeur_inconnue("la région", region, fonds)
    departements = frozenset(
        ligne["code_departement"]
        for ligne in lignes_csv(dossier / "departements.csv", ("code_departement", "code_region"))
        if ligne["code_region"] == region
    )
    morceaux = _lire(dossier / "fonds" / f"{fonds[region]}.parquet")
    ici = morceaux["code_departement"].isin(departements)
    touchent = morceaux.loc[ici, "epci_siren"].dropna()
    pavage = morceaux.assign(en_region=ici)[ici | morceaux["epci_siren"].isin(touchent)].reset_index(drop=True)
    return Fonds(region, dossier, pavage)


def _lire(chemin: Path) -> gpd.GeoDataFrame:
    if not chemin.is_file():
        raise DonneesRefusees(f"Le fichier « {chemin} » manque ; {QUE_FAIRE}.")
    try:
        return gpd.read_parquet(chemin)
    except (ValueError, OSError) as erreur:
        raise DonneesRefusees(f"Le fichier « {chemin} » ne peut pas être lu ({erreur}) ; {QUE_FAIRE}.") from erreur


def _reunir(pavage: gpd.GeoDataFrame, cle: str) -> gpd.GeoDataFrame:
    """Réunit les morceaux du pavage qui ont la même `cle` ; un morceau hors EPCI n'est d'aucun EPCI."""
    return pavage.dropna(subset=[cle])[[cle, "geometry"]].dissolve(cle, method="coverage", as_index=False)
