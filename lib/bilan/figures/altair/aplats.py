"""Les couches d'une carte : aplats de couleur, hachures des absences, parties hors de la région, limites, encarts."""

from collections.abc import Mapping
from typing import Any

from shapely import union_all
from shapely.geometry.base import BaseGeometry

from bilan.figures import palettes
from bilan.figures.altair.fond import Fond
from bilan.figures.altair.hachures import EPAISSEUR, HORS_REGION, hachurer
from bilan.figures.altair.plan import geojson
from bilan.figures.altair.territoires import Territoire
from bilan.figures.altair.toile import Couche, Texte, couche, couleur_brute, textes, traits
from bilan.figures.theme import PETIT


def polygones(fond: Fond, territoires: Mapping[str, Territoire], liens: str | None) -> Couche:
    """Rend les territoires coloriés, chacun avec sa description et, sous `liens`, le lien vers sa fiche."""
    valeurs = []
    for siren, contours in fond.contours.items():
        territoire = territoires[siren]
        for contour in contours:
            trait = {"type": "Feature", "geometry": geojson(contour), "c": territoire.couleur,
                     "d": territoire.description}
            valeurs.append(trait if liens is None else {**trait, "h": f"{liens}epci/{siren}.html"})
    marque = {"type": "geoshape", "aria": True, "stroke": palettes.GRIS_CONTOUR, "strokeWidth": 0.75,
              "strokeJoin": "round"}
    canaux: dict[str, Any] = {"color": couleur_brute(), "description": {"field": "d", "type": "nominal"}}
    if liens is not None:
        canaux["href"] = {"field": "h", "type": "nominal"}
    return couche(marque, valeurs, **canaux)


def absents(fond: Fond, territoires: Mapping[str, Territoire]) -> list[Couche]:
    """Rend les hachures des territoires sans valeur, un motif par raison."""
    couches = []
    for absence in palettes.ABSENCES:
        contours = [g for t in territoires.values() if t.absence == absence for g in fond.contours[t.siren]]
        if contours:
            motif = hachurer(union_all(contours), absence, fond.plan.metres_par_pixel)
            couches.append(tracer(motif, stroke=palettes.GRIS_HACHURE, strokeWidth=EPAISSEUR))
    return couches


def tracer(geometrie: BaseGeometry, **style: Any) -> Couche:
    """Rend la couche d'un trait de ce style, sans remplissage."""
    trait = {"type": "Feature", "geometry": geojson(geometrie)}
    return couche({"type": "geoshape", "filled": False, "strokeJoin": "round", **style}, [trait])


def hors_du_fond(fond: Fond) -> list[Couche]:
    """Rend, cernée d'un tireté et hachurée, la partie hors de la région des EPCI qui en débordent."""
    if not fond.dehors:
        return []
    traits_ = [{"type": "Feature", "geometry": geojson(g)} for g in fond.dehors.values()]
    marque = {"type": "geoshape", "filled": False, "stroke": palettes.GRIS_HACHURE, "strokeWidth": 1,
              "strokeDash": [3, 3]}
    motif = hachurer(union_all(list(fond.dehors.values())), HORS_REGION, fond.plan.metres_par_pixel)
    return [tracer(motif, stroke=palettes.GRIS_FILET, strokeWidth=EPAISSEUR), couche(marque, traits_)]


def traits_du_fond(fond: Fond) -> list[Couche]:
    """Rend les limites de département et, pour chaque encart, son cadre, son cadre d'origine et son titre."""
    couches = [tracer(fond.departements, stroke=palettes.ENCRE, strokeWidth=1.25)]
    for encart in fond.encarts:
        x, y, x2, y2 = encart.boite
        x0, y0 = fond.plan.pixel(encart.origine[0], encart.origine[3])
        x1, y1 = fond.plan.pixel(encart.origine[2], encart.origine[1])
        couches += [
            traits(_cadre(x0, y0, x1, y1), color=palettes.ENCRE, strokeWidth=0.75, strokeDash=[4, 4]),
            traits(_cadre(x, y, x2, y2), color=palettes.ENCRE, strokeWidth=1),
            *textes([Texte(x + 1, y - 6, (encart.titre,), PETIT, gras=True)]),
        ]
    return couches


def _cadre(x: float, y: float, x2: float, y2: float) -> list[tuple[float, float, float, float]]:
    return [(x, y, x2, y), (x2, y, x2, y2), (x, y2, x2, y2), (x, y, x, y2)]
