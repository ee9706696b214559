"""Listes fermées propres à la forme des tables ; celles du domaine sont dans `referentiel.nomenclatures`."""

from bilan.referentiel.nomenclatures import TYPES_GESTION_AIDES

OUI_NON = {"O": "oui", "N": "non"}

TYPES_GESTION = TYPES_GESTION_AIDES | {"REGION": "Ensemble de la région"}

NIVEAUX_PARC = {
    "france_metro": "France métropolitaine",
    "region": "Région",
    "departement": "Département",
    "epci": "EPCI",
    "bailleur_commune": "Parc d'un bailleur dans une commune",
}

ETATS_POINT = {"VALIDE": "Validé", "EN_COURS": "En cours", "FAIT": "Fait", "ABANDONNE": "Abandonné"}

CATEGORIES_COPIL = {
    "ENSEMBLE": "Ensemble des participants",
    "BAILLEUR": "Bailleurs",
    "EPCI": "EPCI",
    "DEPARTEMENT": "Conseils départementaux",
    "COMMUNE": "Communes",
    "AGENCE_URBANISME": "Agences d'urbanisme",
    "ETAT": "Services de l'État",
    "PILOTAGE": "Pilotage (SGAR, DREAL, AR Hlm, Action Logement Services, KPMG)",
    "AUTRE": "Autre structure",
}

CAUSES_DE_CHANGEMENT: dict[str, str] = {
    "fait": "Fait nouveau",
    "correction": "Correction",
    "regle": "Règle",
    "geographie": "Géographie",
    "code": "Code",
}
"""Pourquoi une édition n'est plus la même."""

GENRES_DE_CHANGEMENT: dict[str, str] = {
    "statut": "Statuts d'EPCI",
    "convention": "Conventions signées ou retirées",
    "valeur": "Valeurs révisées",
    "livraison": "Fichiers livrés",
    "perimetre": "Périmètres",
}
"""Ce qui change d'une édition à l'autre, dans l'ordre où on le lit."""
