"""Les trous du pavage des communes : communes sans contour et communes absorbées, à rendre à qui les a reprises."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

ENCLAVES = {"Llívia (Espagne)": (615_500.0, 6_153_100.0)}
"""Trous véritables, en Lambert-93 : on ne les comble pas."""

SEUIL_ECHANCRURE_M2 = 1e6
"""Sous cette surface, l'écart entre canton et communes est celui du dessin des côtes, pas une commune oubliée."""


@dataclass(frozen=True, slots=True)
class Reprise:
    """Trou comblé : la commune qui le reçoit, sa surface et la raison de ce choix."""

    contour: Polygon
    code_commune: str
    motif: str

    @property
    def surface_km2(self) -> float:
        """Surface rendue à la commune, en km²."""
        return float(self.contour.area / 1e6)


@dataclass(frozen=True)
class Voisinage:
    """Ce que l'on sait pour décider à qui va un trou.

    `codes` et `contours` sont les communes du pavage ; `epci` dit l'EPCI de chacune ; `deleguees` associe
    au contour d'une commune déléguée la commune sans contour dont elle fait partie ; `absorbantes` sont
    les communes qui ont absorbé une commune sans contour.
    """

    codes: np.ndarray
    contours: np.ndarray
    epci: Mapping[str, str | None]
    deleguees: tuple[tuple[MultiPolygon, str], ...]
    absorbantes: frozenset[str]

    def repreneur(self, trou: Polygon) -> tuple[str, str]:
        """Rend la commune qui reçoit le trou et le motif.

        Dans l'ordre : la commune sans contour dont les déléguées l'occupent, la voisine qui a absorbé une
        commune sans contour, puis, dans l'EPCI au plus long contact, la commune au plus long contact.
        """
        dedans = trou.representative_point()
        for contour, parent in self.deleguees:
            if contour.contains(dedans):
                return parent, "commune sans contour, reconstituée par ses communes déléguées"
        contacts = self._contacts(trou)
        if absorbe := [code for code in contacts if code in self.absorbantes]:
            return max(absorbe, key=contacts.__getitem__), "commune absorbée, rendue à la voisine qui l'a absorbée"
        par_epci: Counter[str | None] = Counter()
        for code, longueur in contacts.items():
            par_epci[self.epci[code]] += longueur  # type: ignore[assignment]
        gagnant = max(par_epci, key=par_epci.__getitem__)
        membres = [code for code in contacts if self.epci[code] == gagnant]
        return max(membres, key=contacts.__getitem__), "trou rendu à la voisine au plus long contact"

    @cached_property
    def _arbre(self) -> shapely.STRtree:
        return shapely.STRtree(self.contours)

    def _contacts(self, trou: Polygon) -> dict[str, float]:
        """Mesure, commune par commune, la longueur du bord commun avec le trou."""
        voisines = np.sort(self._arbre.query(trou, "intersects"))
        longueurs = shapely.length(shapely.intersection(trou.exterior, self.contours[voisines]))
        return {str(self.codes[i]): float(m) for i, m in zip(voisines, longueurs, strict=True) if m > 0}


def combler(voisinage: Voisinage, cantons: np.ndarray) -> list[Reprise]:
    """Rend les trous du pavage, enclaves exceptées, et les échancrures du bord, avec qui reçoit chacun."""
    morceaux = shapely.get_parts(shapely.coverage_union_all(voisinage.contours))
    return [
        Reprise(vide, *voisinage.repreneur(vide)) for vide in (*_trous(morceaux), *_echancrures(morceaux, cantons))
    ]


def _trous(morceaux: np.ndarray) -> Iterator[Polygon]:
    """Donne les vides entourés de communes."""
    ilots = shapely.STRtree(shapely.point_on_surface(morceaux))
    enclaves = shapely.MultiPoint(list(ENCLAVES.values()))
    for anneau in (anneau for morceau in morceaux for anneau in morceau.interiors):
        trou = Polygon(anneau)
        if not trou.intersects(enclaves):
            # Une commune peut former un îlot au milieu du trou : elle n'en fait pas partie.
            yield trou.difference(shapely.union_all(morceaux[ilots.query(trou, "contains")]))


def _echancrures(morceaux: np.ndarray, cantons: np.ndarray) -> Iterator[Polygon]:
    """Donne les vides ouverts sur une frontière : ce que couvre un canton et aucune commune, trous exceptés."""
    pleins = shapely.union_all([Polygon(morceau.exterior) for morceau in morceaux])
    dehors = shapely.difference(shapely.union_all(shapely.make_valid(cantons)), pleins)
    for vide in shapely.get_parts(dehors):
        if vide.area > SEUIL_ECHANCRURE_M2:
            yield vide
