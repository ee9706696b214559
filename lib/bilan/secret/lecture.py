"""Ce que dit un fichier fini, quel que soit son genre : ses phrases et ses tables."""

import re
from dataclasses import dataclass, field

IDENTIFIANT = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)+$")
"""Forme d'un identifiant de figure, qui nomme aussi ses fichiers."""

ATTRIBUTS_LUS = ("aria-label", "aria-description", "title", "alt", "content", "summary", "name", "descr", "value")
"""Attributs dont le texte se lit, dans une page comme dans un fichier bureautique."""


@dataclass(frozen=True)
class Table:
    """Table lue : l'identifiant de la figure (vide s'il n'est pas écrit), ses titres de colonnes et ses lignes."""

    figure: str
    entetes: tuple[str, ...]
    lignes: tuple[tuple[str, ...], ...]


@dataclass
class Lecture:
    """Tout ce qu'un fichier laisse lire ; `code` sont des textes entiers de scripts, où il n'y a pas de phrases."""

    phrases: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def ajouter_table(self, figure: str, rangees: list[list[str]]) -> None:
        """Ajoute une table dont la première rangée est celle des titres ; ses cellules comptent aussi comme phrases."""
        if rangees:
            self.tables.append(Table(figure, tuple(rangees[0]), tuple(tuple(r) for r in rangees[1:])))
            self.phrases += [cellule for rangee in rangees for cellule in rangee if cellule]

    def joindre(self, autre: "Lecture") -> None:
        """Ajoute tout ce que dit un fichier incorporé."""
        self.phrases += autre.phrases
        self.tables += autre.tables
        self.code += autre.code


def en_texte(valeur: object) -> str:
    """Rend l'écriture d'une cellule lue, vide si elle manque."""
    return "" if valeur is None else str(valeur)
