"""Agréments de logements sociaux : territoire de gestion × année × produit × arrêté."""

import dataframely as dy

from bilan.referentiel.nomenclatures import PRODUITS_AGREMENT
from bilan.tables import briques
from bilan.tables.briques import CONVENTION, Table, effectif, parmi
from bilan.tables.codes import TYPES_GESTION
from bilan.tables.colonne import Fiche, colonne


class Agrements(Table):
    """Agréments

    Logements agréés et objectifs. La géographie est celle de la gestion des aides à la pierre, pas celle des EPCI ;
    la saison est forte : on ne compare qu'à la même date.
    """

    annee = briques.annee()
    territoire_gestion_code = colonne(
        dy.String,
        Fiche(
            "Territoire de gestion",
            "SIREN du délégataire, code du département ou de la région",
            CONVENTION,
            exemple="200054807",
            cle=True,
        ),
        regex=r"^[0-9AB]{2,9}$",
    )
    territoire_gestion_nom = briques.libre("Nom du territoire", "Nom tel que publié")
    type_gestion = parmi(
        Fiche("Type de gestion", "Qui gère les aides à la pierre", CONVENTION, cle=True), TYPES_GESTION
    )
    produit = parmi(Fiche("Produit", "Financement agréé", CONVENTION, cle=True), PRODUITS_AGREMENT)
    nb_agrees = effectif("Logements agréés", "Depuis le 1er janvier, à la date d'arrêté", CONVENTION, nullable=True)
    objectif = effectif("Objectif", "Objectif de l'année", CONVENTION, nullable=True)
    dont_residences = effectif("Dont résidences", "Part en résidences et foyers", CONVENTION, nullable=True)
    source = briques.source()
    date_arrete = briques.date_arrete(cle=True)
