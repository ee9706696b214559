"""Nomenclatures : les codes permis et leurs libellés (domaine, § 1.3, 1.4 et 2.2).

Les listes de réservataires et de logements soustraits suivent les textes ; les classes de typologie,
de financement et de période de construction sont des conventions du projet, car la loi n'en fixe pas.
"""

NON_RENSEIGNE = "NR"
"""Code d'une modalité que l'émetteur n'a pas renseignée : ni zéro, ni absence de ligne."""

RESERVATAIRES: dict[str, str] = {
    "ETAT_PRIO": "État – publics prioritaires",
    "ETAT_FONC": "État – agents civils et militaires",
    "ALS": "Action Logement Services",
    "COMMUNE": "Commune",
    "EPCI": "EPCI",
    "DEPARTEMENT": "Département",
    "REGION": "Région",
    "AUTRE": "Autre réservataire",
    "BAILLEUR": "Bailleur (non réservé)",
}
"""Catégories de réservataires (CCH, R. 441-5) ; `BAILLEUR` est ce qui n'est réservé à personne."""

RESERVATAIRES_ETAT: tuple[str, ...] = ("ETAT_PRIO", "ETAT_FONC")
"""Catégories dont la somme est soumise au plafond de l'État."""

RESERVATAIRES_COLLECTIVITES: tuple[str, ...] = ("COMMUNE", "EPCI", "DEPARTEMENT", "REGION")
"""Catégories dont la somme est soumise au plafond des garanties d'emprunt."""

RESERVATAIRES_AVEC_CONVENTION: tuple[str, ...] = tuple(code for code in RESERVATAIRES if code != "BAILLEUR")
"""Catégories qui signent une convention : le bailleur n'en signe pas avec lui-même."""

TYPOLOGIES: dict[str, str] = {
    "T1": "T1",
    "T2": "T2",
    "T3": "T3",
    "T4": "T4",
    "T5": "T5",
    "T6+": "T6 et plus",
    NON_RENSEIGNE: "Non renseignée",
}
"""Typologies de logement ; « T1 bis » va avec T1, « T7 » avec T6 et plus."""

FINANCEMENTS: dict[str, str] = {
    "PLAI": "PLAI, y compris adapté",
    "PLUS": "PLUS",
    "PLS": "PLS",
    "PLI": "PLI",
    "ANCIEN": "Financements antérieurs (HLM/O, PLR, PSR, ILN, PLA…)",
    "AUTRE": "Autre financement",
    NON_RENSEIGNE: "Non renseigné",
}
"""Types de financement d'origine du logement."""

QPV: dict[str, str] = {
    "QPV": "En quartier prioritaire",
    "HORS_QPV": "Hors quartier prioritaire",
    NON_RENSEIGNE: "Non renseigné",
}
"""Situation du logement au regard des quartiers prioritaires de la politique de la ville."""

MILLESIMES_QPV: dict[str, str] = {
    "2015": "Liste de 2015, en vigueur jusqu'au 31 décembre 2023",
    "2024": "Liste de 2024, en vigueur depuis le 1er janvier 2024",
}
"""Listes de quartiers : une comparaison qui enjambe le 1er janvier 2024 change de liste."""

PERIODES_CONSTRUCTION: dict[str, str] = {
    "<1949": "Avant 1949",
    "1949-1974": "1949-1974",
    "1975-1989": "1975-1989",
    "1990-1999": "1990-1999",
    "2000-2009": "2000-2009",
    "2010-2019": "2010-2019",
    ">=2020": "2020 et après",
    NON_RENSEIGNE: "Non renseignée",
}
"""Périodes de construction ; la loi demande l'axe sans en fixer les classes."""

_FINS_DE_PERIODE = (
    (1948, "<1949"),
    (1974, "1949-1974"),
    (1989, "1975-1989"),
    (1999, "1990-1999"),
    (2009, "2000-2009"),
    (2019, "2010-2019"),
)


def periode_de_construction(annee: int | None) -> str:
    """Rend le code de la période où tombe l'année d'achèvement ; `NR` si elle manque."""
    if annee is None:
        return NON_RENSEIGNE
    return next((code for fin, code in _FINS_DE_PERIODE if annee <= fin), ">=2020")


TYPES_OFFRE: dict[str, str] = {
    "RELOCATION": "Relocation",
    "MISE_EN_SERVICE": "Première mise en location",
}
"""Origine de l'offre ; la première mise en location se compte hors flux."""

MODES_GESTION: dict[str, str] = {
    "DIRECTE": "Gestion directe",
    "DELEGUEE": "Gestion déléguée",
    "MIXTE": "Gestion mixte",
    NON_RENSEIGNE: "Non renseigné",
}
"""Qui désigne les candidats : le réservataire (directe) ou le bailleur parmi son public (déléguée)."""

MODES_CUMUL: dict[str, str] = {
    "TRIMESTRE": "Le trimestre seul",
    "CUMUL": "Cumul depuis le 1er janvier",
}
"""Ce que comptent les colonnes d'un bilan livré."""

PERIODES_BILAN: dict[str, str] = {
    "T1": "1er trimestre",
    "T2": "2e trimestre",
    "T3": "3e trimestre",
    "T4": "4e trimestre",
    "AN": "Année entière",
}
"""Périodes d'un bilan livré."""

