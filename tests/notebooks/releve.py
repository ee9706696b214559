"""Relire la phrase de lecture d'une figure : chacun de ses nombres se trouve, ou se compte, dans sa table."""

import re
from collections import Counter
from datetime import date

import polars as pl

from bilan.figures import tableau
from bilan.figures.modele import Figure
from bilan.francais import date_courte, date_longue, nombre

_NOMBRE = re.compile(r"\d+(?:\u202f\d{3})*(?:,\d+)?")


def introuvables(figure: Figure) -> list[str]:
    """Rend les nombres de la lecture que la table ne donne ni dans une cellule, ni par un compte, ni par un total.

    Un compte est celui de toutes les lignes, ou des lignes où une cellule dit la même chose ; un total, celui
    d'une colonne de nombres entiers.
    """
    if figure.vide:
        return []  # sans table, la phrase dit pourquoi elle est vide
    lignes = tableau.lignes(figure)
    lus = set(_NOMBRE.findall(" ; ".join(cellule for ligne in lignes for cellule in ligne)))
    permis = lus | _comptes(figure, lignes) | _totaux(figure)
    permis |= {n.removesuffix(",0") for n in permis}  # « 720,0 » d'une colonne s'écrit « 720 » dans une phrase
    return [n for n in _NOMBRE.findall(_sans_dates(figure)) if n not in permis]


def _sans_dates(figure: Figure) -> str:
    """Rend la lecture sans les dates que la table montre."""
    texte = figure.lecture
    for colonne in figure.donnees.get_columns():
        for jour in colonne.drop_nulls().unique() if colonne.dtype == pl.Date else ():
            texte = _oter(texte, jour)
    return texte


def _oter(texte: str, jour: date) -> str:
    return texte.replace(date_longue(jour), "").replace(date_courte(jour), "")


def _comptes(figure: Figure, lignes: list[tuple[str, ...]]) -> set[str]:
    par_colonne = [Counter(ligne[rang] for ligne in lignes) for rang in range(len(figure.colonnes))]
    pareilles = (compte for comptes in par_colonne for compte in comptes.values())
    remplies = (sum(bool(v) for v in figure.donnees[c.nom].is_not_null()) for c in figure.colonnes)
    return {nombre(compte) for compte in (len(lignes), *pareilles, *remplies)}


def _totaux(figure: Figure) -> set[str]:
    entiers = [c.nom for c in figure.colonnes if c.format == "nombre"]
    return {nombre(float(figure.donnees[nom].sum() or 0)) for nom in entiers}
