"""Les petites cartes : le même fond répété, une carte par panneau, une seule échelle et une seule légende."""

from dataclasses import replace

from shapely import affinity

from bilan.figures import palettes
from bilan.figures.altair.aplats import absents, hors_du_fond, polygones, traits_du_fond
from bilan.figures.altair.fond import Fond, dessiner_fond
from bilan.figures.altair.legende_carte import (
    Entree,
    dessiner_legende,
    entree_hors_region,
    mesurer_legende,
)
from bilan.figures.altair.lettres import couper
from bilan.figures.altair.territoires import Territoire, territoires_classes
from bilan.figures.altair.toile import Couche, Texte, Toile, textes
from bilan.figures.formes import CartesMultiples
from bilan.figures.modele import Figure
from bilan.figures.theme import CORPS, INTERLIGNE
from bilan.referentiel.geometries import Fonds

LARGEUR_MULTIPLES = 920
"""Largeur par défaut, en pixels : trois cartes de front."""

_COLONNES = 3
_LARGEUR_MINIMALE = 220.0
_BLANC = 18.0
_LIGNE = CORPS * INTERLIGNE


def dessiner_multiples(
    figure: Figure, forme: CartesMultiples, fonds: Fonds, largeur: float | None, base_liens: str
) -> Toile:
    """Rend la toile des petites cartes, autant de front qu'il en tient, la légende dessous."""
    large = largeur or LARGEUR_MULTIPLES
    colonnes = max(1, min(_COLONNES, len(forme.panneaux), int((large + _BLANC) // (_LARGEUR_MINIMALE + _BLANC))))
    cote = (large - (colonnes - 1) * _BLANC) / colonnes
    fond = dessiner_fond(fonds, cote, (1, 1), avec_encarts=False)
    titres = [tuple(couper(panneau.titre, cote, CORPS, gras=True)) for panneau in forme.panneaux]
    bandeau = max(len(titre) for titre in titres) * _LIGNE + 8
    pas = bandeau + fond.hauteur + _BLANC
    territoires = [territoires_classes(figure, forme, panneau, fonds) for panneau in forme.panneaux]
    toile = Toile(large, 0, projection=fond.plan.projection)
    ecrits = []
    for rang, (titre, vus) in enumerate(zip(titres, territoires, strict=True)):
        x, y = rang % colonnes * (cote + _BLANC), rang // colonnes * pas
        toile.couches += _carte(_decaler(fond, x, y + bandeau), vus, base_liens if forme.liens else None)
        ecrits.append(Texte(x, y + _LIGNE, titre, gras=True))
    bas = -(-len(titres) // colonnes) * pas
    legende, haut = _legende(forme, territoires, fonds, replace(fond, largeur=large, legende=(0, bas, large, bas)))
    toile.couches += [*textes(ecrits), *legende]
    toile.hauteur = bas + haut
    return toile


def _carte(fond: Fond, territoires: dict[str, Territoire], liens: str | None) -> list[Couche]:
    return [
        *hors_du_fond(fond),
        polygones(fond, territoires, liens),
        *absents(fond, territoires),
        *traits_du_fond(fond),
    ]


def _decaler(fond: Fond, x: float, y: float) -> Fond:
    """Rend le fond déplacé de (x, y) pixels ; le plan ne bouge pas : toutes les cartes d'une image ont le même."""
    dx, dy = x * fond.plan.metres_par_pixel, -y * fond.plan.metres_par_pixel
    return replace(
        fond,
        contours={s: tuple(affinity.translate(g, dx, dy) for g in gs) for s, gs in fond.contours.items()},
        departements=affinity.translate(fond.departements, dx, dy),
        dehors={s: affinity.translate(g, dx, dy) for s, g in fond.dehors.items()},
    )


def _legende(
    forme: CartesMultiples, territoires: list[dict[str, Territoire]], fonds: Fonds, fond: Fond
) -> tuple[list[Couche], float]:
    """Rend la légende commune et sa hauteur : les classes d'un côté, les absences vues de l'autre, sans compte."""
    couleurs = palettes.couleurs(forme.palette, len(forme.classes))
    classes = [Entree(nom, couleur=teinte) for nom, teinte in zip(forme.classes, couleurs, strict=True)]
    vues = {t.absence for vus in territoires for t in vus.values()}
    absences = [Entree(nom, absence=code) for code, nom in palettes.ABSENCES.items() if code in vues]
    absences += [replace(e, libelle=e.libelle.partition(" (")[0]) for e in entree_hors_region(fonds)]
    couches: list[Couche] = []
    x, haut = 0.0, 0.0
    for entrees in (classes, absences):
        if entrees:
            place = replace(fond, legende=(x, fond.legende[1], fond.largeur, fond.legende[3]))
            couches += dessiner_legende(entrees, place)
            large, h = mesurer_legende(entrees, fond.largeur)
            x, haut = x + large + 2 * _BLANC, max(haut, h)
    return couches, haut
