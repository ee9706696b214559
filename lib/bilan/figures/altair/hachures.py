"""Les hachures des absences : Vega n'a pas de motif de remplissage, on trace donc leurs traits dans les contours."""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

HORS_REGION = "hors_region"
"""Motif de la partie d'un EPCI qui est au-delà de la région : ce n'est pas une absence, rien n'y est mesuré."""

MOTIFS: dict[str, tuple[float, ...]] = {"sans_objet": (45.0,), "non_transmis": (0.0,), "secret": (45.0, 135.0),
          HORS_REGION: (135.0,)}  # fmt: skip
"""Directions des traits de chaque absence, en degrés : oblique, horizontal, croisé ; hors région, l'autre oblique."""

EPAISSEUR = 0.9
PAS_PX = {"sans_objet": 7.0, "non_transmis": 5.0, "secret": 7.0, HORS_REGION: 4.0}
"""Écart entre deux traits, en pixels."""


def hachurer(contour: BaseGeometry, absence: str, metres_par_pixel: float) -> BaseGeometry:
    """Rend les traits qui remplissent `contour` avec le motif de cette absence, dans les mêmes coordonnées.

    Les traits sont calés sur l'origine : ceux de deux territoires voisins se prolongent.
    """
    pas = PAS_PX[absence] * metres_par_pixel
    trames = [_trame(contour.bounds, math.radians(angle), pas) for angle in MOTIFS[absence]]
    return shapely.normalize(shapely.multilinestrings(_segments(shapely.intersection(trames, contour))))


def _trame(bornes: tuple[float, float, float, float], angle: float, pas: float) -> BaseGeometry:
    """Rend les droites de cette direction, espacées de `pas`, qui traversent le rectangle."""
    coins = np.array([(x, y) for x in bornes[::2] for y in bornes[1::2]])
    direction = np.array([math.cos(angle), math.sin(angle)])
    normale = np.array([-direction[1], direction[0]])
    long, ecart = coins @ direction, coins @ normale
    rangs = np.arange(math.ceil(ecart.min() / pas), math.floor(ecart.max() / pas) + 1) * pas
    bouts = [rangs[:, None] * normale + borne * direction for borne in (long.min(), long.max())]
    return shapely.multilinestrings(list(np.stack(bouts, axis=1)))


def _segments(geometries: np.ndarray) -> list[BaseGeometry]:
    parts = shapely.get_parts(shapely.get_parts(geometries))
    return [part for part in parts if shapely.length(part) > 0 and part.geom_type == "LineString"]
