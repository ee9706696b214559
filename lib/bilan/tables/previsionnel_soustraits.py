"""Logements soustraits du flux : prévision de l'année et réalisé de l'année précédente."""

import dataframely as dy

from bilan.referentiel.nomenclatures import CATEGORIES_SOUSTRACTION
from bilan.tables import briques
from bilan.tables.briques import BILAN_ANNUEL, CONVENTION, Table, effectif, parmi
from bilan.tables.colonne import Fiche, colonne


class PrevisionnelSoustraits(Table):
    """Logements soustraits

    Avant le 28 février, le bailleur dit combien de logements il compte soustraire du flux dans l'année, par
    catégorie d'opération, et ce qui a été attribué à ce titre l'année précédente.
    """

    annee = briques.annee()
    bailleur_siren = briques.bailleur()
    bailleur_nom = briques.bailleur_nom()
    code_departement = briques.departement()
    categorie_soustraction = parmi(
        Fiche("Catégorie", "Motif légal de soustraction", BILAN_ANNUEL, cle=True), CATEGORIES_SOUSTRACTION
    )
    nb_prev_annee_n = effectif("Prévision de l'année", "Logements que le bailleur compte soustraire", BILAN_ANNUEL)
    nb_realise_annee_n_1 = effectif(
        "Réalisé de l'année précédente", "Logements soustraits l'année précédente", BILAN_ANNUEL, nullable=True
    )
    nb_attributions_n_1 = effectif(
        "Attributions de l'année précédente",
        "Attributions faites au titre de ces relogements",
        BILAN_ANNUEL,
        nullable=True,
    )
    operation_libelle = colonne(
        dy.String, Fiche("Opération", "Nom de l'opération, s'il y en a un", CONVENTION, cle=True), nullable=True
    )
    code_commune = briques.commune(nullable=True)
    date_arrete = briques.date_arrete()
