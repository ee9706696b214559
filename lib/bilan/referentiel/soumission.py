"""Les EPCI soumis à la réforme : une liste que l'on corrige à la main, et la règle dont elle est déduite."""

from datetime import date
from pathlib import Path

import polars as pl

from bilan.erreurs import DonneesRefusees
from bilan.referentiel.lecture import lire_csv
from bilan.referentiel.nomenclatures import FONDEMENTS_SOUMISSION
from bilan.referentiel.regles import Regles

FICHIER = "epci_soumis.csv"
COLONNES = ("epci_siren", "epci", "fondement", "infere", "base")


def lire_soumis(dossier: Path, sirens_connus: pl.Series) -> pl.DataFrame:
    """Rend la liste des EPCI soumis : epci_siren, epci, fondement, infere (« O » ou « N »), base.

    Le nom est là pour qui lit le fichier ; seul le SIREN compte. Lève `DonneesRefusees`, avec la ligne
    du fichier, pour un SIREN inconnu, répété, un fondement ou une marque `infere` qui n'existent pas.
    """
    chemin = dossier / FICHIER
    liste = lire_csv(chemin, COLONNES).with_row_index("ligne", offset=2)
    controles = (
        (~pl.col("epci_siren").is_in(sirens_connus.implode()), "epci_siren", "un SIREN d'EPCI du référentiel"),
        (~pl.col("epci_siren").is_first_distinct(), "epci_siren", "une seule ligne par EPCI"),
        (~pl.col("fondement").is_in(list(FONDEMENTS_SOUMISSION)), "fondement", " ou ".join(FONDEMENTS_SOUMISSION)),
        (~pl.col("infere").is_in(["O", "N"]), "infere", "O ou N"),
    )
    for faute, colonne, attendu in controles:
        for ligne, valeur in liste.filter(faute.fill_null(True)).select("ligne", colonne).iter_rows():
            raise DonneesRefusees(
                f"Le fichier « {chemin} », ligne {ligne}, colonne « {colonne} » : « {valeur} » est refusé ; "
                f"attendu : {attendu} ; corrigez la ligne."
            )
    return liste.drop("ligne")


def deduire_soumis(communes: pl.DataFrame, epci: pl.DataFrame, regles: Regles, jour: date) -> pl.Series:
    """Rend les SIREN des EPCI tenus d'avoir un PLH (domaine, § 3, d'après CCH, L. 302-1 IV).

    Métropoles, communautés urbaines et d'agglomération ; communautés de communes au-dessus des deux
    seuils de population que donnent les `regles` du `jour` (30 000 habitants, dont une commune de plus
    de 10 000). `communes` compte tous les membres des EPCI.
    """
    tailles = communes.group_by("epci_siren").agg(
        total=pl.col("population").sum(), plus_grande=pl.col("population").max()
    )
    grande_cc = (pl.col("total") > regles.valeur("seuil_plh_population_cc", jour)) & (
        pl.col("plus_grande") > regles.valeur("seuil_plh_commune_cc", jour)
    )
    return (
        epci.join(tailles, on="epci_siren")
        .filter((pl.col("epci_type") != "CC") | grande_cc)
        .get_column("epci_siren")
        .sort()
    )
