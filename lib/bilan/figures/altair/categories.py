"""Ce que partagent les formes à une ligne par catégorie : libellés repliés, hauteur des lignes, échelle."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.altair.toile import Couche, Texte, traits
from bilan.figures.theme import CORPS, INTERLIGNE

_PART_LIBELLES = 0.4
_ESPACE = 8


@dataclass(frozen=True, slots=True)
class Categories:
    """Les catégories d'une figure, posées : libellés repliés, largeur de leur colonne, bords des lignes.

    `bords` a une ordonnée de plus que de lignes, en pixels ; une ligne est plus haute quand son libellé
    se replie, et deux catégories homonymes gardent chacune la leur.
    """

    libelles: tuple[tuple[str, ...], ...]
    gauche: float
    bords: tuple[float, ...]

    @property
    def hauteur(self) -> float:
        """Hauteur du cadre, en pixels."""
        return self.bords[-1]

    def centre(self, rang: int) -> float:
        """Rend l'ordonnée du milieu de la ligne `rang`."""
        return (self.bords[rang] + self.bords[rang + 1]) / 2

    def bande(self, rang: int, epaisseur: float = 16) -> dict[str, float]:
        """Rend les bords y et y2 d'une barre centrée sur la ligne `rang`."""
        centre = self.centre(rang)
        return {"y": round(centre - epaisseur / 2, 1), "y2": round(centre + epaisseur / 2, 1)}

    def filets(self, cadre: float) -> Couche:
        """Rend les filets qui séparent les lignes."""
        return traits([(0, y, cadre, y) for y in self.bords[1:-1]], color="#EEEEEE")

    def textes(self) -> list[Texte]:
        """Rend les libellés, alignés à droite contre le cadre."""
        return [
            Texte(-_ESPACE, self.centre(rang), lignes, ancre="end", centre=True)
            for rang, lignes in enumerate(self.libelles)
        ]


def poser(noms: Sequence[Any], largeur: float, pas_minimal: float = 24) -> Categories:
    """Rend les catégories posées dans une image de cette largeur : leur colonne en prend au plus deux cinquièmes."""
    maximum = largeur * _PART_LIBELLES
    libelles = tuple(tuple(couper(str(nom), maximum)) for nom in noms)
    occupe = max((largeur_texte(ligne) for lignes in libelles for ligne in lignes), default=0)
    hauteurs = (max(pas_minimal, len(lignes) * CORPS * INTERLIGNE + 6) for lignes in libelles)
    return Categories(libelles, occupe + _ESPACE + 2, tuple(accumulate(hauteurs, initial=0.0)))


def bornes(valeurs: Sequence[float], pourcentage: bool) -> tuple[float, float]:
    """Rend le domaine d'une échelle qui part de zéro ; des parts qui dépassent la moitié se lisent sur 100."""
    bas, haut = min(0.0, *valeurs, 0.0), max(0.0, *valeurs, 0.0)
    if pourcentage and 50 < haut <= 100 and bas == 0:
        haut = 100.0
    return (bas, haut) if haut > bas else (0.0, 1.0)


def bornes_etiquetees(domaine: tuple[float, float], barres: Sequence[tuple[float, str]], largeur: float) -> list[float]:
    """Élargit le domaine jusqu'à ce que l'étiquette au bout de chaque barre tienne dans le cadre.

    `barres` donne (valeur, étiquette), `largeur` celle du cadre en pixels.
    """
    bas, haut = domaine
    for _ in range(4):
        etendue = haut - bas
        for valeur, etiquette in barres:
            place = (largeur_texte(etiquette, gras=True) + 10) / largeur * etendue
            haut = max(haut, valeur + place) if valeur >= 0 else haut
            bas = min(bas, valeur - place) if valeur < 0 else bas
    return [bas, haut]
