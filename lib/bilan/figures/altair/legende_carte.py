"""La légende d'une carte, dessinée dans l'image : couleurs, hachures, contours ou cercles, chacun avec son libellé."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bilan.figures import palettes
from bilan.figures.altair.fond import Fond, hors_region
from bilan.figures.altair.hachures import EPAISSEUR, HORS_REGION, hachurer
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.altair.plan import geojson
from bilan.figures.altair.territoires import Territoire
from bilan.figures.altair.toile import Couche, Texte, boite, couche, couleur_brute, pixel, textes
from bilan.figures.theme import CORPS, INTERLIGNE
from bilan.referentiel.geometries import Fonds

_LARGEUR = 26.0
_HAUTEUR = 15.0
_ECART = 8.0
_LIGNE = CORPS * INTERLIGNE
_LIBELLE_MAXIMAL = 190.0


@dataclass(frozen=True, slots=True)
class Entree:
    """Ligne de légende : un libellé et ce qu'il nomme, couleur, absence, contour ou cercle ; rien pour un titre."""

    libelle: str
    couleur: str | None = None
    absence: str | None = None
    contour: str | None = None
    rayon: float | None = None

    @property
    def largeur_signe(self) -> float:
        """Largeur du signe, en pixels ; nulle pour un titre."""
        if self.rayon is not None:
            return max(_LARGEUR, 2 * self.rayon)
        return _LARGEUR if self.couleur or self.absence or self.contour else 0.0


def entrees_absences(territoires: Iterable[Territoire], toutes: bool = True) -> list[Entree]:
    """Rend une entrée par raison d'absence et son compte, ou des seules raisons vues."""
    vues = [t.absence for t in territoires]
    return [
        Entree(f"{libelle} ({vues.count(absence)})", absence=absence)
        for absence, libelle in palettes.ABSENCES.items()
        if toutes or absence in vues
    ]


def entree_hors_region(fonds: Fonds) -> list[Entree]:
    """Rend l'entrée des parties hors de la région, s'il y en a."""
    dehors = hors_region(fonds)
    return [Entree(f"partie hors de la région ({len(dehors)})", absence=HORS_REGION)] if dehors else []


def mesurer_legende(entrees: Sequence[Entree], largeur: float) -> tuple[float, float]:
    """Rend la largeur et la hauteur de la légende, en pixels, pour une carte de cette largeur."""
    poses = _poser(entrees, largeur)
    large = max(x + max(largeur_texte(ligne) for ligne in lignes) for x, _, lignes, _ in poses)
    return math.ceil(large) + 4, math.ceil(poses[-1][1] + poses[-1][3] / 2) + 4


def dessiner_legende(entrees: Sequence[Entree], fond: Fond) -> list[Couche]:
    """Rend les couches de la légende, dans la boîte que le fond lui garde."""
    x0, y0 = fond.legende[:2]
    signes: list[Couche] = []
    libelles: list[Texte] = []
    for entree, (x, y, lignes, _) in zip(entrees, _poser(entrees, fond.largeur), strict=True):
        centre = y0 + y
        libelles.append(Texte(x0 + x, centre, lignes, gras=not entree.largeur_signe, centre=True))
        signes += _signe(entree, x0, centre, fond)
    return [*signes, *textes(libelles)]


def _poser(entrees: Sequence[Entree], largeur: float) -> list[tuple[float, float, tuple[str, ...], float]]:
    """Rend, pour chaque entrée, l'abscisse de son libellé, l'ordonnée de son milieu, ses lignes et sa hauteur."""
    retrait = max((e.largeur_signe for e in entrees), default=0.0) + _ECART
    poses, y = [], 2.0
    for entree in entrees:
        x = retrait if entree.largeur_signe else 0.0
        lignes = tuple(couper(entree.libelle, min(_LIBELLE_MAXIMAL, largeur * 0.6) + (retrait - x)))
        hauteur = max(len(lignes) * _LIGNE, 2 * (entree.rayon or 0), _HAUTEUR) + 6
        poses.append((x, y + hauteur / 2, lignes, hauteur))
        y += hauteur
    return poses


def _signe(entree: Entree, x: float, centre: float, fond: Fond) -> list[Couche]:
    haut, bas = centre - _HAUTEUR / 2, centre + _HAUTEUR / 2
    if entree.rayon is not None:
        retrait = x + max(_LARGEUR / 2, entree.rayon)
        disque = {"x": retrait, "y": centre, "a": round(math.pi * entree.rayon**2, 1)}
        marque = {"type": "point", "shape": "circle", "filled": False, "stroke": palettes.BLEU, "strokeWidth": 1.25,
                  "opacity": 1}
        taille = {"field": "a", "type": "quantitative", "scale": None, "legend": None}
        return [couche(marque, [disque], x=pixel("x"), y=pixel("y"), size=taille)]
    if not entree.largeur_signe:
        return []
    pastille: dict[str, Any] = {"x": x, "y": haut, "x2": x + _LARGEUR, "y2": bas, "c": entree.couleur or palettes.BLANC}
    epais = entree.contour is not None
    style = {"type": "rect", "stroke": entree.contour or palettes.GRIS_CONTOUR, "strokeWidth": 2.5 if epais else 0.75}
    couches = [couche(style, [pastille], **boite(), color=couleur_brute())]
    if entree.absence:
        cadre = fond.plan.rectangle(x, haut, x + _LARGEUR, bas)
        motif = geojson(hachurer(cadre, entree.absence, fond.plan.metres_par_pixel))
        trait = {"type": "geoshape", "filled": False, "stroke": palettes.GRIS_HACHURE, "strokeWidth": EPAISSEUR}
        couches.append(couche(trait, [{"type": "Feature", "geometry": motif}]))
    return couches
