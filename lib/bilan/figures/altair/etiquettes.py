"""Les étiquettes d'une carte : placées par le fichier du référentiel, jamais l'une sur l'autre."""

import math
from dataclasses import dataclass
from typing import Any

from shapely.geometry import Point

from bilan.figures import palettes
from bilan.figures.altair.fond import Fond
from bilan.figures.altair.lettres import largeur_texte
from bilan.figures.altair.plan import Bornes
from bilan.figures.altair.toile import HALO, Couche, Texte, textes, traits
from bilan.figures.theme import INTERLIGNE, PETIT
from bilan.referentiel.geometries import Fonds

LARGEUR_ETROITE = 600
"""En dessous, en pixels, une carte n'a pas d'encart et ne nomme que ses plus grands territoires."""

_CORPS = PETIT - 0.5


@dataclass(frozen=True, slots=True)
class _Etiquette:
    texte: Texte
    boite: Bornes
    repere: tuple[float, float] | None


def ecrire_etiquettes(fonds: Fonds, fond: Fond, selection: str | None) -> list[Couche]:
    """Rend les noms des EPCI, sur un halo blanc, et les traits de rappel ; une carte de situation n'en a aucun.

    Sur une image étroite, une étiquette qui en couvrirait une autre est laissée de côté : la table les
    nomme toutes.
    """
    if selection is not None:
        return []
    gardees: list[_Etiquette] = []
    lignes = list(fonds.etiquettes.itertuples())
    if fond.largeur < LARGEUR_ETROITE:
        lignes.sort(key=lambda ligne: (-fond.contours[ligne.epci_siren][0].area, ligne.epci_siren))
    for ligne in lignes:
        etiquette = _poser(ligne, fond)
        if etiquette is None or etiquette.boite[0] < 0 or etiquette.boite[2] > fond.largeur:
            continue
        if not any(_se_touchent(etiquette.boite, autre.boite) for autre in gardees):
            gardees.append(etiquette)
    rappels = [(*e.repere, *_bord(e)) for e in gardees if e.repere is not None]
    noms = [e.texte for e in gardees]
    return [
        traits(rappels, color=palettes.ENCRE, strokeWidth=0.75),
        *textes(noms, {**HALO, "strokeWidth": 3}),
        *textes(noms),
    ]


def _poser(ligne: Any, fond: Fond) -> _Etiquette | None:
    """Rend l'étiquette posée en pixels ; aucune si elle est d'un encart que cette carte n'a pas."""
    place = _pixels(ligne.x, ligne.y, ligne.encart, fond)
    if place is None:
        return None
    lignes = tuple(ligne.texte.split("\n"))
    texte = Texte(*place, lignes, _CORPS, ancre=ligne.ancre, centre=True)
    large = max(largeur_texte(t, _CORPS) for t in lignes)
    haut = len(lignes) * _CORPS * INTERLIGNE
    gauche = place[0] - {"start": 0.0, "middle": large / 2, "end": large}[ligne.ancre]
    boite = (gauche, place[1] - haut / 2 + 1, gauche + large, place[1] + haut / 2 - 1)
    repere = None if math.isnan(ligne.x_repere) else _pixels(ligne.x_repere, ligne.y_repere, ligne.encart, fond)
    return _Etiquette(texte, boite, repere)


def _pixels(x: float, y: float, encart: str, fond: Fond) -> tuple[float, float] | None:
    if not encart:
        return fond.plan.pixel(x, y)
    pose = next((e for e in fond.encarts if e.id == encart), None)
    if pose is None:
        return None
    point = pose.transporter(Point(x, y), fond.plan)
    return fond.plan.pixel(point.x, point.y)


def _bord(etiquette: _Etiquette) -> tuple[float, float]:
    """Rend le point du bord de l'étiquette le plus proche de son repère."""
    x, y = etiquette.repere or (etiquette.texte.x, etiquette.texte.y)
    gauche, haut, droite, bas = etiquette.boite
    return min(max(x, gauche - 2), droite + 2), min(max(y, haut), bas)


def _se_touchent(une: Bornes, autre: Bornes) -> bool:
    return une[0] < autre[2] and autre[0] < une[2] and une[1] < autre[3] and autre[1] < une[3]
