"""Les formes faites de texte : tableau en grille, chiffre clé, et la phrase d'une figure vide."""

import re
from math import sqrt

from bilan.figures import palettes
from bilan.figures.altair.lettres import HAUTES, couper, largeur_texte
from bilan.figures.altair.toile import Marges, Texte, Toile, boite, couche, couleur_brute, textes, traits
from bilan.figures.formes import ChiffreCle
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule, entete, est_numerique, lignes
from bilan.figures.theme import CORPS, INTERLIGNE

_ESPACE = 12
_AIR = 8
_CORPS_CHIFFRE = 44
_ENTRE_MOTS = re.compile(rf" (?![{''.join(HAUTES)}])")
_LISIBLE = 0.22
"""Part de la largeur qu'un texte garde dans un tableau : en dessous, il se lirait mot à mot."""

_CONFORTABLE = 0.28
"""Part de la largeur qu'un texte garde si toutes les colonnes peuvent l'avoir."""

_PARTAGES = 24
"""Dichotomies du partage des colonnes : bien moins qu'un pixel d'écart sur toute largeur d'image."""


def dessiner_tableau(figure: Figure, largeur: float) -> Toile:
    """Rend la toile d'un tableau : en-têtes en gras, nombres à droite, filets entre les lignes."""
    colonnes = figure.colonnes
    cellules = lignes(figure)
    largeurs = _largeurs([entete(c) for c in colonnes], cellules, largeur)
    largeur = max(largeur, sum(largeurs))  # des mots trop longs élargissent l'image plutôt que d'en sortir
    a_droite = [est_numerique(c) for c in colonnes]
    y = 0.0
    ecritures: list[Texte] = []
    filets: list[tuple[float, float, float, float]] = []
    for rang, ligne in enumerate([tuple(entete(c) for c in colonnes), *cellules]):
        gras = rang == 0
        replis = [tuple(couper(t, place - _ESPACE, CORPS, gras)) for t, place in zip(ligne, largeurs, strict=True)]
        x = 0.0
        for repli, place, droite in zip(replis, largeurs, a_droite, strict=True):
            bord = x + place - _ESPACE if droite else x
            ecritures.append(Texte(bord, y + _AIR / 2 + CORPS, repli, gras=gras, ancre="end" if droite else "start"))
            x += place
        y += max(len(r) for r in replis) * CORPS * INTERLIGNE + _AIR
        filets.append((0, y, largeur, y))
    toile = Toile(largeur, y + 1)
    toile.couches = [
        traits(filets[:1], color=palettes.ENCRE),
        traits(filets[1:]),
        *textes(ecritures),
    ]
    return toile


def dessiner_chiffre(figure: Figure, forme: ChiffreCle, largeur: float) -> Toile:
    """Rend la toile d'un chiffre clé : le chiffre, ce qu'il compte, son complément."""
    ligne = figure.donnees.row(0, named=True)
    chiffre = cellule(ligne[forme.valeur], forme.format, ligne.get(figure.colonne_absence(forme.valeur)))
    libelle = couper(forme.libelle, largeur - 16, 15)
    complement = couper(forme.complement, largeur - 16) if forme.complement else []
    haut_libelle = _CORPS_CHIFFRE + 26
    haut_complement = haut_libelle + len(libelle) * 15 * INTERLIGNE
    toile = Toile(largeur, haut_complement + len(complement) * CORPS * INTERLIGNE)
    filet = [{"x": 0, "y": 4, "x2": 3, "y2": toile.hauteur, "c": palettes.BLEU}]
    toile.couches = [
        couche({"type": "rect"}, filet, **boite(), color=couleur_brute()),
        *textes(
            [
                Texte(16, _CORPS_CHIFFRE, (chiffre,), _CORPS_CHIFFRE, gras=True, couleur=palettes.BLEU),
                Texte(16, haut_libelle, tuple(libelle), 15),
                Texte(16, haut_complement + 4, tuple(complement), couleur=palettes.GRIS_TEXTE),
            ]
        ),
    ]
    return toile


def dessiner_vide(figure: Figure, largeur: float) -> Toile:
    """Rend la toile d'une figure sans donnée : la phrase qui dit pourquoi, dans un cadre."""
    phrase = couper(figure.vide, largeur - 48, 13)
    hauteur = len(phrase) * 13 * INTERLIGNE + 48
    cadre = [{"x": 0.5, "y": 0.5, "x2": largeur - 0.5, "y2": hauteur - 0.5, "c": "#F6F6F6"}]
    marque = {"type": "rect", "stroke": palettes.GRIS_HACHURE, "strokeDash": [4, 3], "strokeWidth": 1}
    toile = Toile(largeur, hauteur, Marges())
    toile.couches = [
        couche(marque, cadre, **boite(), color=couleur_brute()),
        *textes([Texte(largeur / 2, hauteur / 2, tuple(phrase), 13, ancre="middle", centre=True)]),
    ]
    return toile


def _largeurs(entetes: list[str], cellules: list[tuple[str, ...]], largeur: float) -> list[float]:
    """Partage la largeur : à chaque colonne sa place naturelle ; s'il en manque, selon la racine de cette place.

    Un texte quatre fois plus long a ainsi deux fois plus de place, et deux fois plus de lignes. Aucune colonne ne
    descend sous son plus long mot, ni sous une part confortable si toutes peuvent l'avoir. L'image s'élargit tant que
    ses colonnes n'auraient pas, à elles toutes, une part lisible.
    """
    naturelles = [
        max(
            _plus_long_mot(titre) if cellules else largeur_texte(titre, gras=True),
            *(largeur_texte(ligne[rang]) for ligne in cellules),
            0,
        )
        + _ESPACE
        for rang, titre in enumerate(entetes)
    ]
    mots = [
        max(_plus_long_mot(texte) for texte in (titre, *(ligne[rang] for ligne in cellules))) + _ESPACE
        for rang, titre in enumerate(entetes)
    ]
    if (libre := largeur - sum(naturelles)) >= 0:
        return [n + libre / len(naturelles) for n in naturelles]
    place = max(largeur, sum(_planchers(naturelles, mots, largeur * _LISIBLE)))
    confortables = _planchers(naturelles, mots, largeur * _CONFORTABLE)
    planchers = confortables if sum(confortables) <= place else mots
    bas, haut = 0.0, sqrt(max(naturelles))
    for _ in range(_PARTAGES):
        milieu = (bas + haut) / 2
        trop = sum(_repartir(naturelles, planchers, milieu)) > place
        bas, haut = (bas, milieu) if trop else (milieu, haut)
    return _repartir(naturelles, planchers, bas)


def _planchers(naturelles: list[float], mots: list[float], voulue: float) -> list[float]:
    return [max(m, min(n, voulue)) for n, m in zip(naturelles, mots, strict=True)]


def _repartir(naturelles: list[float], planchers: list[float], part: float) -> list[float]:
    return [max(p, min(n, part * sqrt(n))) for n, p in zip(naturelles, planchers, strict=True)]


def _plus_long_mot(texte: str) -> float:
    return max((largeur_texte(mot, gras=True) for mot in _ENTRE_MOTS.split(texte)), default=0)
