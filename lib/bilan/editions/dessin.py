"""Le dessin d'une figure, dans un processus à part : convertisseur chaud, fonds de carte ouverts une seule fois."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.editions.explorables import explorable
from bilan.editions.exploration import en_json
from bilan.editions.png import alleger
from bilan.editions.vectoriel import en_fichier
from bilan.figures.convertisseur import convertisseur
from bilan.figures.modele import Figure

if TYPE_CHECKING:
    from bilan.figures.images import Rendu
    from bilan.referentiel.geometries import Fonds

_ECHELLE_PNG = 1.25


@dataclass(frozen=True, slots=True)
class Dessin:
    """Les images d'une figure.

    `page` s'inscrit dans le HTML, ses liens depuis la racine de l'édition. Un dessin complet a aussi `svg` et
    `png`, qui se téléchargent, et `exploration`, la spécification que le navigateur anime ; sinon ils sont vides.
    """

    page: str
    svg: str = ""
    png: bytes = b""
    exploration: str = ""


def dessiner(contenu: str, complet: bool, referentiel: Path, region: str) -> Dessin:
    """Rend le dessin de la figure dont `contenu` est le JSON, par le moteur de rendu du processus.

    L'image de la page a ses textes autour d'elle ; celle que l'on télécharge les porte en elle.
    """
    from bilan.figures.altair.rendu import page_et_habillage
    from bilan.figures.svg import habiller

    figure = Figure.depuis_json(json.loads(contenu))
    rendu, fonds = _atelier(referentiel, region)
    specification, habillage = page_et_habillage(figure, fonds)
    page = rendu.svg(specification)
    if not complet:
        return Dessin(page)
    fichier = en_fichier(habiller(page, habillage))
    # Du SVG au PNG sans repasser par Vega : cinq fois plus court, et l'image est la même.
    png = alleger(convertisseur().svg_to_png(fichier, scale=_ECHELLE_PNG))
    a_explorer = explorable(figure, specification)
    return Dessin(page, fichier, png, en_json(a_explorer) if a_explorer else "")


@cache
def _atelier(referentiel: Path, region: str) -> "tuple[Rendu, Fonds]":
    # Altair et GeoPandas ne s'importent que là où l'on dessine : une construction sans image neuve s'en passe.
    from bilan.figures.images import Rendu
    from bilan.referentiel.geometries import Fonds

    return Rendu(), Fonds.ouvrir(referentiel, region=region)
