"""L'habillage d'une image : ce qu'elle dit d'elle-même autour du dessin, titre au-dessus, mentions dessous."""

from dataclasses import dataclass

from bilan.figures import palettes
from bilan.figures.altair.lettres import couper
from bilan.figures.altair.toile import Texte, Toile
from bilan.figures.modele import Figure
from bilan.figures.theme import INTERLIGNE, PETIT, TITRE

BORD = 16
"""Blanc autour d'une image autonome, en pixels."""

_SOUS_TITRE = 13


@dataclass(frozen=True, slots=True)
class Habillage:
    """Ce qu'une image autonome ajoute à celle de la page : hauteurs en pixels, textes placés dans l'image entière."""

    haut: float
    bas: float
    textes: tuple[Texte, ...]


def habillage(figure: Figure, toile: Toile) -> Habillage:
    """Rend ce qui manque à l'image de la page pour se lire seule : le bord, les titres et la suite des mentions."""
    au_dessus, haut = titres(figure, toile)
    de_la_page, bas_de_page = pied(figure, toile, autonome=False)
    dessous, bas = pied(figure, toile, autonome=True)
    x, y = toile.marges.gauche + BORD, toile.marges.haut + haut + BORD
    places = tuple(
        Texte(t.x + x, t.y + y, t.lignes, t.corps, t.gras, t.couleur) for t in (*au_dessus, *dessous[len(de_la_page):])
    )
    return Habillage(haut, bas - bas_de_page, places)


def titres(figure: Figure, toile: Toile) -> tuple[list[Texte], float]:
    """Rend le titre et le sous-titre au-dessus de la toile, et la hauteur qu'ils prennent."""
    titre = couper(figure.titre, toile.largeur, TITRE, gras=True)
    sous_titre = couper(figure.sous_titre, toile.largeur, _SOUS_TITRE) if figure.sous_titre else []
    hauteur_titre = len(titre) * TITRE * INTERLIGNE
    hauteur = hauteur_titre + len(sous_titre) * _SOUS_TITRE * INTERLIGNE + 14
    x, y = -toile.marges.gauche, -toile.marges.haut - hauteur
    return [
        Texte(x, y + TITRE, tuple(titre), TITRE, gras=True),
        Texte(x, y + hauteur_titre + 14, tuple(sous_titre), _SOUS_TITRE, couleur=palettes.GRIS_TEXTE),
    ], hauteur


def pied(figure: Figure, toile: Toile, autonome: bool) -> tuple[list[Texte], float]:
    """Rend ce que l'image dit d'elle-même sous la toile, et la hauteur que cela prend ; l'autonome le dit en entier."""
    x, y = -toile.marges.gauche, toile.hauteur + toile.marges.bas
    ecritures = []
    for phrase, couleur, gras in _mentions(figure, autonome):
        replie = tuple(couper(phrase, toile.largeur, PETIT, gras))
        ecritures.append(Texte(x, y + 8 + PETIT, replie, PETIT, gras, couleur))
        y += len(replie) * PETIT * INTERLIGNE + 2
    hauteur = y - toile.hauteur - toile.marges.bas
    return ecritures, hauteur + (10 if ecritures else 0)


def _mentions(figure: Figure, autonome: bool) -> list[tuple[str, str, bool]]:
    mentions = []
    if figure.fictif:
        mentions.append(("Données fictives, engendrées pour la démonstration.", palettes.ALERTE, True))
    if figure.maturite == "provisoire":
        mentions.append(("(p) Données provisoires.", palettes.ENCRE, False))
    if figure.maturite == "revise":
        mentions.append(("(r) Données révisées.", palettes.ENCRE, False))
    if autonome:
        suite = [("Lecture", figure.lecture), ("Note", figure.note), ("Champ", figure.champ), ("Source", figure.source)]
        mentions += [(f"{nom} : {texte}", palettes.GRIS_TEXTE, False) for nom, texte in suite if texte]
    return mentions
