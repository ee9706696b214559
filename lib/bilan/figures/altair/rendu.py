"""La porte du moteur : une figure entre, sa spécification Vega-Lite sort, quelle que soit sa forme."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import altair

from bilan.erreurs import ErreurUsage
from bilan.figures import formes
from bilan.figures.altair.barres import dessiner_barres, dessiner_empilees
from bilan.figures.altair.carte import dessiner_cercles, dessiner_choroplethe
from bilan.figures.altair.courbe import dessiner_courbe
from bilan.figures.altair.fond import fonds_de_la_figure
from bilan.figures.altair.frise import dessiner_frise
from bilan.figures.altair.grille import dessiner_chiffre, dessiner_tableau, dessiner_vide
from bilan.figures.altair.habillage import BORD, Habillage, habillage, pied, titres
from bilan.figures.altair.multiples import dessiner_multiples
from bilan.figures.altair.points import dessiner_points
from bilan.figures.altair.toile import Toile, textes
from bilan.figures.modele import Figure
from bilan.figures.theme import CONFIGURATION, LARGEUR
from bilan.referentiel.geometries import Fonds

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_DESSINS: dict[type[formes.Forme], Callable[[Figure, Any, float], Toile]] = {
    formes.Barres: dessiner_barres,
    formes.BarresEmpilees: dessiner_empilees,
    formes.Courbe: dessiner_courbe,
    formes.Frise: dessiner_frise,
    formes.Points: dessiner_points,
    formes.ChiffreCle: dessiner_chiffre,
}


@dataclass(frozen=True, slots=True)
class Mise:
    """Mise en image : largeur en pixels, celle qui convient à la forme à défaut.

    `autonome` écrit titre, sous-titre, lecture, note, champ et source dans l'image.

    Une page a déjà ces textes autour de l'image : elle les demande sans. Une image téléchargée les porte.
    `base_liens` mène de la page à la racine de l'édition ; vide, il donne des liens relatifs à cette racine.
    """

    largeur: float | None = None
    autonome: bool = False
    base_liens: str = ""


def specification(
    figure: Figure, fonds: Fonds | None = None, base_liens: str = "", mise: Mise | None = None
) -> dict[str, Any]:
    """Rend la spécification Vega-Lite de la figure, la même au caractère près pour les mêmes données.

    `fonds` (`referentiel.geometries.Fonds`) n'est lu que par les cartes. `description` porte le texte
    de remplacement et `usermeta.figure` l'identifiant : `images` les recopie dans le SVG.
    """
    mise = mise or Mise(base_liens=base_liens)
    bord = BORD if mise.autonome else 0
    largeur = mise.largeur - 2 * bord if mise.largeur else None
    toile = _dessiner(figure, fonds, Mise(largeur, mise.autonome, mise.base_liens or base_liens))
    return _specifier(figure, toile, mise.autonome)


def page_et_habillage(figure: Figure, fonds: Fonds | None = None) -> tuple[dict[str, Any], Habillage]:
    """Rend la spécification de l'image de la page, et ce qu'il y faut ajouter pour qu'elle se lise seule.

    `svg.habiller` fait l'ajout : Vega, qui mesure chaque lettre, n'a pas à composer deux fois la même image.
    """
    toile = _dessiner(figure, fonds, Mise())
    return _specifier(figure, toile, autonome=False), habillage(figure, toile)


def _specifier(figure: Figure, toile: Toile, autonome: bool) -> dict[str, Any]:
    bord = BORD if autonome else 0
    au_dessus, haut = titres(figure, toile) if autonome else ([], 0.0)
    dessous, bas = pied(figure, toile, autonome)
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
        "layer": [*toile.couches, *textes(au_dessus), *textes(dessous)],
    }


def graphique(figure: Figure, fonds: Fonds | None = None, base_liens: str = "") -> altair.LayerChart:
    """Rend la figure en objet Altair, que l'analyste peut reprendre ; lève l'erreur d'Altair si elle est invalide."""
    return altair.LayerChart.from_dict(specification(figure, fonds, base_liens))


def _dessiner(figure: Figure, fonds: Fonds | None, mise: Mise) -> Toile:
    largeur = mise.largeur or LARGEUR
    if figure.donnees.is_empty():
        return dessiner_vide(figure, largeur)
    match figure.forme:
        case formes.Choroplethe() as forme:
            return dessiner_choroplethe(figure, forme, _exiger(fonds, figure), mise.largeur, mise.base_liens)
        case formes.CartesMultiples() as forme:
            return dessiner_multiples(figure, forme, _exiger(fonds, figure), mise.largeur, mise.base_liens)
        case formes.Cercles() as forme:
            return dessiner_cercles(figure, forme, _exiger(fonds, figure), mise.largeur, mise.base_liens)
        case formes.Tableau():
            return dessiner_tableau(figure, largeur)
        case forme:
            return _DESSINS[type(forme)](figure, forme, largeur)


def _exiger(fonds: Fonds | None, figure: Figure) -> Fonds:
    if fonds is None:
        raise ErreurUsage(f"La figure « {figure.id} » est une carte : donnez les fonds de la région à son moteur.")
    return fonds_de_la_figure(figure, fonds)
