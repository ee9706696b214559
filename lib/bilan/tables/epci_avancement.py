"""Avancement de chaque EPCI : CIL, document-cadre, CIA, PPGDID et cotation, à chaque arrêté."""

import dataframely as dy

from bilan.referentiel.nomenclatures import ETATS_COTATION, FONDEMENTS_SOUMISSION, OUTILS_COTATION, STATUTS_DOCUMENT
from bilan.tables import briques
from bilan.tables.briques import CONVENTION, COPIL, COTATION, EGALITE, PLAN_GESTION, Table, jour, parmi
from bilan.tables.codes import OUI_NON
from bilan.tables.colonne import Fiche, colonne


class EpciAvancement(Table):
    """Avancement des EPCI

    Une ligne par EPCI et par arrêté. Les arrêtés successifs sont tous gardés : le COPIL veut voir les calendriers
    glisser.
    """

    epci_siren = briques.epci()
    epci_nom = briques.libre("Nom de l'EPCI", "Nom tel que transmis ; le SIREN seul identifie")
    code_departement_pilote = colonne(
        dy.String,
        Fiche("Département pilote", "DDETS(PP) qui recueille le calendrier", COPIL, exemple="13"),
        regex=r"^(\d{2}|2A|2B|97\d)$",
    )
    soumis_reforme = parmi(Fiche("Soumis à la réforme", "L'EPCI doit une cotation", COTATION), OUI_NON)
    fondement = parmi(Fiche("Fondement", "Pourquoi l'EPCI est soumis", COTATION), FONDEMENTS_SOUMISSION, nullable=True)
    cil_statut = parmi(
        Fiche("CIL : statut", "Conférence intercommunale du logement", EGALITE), STATUTS_DOCUMENT, nullable=True
    )
    cil_date_installation = jour("CIL : installation", "Date d'installation de la conférence", EGALITE)
    cil_derniere_seance = jour("CIL : dernière séance", "Date de la dernière séance plénière", CONVENTION)
    document_cadre_date = jour("Document-cadre", "Date d'adoption du document-cadre d'orientations", EGALITE)
    cia_statut = parmi(
        Fiche("CIA : statut", "Convention intercommunale d'attribution", EGALITE), STATUTS_DOCUMENT, nullable=True
    )
    cia_date_signature = jour("CIA : signature", "Date de signature", EGALITE)
    cia_date_fin = jour("CIA : fin", "Dernier jour de validité (six ans)", EGALITE)
    ppgdid_statut = parmi(
        Fiche("PPGDID : statut", "Plan partenarial de gestion de la demande", PLAN_GESTION),
        STATUTS_DOCUMENT,
        nullable=True,
    )
    ppgdid_date_adoption = jour("PPGDID : adoption", "Date d'adoption", PLAN_GESTION)
    ppgdid_date_fin = jour("PPGDID : fin", "Dernier jour de validité (six ans)", PLAN_GESTION)
    cotation_grille_adoptee = parmi(
        Fiche("Grille adoptée", "La grille de cotation est délibérée", COTATION), OUI_NON, nullable=True
    )
    cotation_date_deliberation = jour("Cotation : délibération", "Date d'adoption de la grille", COTATION)
    cotation_outil = parmi(
        Fiche("Cotation : outil", "Où la grille est paramétrée", COTATION), OUTILS_COTATION, nullable=True
    )
    cotation_date_test = jour("Cotation : test", "Début du test", CONVENTION)
    cotation_date_mise_en_service = jour(
        "Cotation : mise en service",
        "Jour où les demandeurs voient leur note ; à distinguer de la grille adoptée",
        COTATION,
    )
    etat_cotation = parmi(
        Fiche("État de la cotation", "Groupe de suivi de la DREAL", COPIL), ETATS_COTATION, nullable=True
    )
    date_prevue_cil = jour("CIL : date prévue", "Installation prévue, telle qu'annoncée à cet arrêté", COPIL)
    date_prevue_cia = jour("CIA : date prévue", "Signature prévue, telle qu'annoncée à cet arrêté", COPIL)
    date_prevue_ppgdid = jour("PPGDID : date prévue", "Adoption prévue, telle qu'annoncée à cet arrêté", COPIL)
    date_prevue_cotation = jour(
        "Cotation : date prévue", "Mise en service prévue, telle qu'annoncée à cet arrêté", COPIL
    )
    motif_retard = briques.libre("Motif du retard", "Raison donnée, sans nom de personne", COPIL)
    plh_statut = parmi(
        Fiche("PLH : statut", "Programme local de l'habitat", "CCH L.302-1"), STATUTS_DOCUMENT, nullable=True
    )
    date_arrete = briques.date_arrete(cle=True)
