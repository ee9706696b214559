"""Suivi des commissions d'attribution : bailleur × département × période."""

from bilan.referentiel.nomenclatures import PERIODES_BILAN
from bilan.tables import briques
from bilan.tables.briques import CALEOL, COPIL, COTATION, Table, effectif, parmi
from bilan.tables.codes import OUI_NON
from bilan.tables.colonne import Fiche


class CaleolSuivi(Table):
    """Suivi des CALEOL

    Commissions d'attribution des logements et d'examen de l'occupation : décisions, et examen triennal de
    l'occupation en zone tendue. Les comptages sont ceux de la période seule.
    """

    annee = briques.annee()
    periode = parmi(Fiche("Période", "Trimestre seul, ou année entière", COPIL, cle=True), PERIODES_BILAN)
    bailleur_siren = briques.bailleur()
    bailleur_nom = briques.bailleur_nom()
    code_departement = briques.departement()
    nb_seances = effectif("Séances", "Séances tenues", CALEOL, "séances", nullable=True)
    nb_dossiers_examines = effectif("Dossiers examinés", "Candidatures examinées", CALEOL, "dossiers", nullable=True)
    nb_logements_attribues = effectif(
        "Logements attribués", "Logements, et non décisions par rang", CALEOL, nullable=True
    )
    nb_attributions_rang1 = effectif(
        "Attributions de rang 1", "Décisions de rang 1", CALEOL, "décisions", nullable=True
    )
    nb_refus_demandeur = effectif(
        "Refus du demandeur", "Offres refusées par le demandeur", CALEOL, "refus", nullable=True
    )
    nb_non_attribution = effectif(
        "Non-attributions", "Décisions de non-attribution", CALEOL, "décisions", nullable=True
    )
    nb_irrecevabilite = effectif("Irrecevabilités", "Décisions d'irrecevabilité", CALEOL, "décisions", nullable=True)
    nb_menages_eol_a_examiner = effectif(
        "Ménages à examiner", "Occupations à examiner dans la période", CALEOL, "ménages", nullable=True
    )
    nb_menages_eol_examines = effectif("Ménages examinés", "Occupations examinées", CALEOL, "ménages", nullable=True)
    nb_sous_occupation = effectif(
        "Sous-occupations", "Pièces supérieures de plus d'une au nombre de personnes", CALEOL, "ménages", nullable=True
    )
    nb_sur_occupation = effectif("Sur-occupations", "Logements trop petits", CALEOL, "ménages", nullable=True)
    nb_handicap_inadapte = effectif(
        "Inadaptés au handicap",
        "Logements inadaptés au handicap, ou qui n'en ont plus besoin",
        CALEOL,
        "ménages",
        nullable=True,
    )
    nb_depassement_plafond = effectif(
        "Dépassements de plafond", "Ressources au-dessus du plafond", CALEOL, "ménages", nullable=True
    )
    nb_avis_relogement = effectif(
        "Avis de relogement", "Avis favorables à une offre plus adaptée", CALEOL, "avis", nullable=True
    )
    nb_relogements_realises = effectif(
        "Relogements réalisés", "Ménages relogés après avis", CALEOL, "ménages", nullable=True
    )
    cotation_consultee = parmi(
        Fiche("Cotation consultée", "La note est lue pendant l'instruction", COTATION), OUI_NON, nullable=True
    )
    date_arrete = briques.date_arrete()
