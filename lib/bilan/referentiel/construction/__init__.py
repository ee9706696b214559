"""Refaire le référentiel géographique à partir des paquets publics, à l'octet des contenus près."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import polars as pl

from bilan.francais import compter, nombre
from bilan.referentiel.construction import appartenances
from bilan.referentiel.construction.fonds import PROJECTIONS, Pavage, lire_contours, paver
from bilan.referentiel.construction.paquets import Sources, reunir

FICHIERS_CONSTRUITS: tuple[str, ...] = (
    "communes.parquet", "communes_anciennes.csv", "departements.csv", "epci.csv", "regions.csv",
    *(f"fonds/{nom}.parquet" for nom in PROJECTIONS), "fonds/raccommodages.csv",
)
"""Ce que `construire` écrit ; les autres fichiers du référentiel se règlent à la main et n'y sont pas touchés."""

_COMPRESSION = 19

Dire = Callable[[str], None]


def construire(destination: Path, telechargements: Path | None = None, dire: Dire = lambda _: None) -> tuple[Path, ...]:
    """Refait les fichiers construits du référentiel dans `destination` et rend leurs chemins.

    Les archives sont demandées aux clients `pip` et `npm`, sauf celles que `telechargements` contient
    déjà, et leur empreinte est vérifiée. Tout est écrit à part puis mis en place d'un coup. Lève
    `RegistreInjoignable` si un registre ne répond pas, `DonneesRefusees` si une archive ou le pavage
    obtenu ne sont pas ceux que l'on attend ; rien n'est alors écrit.
    """
    destination.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination, prefix=".construction-") as atelier:
        chantier = Path(atelier) / "neuf"
        (chantier / "fonds").mkdir(parents=True)
        sources = reunir(telechargements or Path(atelier) / "archives")
        dire("Archives réunies, empreintes vérifiées.")
        communes = _ecrire_tables(sources, chantier, dire)
        _ecrire_fonds(sources, communes, chantier, dire)
        (destination / "fonds").mkdir(exist_ok=True)
        for nom in FICHIERS_CONSTRUITS:
            (chantier / nom).replace(destination / nom)
    return tuple(destination / nom for nom in FICHIERS_CONSTRUITS)


def _ecrire_tables(sources: Sources, chantier: Path, dire: Dire) -> pl.DataFrame:
    """Écrit les tables et rend les communes du dernier millésime, avec leur fonds."""
    communes = appartenances.communes(sources)
    regions = appartenances.regions(sources)
    communes.write_parquet(chantier / "communes.parquet", compression="zstd", compression_level=_COMPRESSION)
    tables = {
        "communes_anciennes": appartenances.communes_anciennes(sources),
        "departements": appartenances.departements(sources),
        "epci": appartenances.epci(sources),
        "regions": regions,
    }
    for nom, table in tables.items():
        table.write_csv(chantier / f"{nom}.csv", separator=";")
    dernier = sources.millesimes[-1]
    actuelles = communes.filter(pl.col("jusqua") == dernier).join(regions, on="code_region")
    dire(f"{compter(actuelles.height, 'commune')} et {compter(actuelles['epci_siren'].n_unique() - 1, 'EPCI', 'EPCI')} "
         f"au millésime {dernier}.")
    return actuelles


def _ecrire_fonds(sources: Sources, communes: pl.DataFrame, chantier: Path, dire: Dire) -> None:
    contours = lire_contours(sources, pl.read_csv(chantier / "communes_anciennes.csv", separator=";",
                                                  infer_schema=False))
    pavages = [paver(nom, contours, communes.filter(pl.col("fonds") == nom)) for nom in PROJECTIONS]
    for pavage in pavages:
        _ecrire_geoparquet(pavage.morceaux, chantier / "fonds" / f"{pavage.nom}.parquet")
    raccommodages = _raccommodages(pavages, communes)
    raccommodages.write_csv(chantier / "fonds" / "raccommodages.csv", separator=";")
    surface = float(raccommodages["surface_km2"].sum())
    dire(f"{compter(raccommodages.height, 'vide comblé', 'vides comblés')} dans les contours, {nombre(surface)} km².")


def _ecrire_geoparquet(couche: gpd.GeoDataFrame, chemin: Path) -> None:
    couche.to_parquet(chemin, index=False, compression="zstd", compression_level=_COMPRESSION)


def _raccommodages(pavages: list[Pavage], communes: pl.DataFrame) -> pl.DataFrame:
    """Rend une ligne par vide comblé : fonds, commune qui le reçoit, surface, motif."""
    lignes = pl.DataFrame(
        [(p.nom, r.code_commune, round(r.surface_km2, 3), r.motif) for p in pavages for r in p.reprises],
        schema=["fonds", "code_commune", "surface_km2", "motif"], orient="row",
    )
    return (
        lignes.join(communes.select("code_commune", "commune", "epci_siren"), on="code_commune", how="left")
        .select("fonds", "code_commune", "commune", "epci_siren", "surface_km2", "motif")
        .sort("fonds", "code_commune", "surface_km2")
    )
