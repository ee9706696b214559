"""La toile : une image de largeur connue, faite de couches Vega-Lite posées au pixel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from bilan.figures import palettes
from bilan.figures.theme import CORPS, INTERLIGNE

Couche = dict[str, Any]
HALO = {"stroke": palettes.BLANC, "strokeWidth": 5, "strokeJoin": "round"}
"""Style du double blanc qu'on met sous un texte posé sur des traits."""

ANCRES = {"start": "left", "middle": "center", "end": "right"}


@dataclass(frozen=True, slots=True)
class Marges:
    """Marges du cadre de tracé, en pixels."""

    haut: float = 0
    droite: float = 0
    bas: float = 0
    gauche: float = 0


@dataclass(slots=True)
class Toile:
    """Image en cours : largeur totale, hauteur du cadre de tracé, marges, couches, et projection des cartes.

    L'origine des coordonnées est le coin haut gauche du cadre de tracé, intérieur aux marges.
    """

    largeur: float
    hauteur: float
    marges: Marges = Marges()
    couches: list[Couche] = field(default_factory=list)
    projection: dict[str, Any] | None = None

    @property
    def largeur_cadre(self) -> float:
        """Largeur du cadre de tracé, en pixels."""
        return self.largeur - self.marges.gauche - self.marges.droite


@dataclass(frozen=True, slots=True)
class Texte:
    """Texte posé à (x, y), en pixels du cadre ; plusieurs lignes descendent depuis y ou se centrent sur lui."""

    x: float
    y: float
    lignes: tuple[str, ...]
    corps: float = CORPS
    gras: bool = False
    couleur: str = palettes.ENCRE
    ancre: Literal["start", "middle", "end"] = "start"
    centre: bool = False


def couche(marque: dict[str, Any], valeurs: Sequence[dict[str, Any]], **encodage: Any) -> Couche:
    """Rend une couche Vega-Lite : une marque, ses données, ses canaux."""
    return {"data": {"values": list(valeurs)}, "mark": marque, "encoding": encodage}


def pixel(champ: str) -> dict[str, Any]:
    """Rend le canal de position d'un champ exprimé en pixels du cadre : ni échelle, ni axe."""
    return {"field": champ, "type": "quantitative", "scale": None, "axis": None}


def boite(x: str = "x", y: str = "y") -> dict[str, Any]:
    """Rend les quatre canaux d'un rectangle ou d'un segment donnés en pixels (x, y, x2, y2)."""
    return {"x": pixel(x), "y": pixel(y), "x2": {"field": "x2"}, "y2": {"field": "y2"}}


def couleur_brute(champ: str = "c") -> dict[str, Any]:
    """Rend le canal d'une couleur déjà choisie, sans échelle ni légende."""
    return {"field": champ, "type": "nominal", "scale": None, "legend": None}


def textes(elements: Iterable[Texte], marque: dict[str, Any] | None = None) -> list[Couche]:
    """Rend les couches qui écrivent ces textes, une par style, dans un ordre stable ; `marque` complète le style."""
    rendues = []
    elements = [e for e in elements if any(e.lignes)]
    for style, groupe in groupby(sorted(elements, key=_style), key=_style):
        ancre, corps, couleur, gras, centre = style
        valeurs = [{"x": _court(t.x), "y": _court(_premiere_ligne(t)), "t": _contenu(t)} for t in groupe]
        trait = {
            "type": "text",
            "align": ANCRES[ancre],
            "baseline": "middle" if centre else "alphabetic",
            "fontSize": corps,
            "fontWeight": "bold" if gras else "normal",
            "color": couleur,
            "lineHeight": corps * INTERLIGNE,
            **(marque or {}),
        }
        rendues.append(couche(trait, valeurs, x=pixel("x"), y=pixel("y"), text={"field": "t", "type": "nominal"}))
    return rendues


def traits(segments: Iterable[tuple[float, float, float, float]], **style: Any) -> Couche:
    """Rend la couche des segments (x, y, x2, y2), en pixels du cadre, dans ce style."""
    valeurs = [dict(zip(("x", "y", "x2", "y2"), map(_court, s), strict=True)) for s in segments]
    return couche({"type": "rule", "color": palettes.GRIS_FILET, **style}, valeurs, **boite())


def _style(texte: Texte) -> tuple[str, float, str, bool, bool]:
    return (texte.ancre, texte.corps, texte.couleur, texte.gras, texte.centre)


def _premiere_ligne(texte: Texte) -> float:
    # Vega ancre un texte à sa première ligne : le centrer sur y, c'est le remonter d'une demi-hauteur.
    return texte.y - (len(texte.lignes) - 1) * texte.corps * INTERLIGNE / 2 if texte.centre else texte.y


def _contenu(texte: Texte) -> str | list[str]:
    return texte.lignes[0] if len(texte.lignes) == 1 else list(texte.lignes)


def _court(valeur: float) -> float:
    return round(float(valeur), 1)