TYPES_PERIMETRE: dict[str, str] = {"DEPARTEMENT": "Département", "EPCI": "EPCI", "COMMUNE": "Commune"}
"""Périmètre d'une convention : le département, ou le territoire de la collectivité qui réserve."""

TYPES_CONVENTION: dict[str, str] = {
    "FLUX": "Convention de réservation en flux",
    "CONVERSION_DROITS": "Conversion des droits de suite en droits uniques",
    "AVENANT": "Avenant",
}
"""Objet d'une convention ; un dossier Action Logement en compte deux."""

STATUTS_CONVENTION: dict[str, str] = {
    "NON_ENGAGEE": "Non engagée",
    "EN_NEGOCIATION": "En négociation",
    "TRANSMISE": "Transmise pour signature",
    "EN_SIGNATURE": "En cours de signature",
    "SIGNEE": "Signée",
    "REFUSEE": "Refusée",
    "SANS_OBJET": "Sans objet",
}
"""Avancement d'une convention, du premier pas à la signature."""

MOTIFS_NON_SIGNATURE: dict[str, str] = {
    "ATTENTE_ETAT_DES_LIEUX": "État des lieux attendu",
    "DESACCORD_TAUX": "Désaccord sur le taux",
    "ATTENTE_DELIBERATION": "Délibération attendue",
    "CIRCUIT_SIGNATURE": "Circuit de signature",
    "SI_BAILLEUR": "Système d'information du bailleur",
    "RETROCESSION_ALS": "Rétrocession à Action Logement",
    "AUTRE": "Autre motif",
}
"""Raison pour laquelle une convention attendue n'est pas signée."""

STATUTS_DOCUMENT: dict[str, str] = {
    "NON_ENGAGE": "Non engagé",
    "EN_COURS": "En cours",
    "AVIS_CIL": "Avis de la CIL rendu",
    "ADOPTE": "Adopté",
    "SIGNE": "Signé",
    "EXPIRE": "Expiré",
}
"""Avancement de la CIL, de la CIA ou du PPGDID."""

ETATS_COTATION: dict[str, str] = {
    "EFFECTIVE_OU_IMMINENTE": "Effective ou imminente",
    "PREVUE": "Prévue, à une date connue",
    "DELAI_PLUS_LONG": "Délai plus long",
}
"""Les trois groupes que publie la DREAL pour les EPCI soumis."""

FONDEMENTS_SOUMISSION: dict[str, str] = {
    "PLH": "EPCI tenu d'avoir un programme local de l'habitat",
    "QPV_COMPETENCE": "EPCI compétent en habitat avec au moins un quartier prioritaire",
}
"""Raison pour laquelle un EPCI est soumis à la réforme."""

OUTILS_COTATION: dict[str, str] = {
    "SNE": "Module de cotation du SNE",
    "FICHIER_PARTAGE": "Fichier partagé",
    "AUTRE": "Autre outil",
}
"""Outil où la grille de cotation est paramétrée."""

CATEGORIES_SOUSTRACTION: dict[str, str] = {
    "MUTATION": "Mutations internes",
    "RENOUV_URBAIN": "Relogements du renouvellement urbain",
    "LHI": "Relogements de la lutte contre l'habitat indigne",
    "ORCOD": "Requalification de copropriétés dégradées",
    "VENTE": "Logements destinés à la vente",
    "HORS_CHAMP": "Logements hors champ du flux",
}
"""Logements soustraits de l'assiette du flux (décret n° 2020-145 ; domaine, § 1.4)."""

PUBLICS_PRIORITAIRES: dict[str, str] = {
    "DALO": "Reconnu au titre du DALO",
    "HANDICAP": "Situation de handicap",
    "SORTANT_STRUCTURE": "Sortant de structure d'hébergement",
    "MAL_LOGE": "Mal logé",
    "HEBERGE_TEMPORAIRE": "Hébergé ou logé temporairement",
    "REPRISE_EMPLOI": "Reprise d'emploi après une longue période de chômage",
    "HABITAT_INDIGNE": "Habitat indigne",
    "VIOLENCES": "Victime de violences",
    "PROSTITUTION_TRAITE": "Victime de prostitution ou de traite",
    "SUROCC_MINEURS": "Suroccupation avec enfants mineurs",
    "SANS_LOGEMENT": "Sans logement",
    "EXPULSION": "Menacé d'expulsion",
    "ASE": "Sortant de l'aide sociale à l'enfance",
    "AUTRE": "Autre public prioritaire",
    NON_RENSEIGNE: "Non renseigné",
}
"""Publics prioritaires (CCH, L. 441-1) ; liste à relire dans le texte en vigueur."""

PRODUITS_AGREMENT: dict[str, str] = {"PLAI": "PLAI", "PLUS": "PLUS", "PLS": "PLS", "ENSEMBLE": "Ensemble"}
"""Produits que compte un agrément ; la DREAL ne compte ni PLI ni PSLA."""

TYPES_GESTION_AIDES: dict[str, str] = {"DELEGATAIRE": "EPCI délégataire", "DDT": "Direction départementale"}
"""Qui gère les aides à la pierre sur un territoire de gestion."""

TYPES_EPCI: dict[str, str] = {
    "METROPOLE": "Métropole",
    "CU": "Communauté urbaine",
    "CA": "Communauté d'agglomération",
    "CC": "Communauté de communes",
}
"""Catégories d'EPCI à fiscalité propre."""
