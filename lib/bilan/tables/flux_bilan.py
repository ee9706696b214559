"""Bilan des logements proposés et attribués : bailleur × réservataire × commune × période × axes légaux."""

import dataframely as dy

from bilan.referentiel.nomenclatures import (
    FINANCEMENTS,
    MODES_CUMUL,
    MODES_GESTION,
    PERIODES_BILAN,
    PERIODES_CONSTRUCTION,
    QPV,
    RESERVATAIRES,
    TYPES_OFFRE,
    TYPOLOGIES,
)
from bilan.tables import briques
from bilan.tables.briques import BILAN_ANNUEL, CONVENTION, COPIL, RESERVATIONS, Table, effectif, parmi
from bilan.tables.colonne import Fiche, colonne


class FluxBilan(Table):
    """Bilan du flux

    Ce que le bailleur rend à chaque réservataire avant le 28 février (CCH R.441-5-1), et chaque trimestre
    en Provence-Alpes-Côte d'Azur. Compté en logements : jamais en décisions ni en rangs.
    """

    annee = briques.annee()
    periode = parmi(Fiche("Période", "Trimestre ou année entière", COPIL, cle=True), PERIODES_BILAN)
    mode_cumul = parmi(
        Fiche("Mode de cumul", "Trimestre seul, ou cumul depuis le 1er janvier", CONVENTION, cle=True), MODES_CUMUL
    )
    bailleur_siren = briques.bailleur()
    bailleur_nom = briques.bailleur_nom()
    reservataire_categorie = parmi(
        Fiche("Réservataire", "Catégorie du réservataire", RESERVATIONS, cle=True), RESERVATAIRES
    )
    reservataire_id = briques.reservataire_id()
    reservataire_nom = briques.reservataire_nom()
    code_departement = briques.departement()
    code_commune = briques.commune()
    typologie = parmi(Fiche("Typologie", "Nombre de pièces du logement", BILAN_ANNUEL, cle=True), TYPOLOGIES)
    financement = parmi(Fiche("Financement", "Type de financement", BILAN_ANNUEL, cle=True), FINANCEMENTS)
    qpv = parmi(Fiche("Quartier prioritaire", "En ou hors quartier prioritaire", BILAN_ANNUEL, cle=True), QPV)
    qpv_code = colonne(
        dy.String,
        Fiche("Code du quartier", "Code du quartier prioritaire", CONVENTION, exemple="QN00401M", cle=True),
        regex=r"^Q[NP]\d{5}[0-9A-Z]$",
        nullable=True,
    )
    qpv_millesime = colonne(
        dy.Int64,
        Fiche("Millésime du quartier", "Liste de 2015, ou de 2024 (décret 2023-1314)", "Décret 2023-1314"),
        nullable=True,
        is_in=[2015, 2024],
    )
    periode_construction = parmi(
        Fiche("Période de construction", "Classe d'année de construction ; bornes régionales", BILAN_ANNUEL, cle=True),
        PERIODES_CONSTRUCTION,
    )
    type_offre = parmi(
        Fiche("Type d'offre", "Relocation, ou première mise en location", CONVENTION, cle=True), TYPES_OFFRE
    )
    mode_gestion = parmi(
        Fiche("Mode de gestion", "Directe, déléguée ou mixte", CONVENTION, cle=True), MODES_GESTION, nullable=True
    )
    logements_liberes = effectif(
        "Logements libérés", "Logements devenus disponibles à la location", CONVENTION, nullable=True
    )
    logements_proposes = effectif("Logements proposés", "Logements proposés au réservataire", BILAN_ANNUEL)
    logements_attribues = effectif(
        "Logements attribués", "Logements attribués au premier rang : un logement compte une fois", BILAN_ANNUEL
    )
    baux_signes = effectif(
        "Baux signés", "Attributions suivies d'un bail", "Arrêté du 19 octobre 2017 (CUS)", unite="baux", nullable=True
    )
    propositions_sans_candidat = effectif(
        "Propositions sans candidat", "Logements rendus au bailleur faute de candidat", CONVENTION, nullable=True
    )
    date_arrete = briques.date_arrete()
