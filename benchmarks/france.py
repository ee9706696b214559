"""Une France fictive de la taille qu'on veut : son projet, ses livraisons de flux et le parc qui en découle."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from bilan.demonstration.volume import ecrire_volume
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.projet import Jeu, Projet

CARNET = "70_fiche_epci"
_JOUR = date(2025, 1, 31)


@dataclass(frozen=True)
class Taille:
    """Une taille d'essai : nombre d'EPCI, et facteur du volume (1 : une année régionale, 50 000 lignes)."""

    epci: int
    facteur: float

    @property
    def lignes(self) -> int:
        """Lignes de flux de cette taille."""
        return round(50_000 * self.facteur)


def monter(projet: Projet, taille: Taille, dossier: Path) -> None:
    """Écrit dans `dossier` un projet dont la région compte `taille.epci` EPCI, et son volume de flux."""
    shutil.copytree(projet.referentiel, dossier / "data" / "referentiel")
    shutil.copytree(projet.notebooks, dossier / "notebooks")
    shutil.copy(projet.racine / "requirements.lock", dossier)
    (dossier / "reports").mkdir()
    volume = ecrire_volume(projet, dossier / "volume", taille.epci, taille.facteur)
    _agrandir_la_region(dossier / "data" / "referentiel", pl.scan_parquet(volume), projet.collection.region)
    tete, *tables = (projet.racine / "collection.toml").read_text(encoding="utf-8").split("[[carnets]]\n")
    fiche = next(table for table in tables if f'nom = "{CARNET}"' in table)
    # Ni compte d'EPCI soumis, ni état antérieur à comparer : cette France n'en a pas.
    gardees = [ligne for ligne in tete.splitlines(True) if not ligne.startswith(("nombre_epci_soumis", "compare_au"))]
    (dossier / "collection.toml").write_text(f"{''.join(gardees)}[[carnets]]\n{fiche}", encoding="utf-8")


def _agrandir_la_region(referentiel: Path, flux: pl.LazyFrame, region: str) -> None:
    """Met dans la région les seules communes des EPCI du volume, et leurs départements."""
    communes = pl.read_parquet(referentiel / "communes.parquet")
    servies = flux.select("code_commune").unique().collect()["code_commune"].implode()
    sirens = communes.filter(pl.col("code_commune").is_in(servies))["epci_siren"].drop_nulls().unique().implode()
    ici = pl.col("epci_siren").is_in(sirens)
    ailleurs = pl.when(pl.col("code_region") == region).then(pl.lit("84")).otherwise("code_region")
    communes = communes.with_columns(code_region=pl.when(ici).then(pl.lit(region)).otherwise(ailleurs))
    communes.write_parquet(referentiel / "communes.parquet")
    departements = pl.read_csv(referentiel / "departements.csv", separator=";", infer_schema=False)
    touches = communes.filter(pl.col("code_region") == region)["code_departement"].unique().implode()
    departements.with_columns(
        code_region=pl.when(pl.col("code_departement").is_in(touches)).then(pl.lit(region)).otherwise("code_region")
    ).write_csv(referentiel / "departements.csv", separator=";")


def charger(projet: Projet) -> None:
    """Fait entrer le volume dans l'entrepôt, une livraison par lot, et le parc qui en découle."""
    entrepot = EntrepotTables(projet.entrepot, Jeu.DEMONSTRATION)
    lots = sorted((projet.racine / "volume").glob("*.parquet"))
    with entrepot.transaction() as transaction:
        for rang, lot in enumerate(lots):
            livraison = Livraison(f"Lot fictif {rang}", "2024", date(2024, 12, 31), _JOUR, lot.name, lot.stem)
            transaction.charger("flux_bilan", pl.read_parquet(lot), livraison)
        parc = Livraison("Parc fictif", "2024", date(2024, 1, 1), _JOUR, "parc", "parc")
        transaction.charger("parc_rpls", _parc(pl.scan_parquet(lots)), parc)


def _parc(flux: pl.LazyFrame) -> pl.DataFrame:
    """Rend le parc des bailleurs du volume : un seul lieu par bailleur et par département, pour rester léger."""
    from bilan.tables.parc_rpls import ParcRpls

    lieux = flux.group_by("bailleur_siren", "code_departement").agg(pl.col("code_commune").min())
    lieux = lieux.select("bailleur_siren", "code_commune").sort("bailleur_siren", "code_commune")
    connues = lieux.with_columns(
        annee=pl.lit(2024), niveau=pl.lit("bailleur_commune"), code=pl.col("code_commune"), nb_logements=pl.lit(400),
        source=pl.lit("Parc fictif du banc d'essai"), date_arrete=pl.lit(date(2024, 1, 1)),
    ).collect()  # fmt: skip
    absentes = [pl.lit(None).alias(nom) for nom in ParcRpls.column_names() if nom not in connues.columns]
    return ParcRpls.cast(connues.with_columns(absentes))
