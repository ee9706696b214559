"""Le plan d'une carte : des mètres aux pixels, par une échelle et une translation connues d'avance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

PAS_M = 10
"""Les coordonnées sont arrondies à ce pas : bien moins qu'un pixel, moitié moins d'octets."""

Bornes = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan déjà projeté, posé dans l'image : `pixels_par_metre`, et le point de l'image où tombe l'origine."""

    pixels_par_metre: float
    x_origine: float
    y_origine: float

    @classmethod
    def cadrer(cls, emprise: Bornes, largeur: float, marge: float = 6) -> "Plan":
        """Rend le plan qui montre `emprise` (xmin, ymin, xmax, ymax, en mètres) sur cette largeur."""
        echelle = (largeur - 2 * marge) / (emprise[2] - emprise[0])
        return cls(echelle, marge - emprise[0] * echelle, marge + emprise[3] * echelle)

    @property
    def metres_par_pixel(self) -> float:
        """Mètres que fait un pixel."""
        return 1 / self.pixels_par_metre

    def decaler(self, dy: float) -> "Plan":
        """Rend le même plan, descendu de `dy` pixels."""
        return Plan(self.pixels_par_metre, self.x_origine, self.y_origine + dy)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Rend la position dans l'image d'un point en mètres."""
        return self.x_origine + x * self.pixels_par_metre, self.y_origine - y * self.pixels_par_metre

    def metres(self, x: float, y: float) -> tuple[float, float]:
        """Rend le point, en mètres, d'une position de l'image."""
        return (x - self.x_origine) / self.pixels_par_metre, (self.y_origine - y) / self.pixels_par_metre

    def rectangle(self, x: float, y: float, x2: float, y2: float) -> BaseGeometry:
        """Rend, en mètres, le rectangle donné en pixels."""
        gauche, haut = self.metres(x, y)
        droite, bas = self.metres(x2, y2)
        return shapely.box(gauche, bas, droite, haut)

    @property
    def projection(self) -> dict[str, Any]:
        """Projection Vega-Lite : l'identité, retournée, à l'échelle et à la place du plan."""
        return {
            "type": "identity",
            "reflectY": True,
            "scale": self.pixels_par_metre,
            "translate": [self.x_origine, self.y_origine],
        }


def geojson(geometrie: BaseGeometry) -> dict[str, Any]:
    """Rend la géométrie en GeoJSON, coordonnées entières arrondies au pas."""
    arrondie = shapely.transform(geometrie, lambda points: np.round(points / PAS_M) * PAS_M)
    contenu: dict[str, Any] = shapely.geometry.mapping(shapely.remove_repeated_points(arrondie))
    return {"type": contenu["type"], "coordinates": _entiers(contenu["coordinates"])}


def _entiers(coordonnees: Any) -> Any:
    if isinstance(coordonnees, (tuple, list)):
        return [_entiers(c) for c in coordonnees]
    return int(coordonnees)
