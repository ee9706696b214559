"""Les textes de remplacement : des faits tirés de la table, sans commentaire (RGAA 1.3 et 1.6)."""

import polars as pl

from bilan.figures.formes import Format
from bilan.figures.tableau import cellule
from bilan.francais import compter, enumerer

_MAXIMUM = 12


def decrire_lignes(donnees: pl.DataFrame, categories: str, valeurs: dict[str, Format]) -> str:
    """Rend « A : 12,0 % ; B : n.d. » : chaque ligne de la table avec ses `valeurs` (colonne → format).

    `categories` nomme la colonne qui identifie la ligne, ou plusieurs séparées par une virgule.
    """
    lues = [
        f"{', '.join(str(ligne[nom]) for nom in categories.split(','))} : "
        f"{', '.join(cellule(ligne[nom], f, ligne.get('absence')) for nom, f in valeurs.items())}"
        for ligne in donnees.head(_MAXIMUM).iter_rows(named=True)
    ]
    reste = donnees.height - len(lues)
    suite = f" ; et {compter(reste, 'autre ligne', 'autres lignes')} dans la table" if reste > 0 else ""
    return (" ; ".join(lues) + suite).removesuffix(".") + "."


def en_phrase(libelle: str) -> str:
    """Rend un libellé tel qu'il s'écrit au milieu d'une phrase : sa majuscule initiale tombe, pas celle d'un sigle."""
    return libelle if libelle[:2].isupper() or libelle.startswith("État") else libelle[:1].lower() + libelle[1:]


def decrire_carte(
    donnees: pl.DataFrame, classes: tuple[str, ...], absences: dict[str, str], quoi: str = "EPCI"
) -> str:
    """Rend le nombre de territoires de chaque classe d'une carte, puis de chaque absence ; `quoi` les nomme."""
    comptes = dict(donnees.group_by("classe").len().iter_rows())
    manques = dict(donnees.group_by("absence").len().iter_rows())
    presents = [f"{comptes[c]} « {c} »" for c in classes if comptes.get(c)]
    absents = [f"{manques[code]} {libelle}" for code, libelle in absences.items() if manques.get(code)]
    return f"Carte des {donnees.height} {quoi} : {enumerer(presents + absents)}."
