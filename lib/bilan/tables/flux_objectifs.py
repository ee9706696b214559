"""Objectifs du flux : bailleur × réservataire × périmètre de la convention × année."""

import dataframely as dy
import polars as pl

from bilan.referentiel.nomenclatures import RESERVATAIRES, TYPES_PERIMETRE
from bilan.tables import briques
from bilan.tables.briques import CONVENTION, RESERVATIONS, Table, parmi
from bilan.tables.colonne import Fiche, colonne


class FluxObjectifs(Table):
    """Objectifs du flux

    Ce que chaque convention promet pour l'année : un taux de l'assiette, ou un nombre de droits (ALS). Le taux
    est révisable par avenant : chaque ligne a sa date d'effet.
    """

    annee = briques.annee()
    bailleur_siren = briques.bailleur()
    reservataire_categorie = parmi(
        Fiche("Réservataire", "Catégorie du réservataire", RESERVATIONS, cle=True), RESERVATAIRES
    )
    reservataire_id = briques.reservataire_id()
    perimetre_type = parmi(
        Fiche(
            "Type de périmètre", "Département, ou territoire de la collectivité réservataire", RESERVATIONS, cle=True
        ),
        TYPES_PERIMETRE,
    )
    perimetre_code = colonne(
        dy.String,
        Fiche("Périmètre", "Code du département, de l'EPCI ou de la commune", RESERVATIONS, exemple="06", cle=True),
        regex=r"^[0-9AB]{2,9}$",
    )
    code_departement = briques.departement(cle=False)
    taux_pct = colonne(
        dy.Float64,
        Fiche("Taux du flux", "Part de l'assiette due au réservataire", RESERVATIONS, unite="%", exemple="30"),
        nullable=True,
        min=0,
        max=100,
    )
    nb_droits = colonne(
        dy.Int64,
        Fiche(
            "Nombre de droits", "Désignations dues dans l'année (droits uniques d'ALS)", CONVENTION, unite="logements"
        ),
        nullable=True,
        min=0,
    )
    assiette_prev = colonne(
        dy.Float64,
        Fiche(
            "Assiette prévisionnelle",
            "Logements libérés attendus, moins les logements soustraits",
            "Décret 2020-145",
            unite="logements",
        ),
        nullable=True,
        min=0,
    )
    objectif_prev = colonne(
        dy.Float64,
        Fiche(
            "Objectif prévisionnel",
            "Taux × assiette prévisionnelle, avec ses décimales",
            "Décret 2020-145",
            unite="logements",
        ),
        nullable=True,
        min=0,
    )
    date_effet = colonne(
        dy.Date, Fiche("Date d'effet", "Premier jour où le taux s'applique", CONVENTION, exemple="2024-01-01", cle=True)
    )
    date_fin = briques.jour("Date de fin", "Dernier jour où le taux s'applique ; vide s'il court encore", CONVENTION)
    avenant_num = briques.effectif(
        "Avenant", "Numéro de l'avenant ; vide ou 0 pour la convention d'origine", CONVENTION, unite="", nullable=True
    )
    date_arrete = briques.date_arrete()

    @dy.rule()
    def taux_ou_droits(cls) -> pl.Expr:
        """L'objectif est un taux ou un nombre de droits, jamais les deux ni aucun."""
        return pl.col("taux_pct").is_not_null() != pl.col("nb_droits").is_not_null()

    @dy.rule()
    def fin_apres_effet(cls) -> pl.Expr:
        """Un taux ne finit pas avant de commencer."""
        return pl.col("date_fin").is_null() | (pl.col("date_fin") >= pl.col("date_effet"))
