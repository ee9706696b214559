"""Le fond d'une carte, dessiné une fois par région et par largeur : plan, contours, encarts, étiquettes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from bilan.figures.altair.plan import Bornes, Plan
from bilan.figures.formes import Choroplethe
from bilan.figures.modele import Figure
from bilan.referentiel.encarts import Encart
from bilan.referentiel.geometries import Fonds
from bilan.referentiel.gestion import fonds_de_gestion

_AGRANDISSEMENT = 1.45
_LARGEUR_ENCART = 0.42
_TITRE_ENCART = 18
_JEU = 8
_PAS = 8
_MIETTE_M2 = 3e6

DETAIL_PX = 2.5
"""Détail le plus fin gardé dans les contours d'une carte, en pixels de l'image."""


@dataclass(frozen=True, slots=True)
class EncartPose:
    """Encart posé : son titre, son cadre d'origine en mètres, sa boîte en pixels, et son agrandissement."""

    id: str
    titre: str
    origine: Bornes
    boite: Bornes
    facteur: float

    def transporter(self, geometrie: BaseGeometry, plan: Plan) -> BaseGeometry:
        """Rend la géométrie, en mètres du plan, à la place qu'elle prend dans l'encart."""
        x, y = plan.metres(self.boite[0], self.boite[3])
        f = self.facteur
        return affinity.affine_transform(geometrie, (f, 0, 0, f, x - self.origine[0] * f, y - self.origine[1] * f))


@dataclass(frozen=True)
class Fond:
    """Fond dessiné. Tout est en mètres, sauf les boîtes (pixels : x, y, x2, y2).

    `contours` associe à chaque SIREN ses contours : celui de la carte, puis ceux des encarts.
    `dehors` associe à chaque EPCI qui déborde de la région la partie qui est au-delà.
    """

    plan: Plan
    largeur: float
    hauteur: float
    contours: dict[str, tuple[BaseGeometry, ...]]
    centres: dict[str, tuple[float, float]]
    departements: BaseGeometry
    region: BaseGeometry
    dehors: dict[str, BaseGeometry]
    encarts: tuple[EncartPose, ...]
    legende: Bornes


def fonds_de_la_figure(figure: Figure, fonds: Fonds) -> Fonds:
    """Rend les fonds à la maille de la figure : ceux de la région, ou ses territoires de gestion."""
    forme = figure.forme
    if not isinstance(forme, Choroplethe) or forme.maille == "epci":
        return fonds
    sirens = set(fonds.epci["epci_siren"])
    return fonds_de_gestion(fonds, frozenset(sirens & set(figure.donnees[forme.territoire].to_list())))


@lru_cache(maxsize=16)
def dessiner_fond(fonds: Fonds, largeur: float, legende: tuple[float, float], avec_encarts: bool) -> Fond:
    """Rend le fond de carte de la région, à cette largeur, avec la place d'une légende (largeur, hauteur) en pixels.

    La légende va dans un coin que la région laisse libre, sinon l'image s'agrandit pour elle.
    """
    region = shapely.union_all(np.asarray(fonds.region.geometry))
    dehors = hors_region(fonds)
    emprise = shapely.union_all([region, *dehors.values()]).bounds
    plan = Plan.cadrer(emprise, largeur)
    hauteur = (emprise[3] - emprise[1]) * plan.pixels_par_metre + 12
    place = _Placement(plan, largeur, hauteur, shapely.union_all([region, *dehors.values()]))
    boite_legende = place.poser(*legende)
    voulus = fonds.encarts if avec_encarts else ()
    poses = tuple(_poser_encart(e, place, plan, largeur) for e in voulus)
    # Ce qui a été posé au-dessus de la carte la fait descendre d'autant.
    descente = max(0.0, -place.haut)
    plan = plan.decaler(descente)
    poses = tuple(EncartPose(e.id, e.titre, e.origine, _descendre(e.boite, descente), e.facteur) for e in poses)
    # Un détail plus petit que le pixel pèse dans la page sans se voir ; un pavage se simplifie d'un seul tenant.
    allegees = shapely.coverage_simplify(np.asarray(fonds.epci.geometry), DETAIL_PX * plan.metres_par_pixel)
    contours = {s: [g] for s, g in zip(fonds.epci["epci_siren"], allegees, strict=True)}
    for pose, encart in zip(poses, voulus, strict=True):
        dedans = fonds.dans(encart)
        # Le pavage se simplifie d'un seul tenant : deux voisins gardent leur limite commune.
        simples = shapely.coverage_simplify(np.asarray(dedans.geometry), plan.metres_par_pixel)
        for siren, geometrie in zip(dedans["epci_siren"], simples, strict=True):
            contours[siren].append(pose.transporter(geometrie, plan))
    return Fond(
        plan=plan,
        largeur=largeur,
        hauteur=place.bas + descente,
        contours={siren: tuple(liste) for siren, liste in sorted(contours.items())},
        centres={siren: _centre(liste[0]) for siren, liste in contours.items()},
        departements=_limites(list(fonds.departements.geometry)),
        region=region,
        dehors=dehors,
        encarts=poses,
        legende=_descendre(boite_legende, descente),
    )


