"""La porte du moteur : une figure entre, sa spécification Vega-Lite sort, quelle que soit sa forme."""

from dataclasses import dataclass
from typing import Any

import altair

from bilan.figures import formes, palettes
from bilan.figures.altair.barres import dessiner_barres, dessiner_empilees
from bilan.figures.altair.grille import dessiner_chiffre, dessiner_tableau, dessiner_vide
from bilan.figures.altair.lettres import couper
from bilan.figures.altair.toile import Texte, Toile, textes
from bilan.figures.modele import Figure
from bilan.figures.theme import CONFIGURATION, INTERLIGNE, LARGEUR, PETIT, TITRE

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_BORD = 16


@dataclass(frozen=True, slots=True)
class Mise:
    """Mise en image : largeur en pixels ; `autonome` écrit titre, sous-titre, note et source dans l'image.

    Une page a déjà ces textes autour de l'image : elle les demande sans. Une image téléchargée les porte.
    `base_liens` mène de la page à la racine de l'édition ; vide, il donne des liens relatifs à cette racine.
    """

    largeur: float = LARGEUR
    autonome: bool = False
    base_liens: str = ""


def specification(figure: Figure, fonds: Any = None, base_liens: str = "", mise: Mise | None = None) -> dict[str, Any]:
    """Rend la spécification Vega-Lite de la figure, la même au caractère près pour les mêmes données.

    `fonds` (`referentiel.geometries.Fonds`) n'est lu que par les cartes. `description` porte le texte
    de remplacement et `usermeta.figure` l'identifiant : `images` les recopie dans le SVG.
    """
    mise = mise or Mise(base_liens=base_liens)
    bord = _BORD if mise.autonome else 0
    interieur = Mise(mise.largeur - 2 * bord, mise.autonome, mise.base_liens or base_liens)
    toile = _dessiner(figure, fonds, interieur)
    titres, haut = _titres(figure, toile) if mise.autonome else ([], 0.0)
    pied, bas = _pied(figure, toile, mise.autonome)
    marges = toile.marges
    return {
        "$schema": SCHEMA,
        "description": figure.alt,
        "usermeta": {"figure": figure.id},
        "config": CONFIGURATION,
        "autosize": "none",
        "width": round(toile.largeur_cadre, 1),
        "height": round(toile.hauteur, 1),
        "padding": {
            "left": round(marges.gauche + bord, 1),
            "top": round(marges.haut + haut + bord, 1),
            "right": round(marges.droite + bord, 1),
            "bottom": round(marges.bas + bas + bord, 1),
        },
        **({"projection": toile.projection} if toile.projection else {}),
        "layer": [*toile.couches, *titres, *pied],
    }


def graphique(figure: Figure, fonds: Any = None, base_liens: str = "") -> altair.LayerChart:
    """Rend la figure en objet Altair, que l'analyste peut reprendre ; lève l'erreur d'Altair si elle est invalide."""
    return altair.LayerChart.from_dict(specification(figure, fonds, base_liens))


def _dessiner(figure: Figure, fonds: Any, mise: Mise) -> Toile:
    if figure.donnees.is_empty():
        return dessiner_vide(figure, mise.largeur)
    match figure.forme:
        case formes.Barres() as forme:
            return dessiner_barres(figure, forme, mise.largeur)
        case formes.BarresEmpilees() as forme:
            return dessiner_empilees(figure, forme, mise.largeur)
        case formes.ChiffreCle() as forme:
            return dessiner_chiffre(figure, forme, mise.largeur)
        case _:
            return dessiner_tableau(figure, mise.largeur)


def _titres(figure: Figure, toile: Toile) -> tuple[list[dict[str, Any]], float]:
    """Rend le titre et le sous-titre au-dessus de la toile, et la hauteur qu'ils prennent."""
    titre = couper(figure.titre, toile.largeur, TITRE, gras=True)
    sous_titre = couper(figure.sous_titre, toile.largeur, 13) if figure.sous_titre else []
    hauteur_titre = len(titre) * TITRE * INTERLIGNE
    hauteur = hauteur_titre + len(sous_titre) * 13 * INTERLIGNE + 14
    x, y = -toile.marges.gauche, -toile.marges.haut - hauteur
    return textes(
        [
            Texte(x, y + TITRE, tuple(titre), TITRE, gras=True),
            Texte(x, y + hauteur_titre + 14, tuple(sous_titre), 13, couleur=palettes.GRIS_TEXTE),
        ]
    ), hauteur


def _pied(figure: Figure, toile: Toile, autonome: bool) -> tuple[list[dict[str, Any]], float]:
    """Rend ce que l’image dit d’elle-même sous la toile, et la hauteur que cela prend."""
    x, y = -toile.marges.gauche, toile.hauteur + toile.marges.bas
    ecritures = []
    for phrase, couleur, gras in _mentions(figure, autonome):
        replie = tuple(couper(phrase, toile.largeur, PETIT, gras))
        ecritures.append(Texte(x, y + 8 + PETIT, replie, PETIT, gras, couleur))
        y += len(replie) * PETIT * INTERLIGNE + 2
    hauteur = y - toile.hauteur - toile.marges.bas
    return textes(ecritures), hauteur + (10 if ecritures else 0)


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


