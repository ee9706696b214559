"""Le dictionnaire des données, écrit d'après le catalogue : jamais à la main."""

import dataframely as dy

from bilan.tables.catalogue import CATALOGUE, description, titre
from bilan.tables.colonne import fiche_de
from bilan.tables.mesure import Mesure

_TYPES = {"String": "texte", "Int64": "entier", "Float64": "décimal", "Date": "date"}

_AVANT_PROPOS = """\
# Dictionnaire des données

Ce document est écrit par `bilan dictionnaire` d'après le catalogue des tables (`lib/bilan/tables/`) : on corrige le
catalogue, jamais ce fichier.

Les codes sont du texte : 04, 05 et 06 gardent leur zéro. Une case vide veut dire « non renseigné », jamais 0.
**Clé** : la colonne participe à l'identifiant de la ligne. **Oui** : la valeur est obligatoire.
"""


def rendre() -> str:
    """Rend le dictionnaire en Markdown : une section par table, une ligne par colonne."""
    sommaire = "\n".join(f"- [{titre(nom)}](#{nom}) : `{nom}`" for nom in CATALOGUE)
    tables = [_section(nom, titre(nom), description(nom), schema) for nom, schema in CATALOGUE.items()]
    mesures = _section(
        "mesure",
        "Mesure",
        "Ce que rend tout indicateur : une ligne par territoire, modalité et "
        "période, avec son numérateur et son dénominateur.",
        Mesure,
    )
    return "\n".join([_AVANT_PROPOS, sommaire, "- [Mesure](#mesure) : `mesures`", "", *tables, mesures])


def _section(nom: str, titre_table: str, texte: str, schema: type[dy.Schema]) -> str:
    lignes = [_ligne(colonne, col) for colonne, col in schema.columns().items()]
    listes = [_liste(colonne, col) for colonne, col in schema.columns().items() if fiche_de(col).valeurs]
    return "\n".join(
        [
            f'<a id="{nom}"></a>',
            "",
            f"## {titre_table}",
            "",
            texte,
            "",
            "| Colonne | Titre | Description | Type | Unité | Obligatoire | Source |",
            "|---|---|---|---|---|---|---|",
            *lignes,
            "",
            *listes,
        ]
    )


def _ligne(nom: str, col: dy.Column) -> str:
    fiche = fiche_de(col)
    obligatoire = "clé" if fiche.cle or col.primary_key else ("non" if col.nullable else "oui")
    genre = _TYPES[type(col).__name__]
    cases = [f"`{nom}`", fiche.titre, fiche.description, genre, fiche.unite, obligatoire, fiche.source]
    return "| " + " | ".join(case.replace("|", "\\|") for case in cases) + " |"


def _liste(nom: str, col: dy.Column) -> str:
    valeurs = " · ".join(f"`{code}` {libelle}" for code, libelle in (fiche_de(col).valeurs or {}).items())
    return f"Valeurs de `{nom}` : {valeurs}\n"
