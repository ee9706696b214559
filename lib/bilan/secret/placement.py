"""Les textes d'une image à leur place : ceux d'une même rangée se lisent ensemble, comme l'œil les lit.

Une image pose le nom d'une ligne à gauche et son nombre au bout de la barre, dans deux textes que rien ne lie.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

RANGEE = 5.0
"""Écart de hauteur, en pixels, sous lequel deux textes sont de la même rangée : une barre en fait vingt-quatre."""

_DEPLACEMENT = re.compile(r"translate\(\s*(-?[\d.]+)(?:[\s,]+(-?[\d.]+))?")
_TEXTE = "text"


@dataclass
class Placement:
    """Suit les balises d'une image, et garde chaque texte avec son abscisse et sa hauteur."""

    _places: list[tuple[str, float, float]] = field(default_factory=lambda: [("", 0.0, 0.0)])
    _textes: list[tuple[float, float, str]] = field(default_factory=list)

    def ouvrir(self, balise: str, attributs: Mapping[str, str]) -> None:
        """Entre dans un élément : ses déplacements valent pour tout ce qu'il contient."""
        _, x, y = self._places[-1]
        if balise == "svg":
            x, y = 0.0, 0.0
        for dx, dy in _DEPLACEMENT.findall(attributs.get("transform", "")):
            x, y = x + float(dx), y + float(dy or 0)
        if balise == _TEXTE:
            x, y = x + _longueur(attributs.get("x")), y + _longueur(attributs.get("y"))
            self._textes.append((y, x, ""))
        self._places.append((balise, x, y))

    def fermer(self, balise: str) -> None:
        """Sort de l'élément, et de ceux que rien n'a fermés."""
        rang = next((r for r in range(len(self._places) - 1, 0, -1) if self._places[r][0] == balise), None)
        if rang is not None:
            del self._places[rang:]

    def ecrire(self, texte: str) -> None:
        """Ajoute un texte à celui qui est ouvert ; hors d'un texte placé, rien."""
        if any(balise == _TEXTE for balise, _, _ in self._places) and self._textes:
            y, x, deja = self._textes[-1]
            self._textes[-1] = (y, x, f"{deja} {texte}".strip())

    def rangees(self) -> Iterator[str]:
        """Rend les rangées de deux textes ou plus, de haut en bas, chacune lue de gauche à droite."""
        rangee: list[tuple[float, str]] = []
        hauteur = 0.0
        for y, x, texte in sorted({t for t in self._textes if t[2]}):
            if rangee and y - hauteur > RANGEE:
                yield from _lire(rangee)
                rangee = []
            hauteur = y if not rangee else hauteur
            rangee.append((x, texte))
        yield from _lire(rangee)


def _lire(rangee: list[tuple[float, str]]) -> Iterator[str]:
    if len(rangee) > 1:
        yield " / ".join(texte for _, texte in sorted(rangee))


def _longueur(ecrite: str | None) -> float:
    lue = re.match(r"-?[\d.]+", ecrite or "")
    return float(lue[0]) if lue else 0.0
