"""Les légendes dessinées dans l'image : pastilles et libellés, à la suite, qui passent à la ligne."""

from collections.abc import Sequence
from typing import Any

from bilan.figures import palettes
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.altair.toile import Couche, Texte, boite, couche, couleur_brute, textes
from bilan.figures.theme import CORPS

PASTILLE = 12
_ECART = 6
_ENTRE = 18
_LIGNE = 20


def legende_en_ligne(
    entrees: Sequence[tuple[str, str]], largeur: float, origine: tuple[float, float]
) -> tuple[list[Couche], float]:
    """Rend les couches d'une légende horizontale et sa hauteur, en pixels.

    `entrees` donne (libellé, couleur) ; `origine` est le coin haut gauche, en pixels du cadre.
    """
    x, y = 0.0, 0.0
    pastilles: list[dict[str, Any]] = []
    libelles: list[Texte] = []
    for libelle, couleur in entrees:
        # Un libellé plus large que l'image se replie ; les autres passent à la ligne entiers.
        lignes = couper(libelle, largeur - PASTILLE - _ECART)
        occupe = PASTILLE + _ECART + max(largeur_texte(ligne) for ligne in lignes)
        if x and x + occupe > largeur:
            x, y = 0.0, y + _LIGNE
        gauche, haut = origine[0] + x, origine[1] + y
        pastilles.append({"x": gauche, "y": haut, "x2": gauche + PASTILLE, "y2": haut + PASTILLE, "c": couleur})
        libelles.append(Texte(gauche + PASTILLE + _ECART, haut + PASTILLE - 2, tuple(lignes)))
        x += occupe + _ENTRE
        y += (len(lignes) - 1) * CORPS * 1.25
    return [pastilles_en_couche(pastilles), *textes(libelles)], y + _LIGNE


def pastilles_en_couche(pastilles: Sequence[dict[str, Any]]) -> Couche:
    """Rend la couche de rectangles coloriés, cernés de gris pour que les plus clairs se voient."""
    marque = {"type": "rect", "stroke": palettes.GRIS_CONTOUR, "strokeWidth": 0.75}
    return couche(marque, pastilles, **boite(), color=couleur_brute())
