"""Périmètres des conventions : un département, ou le territoire de la collectivité réservataire (domaine, § 1.2)."""

import polars as pl

from bilan.indicateurs.matiere import Matiere

PERIMETRE = ("perimetre_type", "perimetre_code")


def communes_des_perimetres(matiere: Matiere) -> pl.DataFrame:
    """Rend les communes de la région de chaque périmètre : perimetre_type, perimetre_code, code_commune."""
    communes = matiere.contexte.communes_region
    colonnes = {"DEPARTEMENT": "code_departement", "EPCI": "epci_siren", "COMMUNE": "code_commune"}
    return pl.concat(
        [
            communes.select(
                pl.lit(genre).alias("perimetre_type"), pl.col(colonne).alias("perimetre_code"), "code_commune"
            ).drop_nulls()
            for genre, colonne in colonnes.items()
        ]
    )


def lieux_des_perimetres(matiere: Matiere) -> pl.DataFrame:
    """Rend le département et l'EPCI de chaque périmètre : perimetre_type, perimetre_code, code_departement, epci_siren.

    Le périmètre d'un EPCI à cheval appartient au département principal de l'EPCI, et y compte une seule
    fois ; un périmètre de département n'appartient à aucun EPCI, puisqu'un EPCI n'a pas d'objectif.
    """
    contexte = matiere.contexte
    departements = contexte.departements.select(
        pl.lit("DEPARTEMENT").alias("perimetre_type"),
        pl.col("code_departement").alias("perimetre_code"),
        "code_departement",
        pl.lit(None, pl.String).alias("epci_siren"),
    )
    epci = contexte.epci.select(
        pl.lit("EPCI").alias("perimetre_type"),
        pl.col("epci_siren").alias("perimetre_code"),
        "code_departement",
        "epci_siren",
    )
    communes = contexte.communes_region.select(
        pl.lit("COMMUNE").alias("perimetre_type"),
        pl.col("code_commune").alias("perimetre_code"),
        "code_departement",
        "epci_siren",
    )
    return pl.concat([departements, epci, communes])
