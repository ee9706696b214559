"""Fiches des publics (A), des CALEOL (C), de la trajectoire (F5), des soustraits (F6) et des glissements (E6)."""

from bilan.indicateurs import caleol, glissement, publics, soustraits, trajectoire
from bilan.indicateurs.indicateur import Indicateur

_LIEUX = ("region", "departement", "epci")
_BAILLEURS = ("region", "departement", "bailleur")
_LEC = "Loi Égalité et Citoyenneté 2017-86"
_ANNEE = "Année civile, par EPCI et département ; un EPCI à cheval réunit ses départements."
_BORNES = "Quand des ressources sont inconnues, « borne » encadre le taux : toutes hors du public, puis toutes dedans."

PUBLICS = (
    Indicateur(
        "A0",
        "Ressources non renseignées",
        f"Baux dont les ressources du ménage sont inconnues. {_ANNEE}",
        "Σ ressources inconnues / Σ baux",
        "%",
        "baisse_favorable",
        _LIEUX,
        _LEC,
        publics.ressources_inconnues,
    ),
    Indicateur(
        "A1",
        "Part du premier quartile hors QPV",
        "Baux hors quartier prioritaire aux ménages du premier quartile, ou relogés du renouvellement urbain. "
        f"{_BORNES} {_ANNEE}",
        "(Q1 + relogements) hors QPV / baux hors QPV",
        "%",
        "hausse_favorable",
        _LIEUX,
        _LEC,
        publics.premier_quartile_hors_qpv,
    ),
    Indicateur(
        "A1e",
        "Écart à la cible du premier quartile",
        "Part du premier quartile moins la cible (25 %, ou celle convenue localement), EPCI soumis seulement. "
        f"{_ANNEE}",
        "(Q1 − Σ cible × baux) / baux hors QPV",
        "points",
        "hausse_favorable",
        _LIEUX,
        _LEC,
        publics.ecart_a_la_cible,
    ),
    Indicateur(
        "A1s",
        "EPCI à la cible du premier quartile",
        f"EPCI soumis dont la part du premier quartile hors QPV atteint la cible ; chacun compte une fois. {_ANNEE}",
        "EPCI à la cible / EPCI soumis",
        "%",
        "hausse_favorable",
        ("region", "departement"),
        _LEC,
        publics.cible_atteinte,
    ),
    Indicateur(
        "A2",
        "Part des quartiles 2 à 4 en QPV",
        f"Baux en quartier prioritaire aux ménages des trois autres quartiles. {_BORNES} {_ANNEE}",
        "Q2–Q4 en QPV / baux en QPV",
        "%",
        "hausse_favorable",
        _LIEUX,
        _LEC,
        publics.quartiles_2_a_4_en_qpv,
    ),
    Indicateur(
        "A3",
        "Part des publics prioritaires",
        f"Attributions aux ménages prioritaires, DALO compris, par contingent ; la cible est 25 %. {_ANNEE}",
        "Σ prioritaires / Σ baux",
        "%",
        "hausse_favorable",
        _LIEUX,
        _LEC,
        publics.prioritaires,
    ),
    Indicateur(
        "A3d",
        "Part des ménages DALO",
        f"Attributions aux ménages reconnus au titre du DALO. {_ANNEE}",
        "Σ DALO / Σ baux",
        "%",
        "hausse_favorable",
        _LIEUX,
        _LEC,
        publics.dalo,
    ),
    Indicateur(
        "A4",
        "Part des ménages DALO logés en QPV",
        "Ménages DALO logés en quartier prioritaire. Le croisement est facultatif : à défaut, « borne » dit ce que les "
        f"totaux permettent d'affirmer. {_ANNEE}",
        "DALO en QPV / DALO",
        "%",
        "baisse_favorable",
        _LIEUX,
        "Circulaire du 18 décembre 2023",
        publics.dalo_en_qpv,
    ),
)

CALEOL = (
    Indicateur(
        "C1",
        "Occupations examinées",
        "Ménages dont l'occupation a été examinée, parmi ceux à examiner.",
        "Σ examinés / Σ à examiner",
        "%",
        "hausse_favorable",
        _BAILLEURS,
        "Loi ELAN 2018-1021, art. 109",
        caleol.examens,
    ),
    Indicateur(
        "C1r",
        "Relogements des ménages en logement inadapté",
        "Ménages relogés, parmi ceux repérés en sous-occupation, sur-occupation, handicap ou dépassement de plafond.",
        "Σ relogés / Σ inadaptés",
        "%",
        "hausse_favorable",
        _BAILLEURS,
        "Loi ELAN 2018-1021, art. 109",
        caleol.relogements,
    ),
)

FLUX = (
    Indicateur(
        "F5",
        "Trajectoire de l'année",
        "Attribués depuis le 1er janvier, rapportés à l'objectif de l'année ; « reference » donne le repère à la même "
        "date : k/4, et la saison de l'année précédente si elle est connue.",
        "Σ attribués à date / Σ objectif de l'année",
        "%",
        "cible",
        _BAILLEURS,
        "CCH R.441-5 ; décret 2020-145",
        trajectoire.trajectoire,
    ),
    Indicateur(
        "F6",
        "Taux de logements soustraits",
        "Logements soustraits rapportés aux libérés, par catégorie ; réalisés s'ils sont connus, sinon prévus.",
        "Σ soustraits / Σ libérés",
        "%",
        "neutre",
        _BAILLEURS,
        "Décret 2020-145",
        soustraits.taux_de_soustraits,
    ),
    Indicateur(
        "F6v",
        "Écart des soustraits à la prévision",
        "Réalisés moins prévus, des bailleurs qui ont donné les deux.",
        "(réalisés − prévus) / prévus",
        "%",
        "cible",
        _BAILLEURS,
        "Décret 2020-145",
        soustraits.ecart_a_la_prevision,
    ),
)

GLISSEMENTS = (
    Indicateur(
        "E6",
        "Glissement des calendriers",
        "Jours dont la date annoncée a reculé d'un arrêté au suivant ; la date réelle remplace l'annonce une fois "
        "l'étape franchie.",
        "date annoncée au dernier arrêté − au précédent",
        "jours",
        "baisse_favorable",
        _LIEUX,
        "COPIL régional du 8 février 2024",
        glissement.glissement_des_calendriers,
    ),
    Indicateur(
        "E6g",
        "Calendriers qui ont glissé",
        "EPCI dont la date annoncée a reculé, parmi ceux où deux dates se comparent.",
        "EPCI en recul / EPCI comparés",
        "%",
        "baisse_favorable",
        ("region", "departement"),
        "COPIL régional du 8 février 2024",
        glissement.part_des_calendriers_glisses,
    ),
)