class _Placement:
    """Pose des boîtes autour de la région : dans le coin le plus libre, sans rien recouvrir."""

    def __init__(self, plan: Plan, largeur: float, hauteur: float, obstacle: BaseGeometry) -> None:
        self._plan, self._largeur = plan, largeur
        self._obstacle = obstacle.buffer(_JEU * plan.metres_par_pixel)
        shapely.prepare(self._obstacle)
        self._prises: list[Bornes] = []
        self.haut, self.bas = 0.0, hauteur

    def poser(self, largeur: float, hauteur: float) -> Bornes:
        """Rend la boîte posée là où l'image s'agrandit le moins, les coins du haut d'abord."""
        candidates = [
            self._glisser(x, largeur, hauteur, sens) for sens in (-1, 1) for x in (1.0, self._largeur - largeur - 1)
        ]
        boite = min(candidates, key=lambda b: (round(max(0, self.haut - b[1]) + max(0, b[3] - self.bas)),
                                               candidates.index(b)))
        self._prises.append(boite)
        self.haut, self.bas = min(self.haut, boite[1]), max(self.bas, boite[3])
        return boite

    def _glisser(self, x: float, largeur: float, hauteur: float, sens: int) -> Bornes:
        """Rend la première boîte libre en partant du bord du haut (sens -1) ou du bas (sens 1), vers le dehors."""
        y = 0.0 if sens < 0 else self.bas - hauteur
        while not self._libre((x, y, x + largeur, y + hauteur)):
            y += sens * _PAS
        return x, y, x + largeur, y + hauteur

    def _libre(self, boite: Bornes) -> bool:
        if any(boite[0] < p[2] + _JEU and p[0] < boite[2] + _JEU and boite[1] < p[3] + _JEU and p[1] < boite[3] + _JEU
               for p in self._prises):
            return False
        return not self._obstacle.intersects(self._plan.rectangle(*boite))


def _poser_encart(encart: Encart, place: _Placement, plan: Plan, largeur: float) -> EncartPose:
    xmin, ymin, xmax, ymax = encart.cadre
    large = (xmax - xmin) * plan.pixels_par_metre
    facteur = min(_AGRANDISSEMENT, largeur * _LARGEUR_ENCART / large)
    haut = (ymax - ymin) * plan.pixels_par_metre * facteur
    x, y, x2, y2 = place.poser(large * facteur, haut + _TITRE_ENCART)
    return EncartPose(encart.id, encart.titre, encart.cadre, (x, y + _TITRE_ENCART, x2, y2), facteur)


def _descendre(boite: Bornes, dy: float) -> Bornes:
    return boite[0], boite[1] + dy, boite[2], boite[3] + dy


@lru_cache(maxsize=4)
def hors_region(fonds: Fonds) -> dict[str, BaseGeometry]:
    """Rend, par SIREN, la partie hors région des EPCI qui débordent, sans les miettes des contours simplifiés."""
    region = shapely.union_all(np.asarray(fonds.region.geometry))
    parties = {}
    for siren, entier in zip(fonds.epci_entiers["epci_siren"], fonds.epci_entiers.geometry, strict=True):
        morceaux = [p for p in shapely.get_parts(entier.difference(region)) if p.area > _MIETTE_M2]
        if morceaux:
            parties[siren] = shapely.multipolygons(morceaux)
    return dict(sorted(parties.items()))


def _limites(geometries: Sequence[BaseGeometry]) -> BaseGeometry:
    """Rend les limites communes à deux territoires, une seule fois chacune."""
    bords = [
        shapely.intersection(une.boundary, autre.boundary)
        for rang, une in enumerate(geometries)
        for autre in geometries[rang + 1 :]
    ]
    lignes = [p for bord in bords for p in shapely.get_parts(bord) if p.geom_type == "LineString"]
    return shapely.normalize(shapely.line_merge(shapely.multilinestrings(lignes)))


def _centre(contour: BaseGeometry) -> tuple[float, float]:
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(contour, tolerance=1000))[0]
    return float(x), float(y)
