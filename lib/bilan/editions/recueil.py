"""Le recueil d'une édition : chaque figure une seule fois, et celles des fiches réunies, tous EPCI ensemble."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from bilan.editions.annuaire import Annuaire, Epci
from bilan.editions.executions import Edition, Execution
from bilan.figures.modele import Colonne, Figure, Maturite

_REUNIES_SOUS = {"departement": "Département"}
"""Titre commun d'une colonne que chaque fiche nomme d'après son territoire (« Var », « Hautes-Alpes »)."""

_EPCI = (Colonne("siren_de_la_fiche", "SIREN de l'EPCI"), Colonne("nom_de_la_fiche", "Nom de l'EPCI"))
_GRAVITE: tuple[Maturite, ...] = ("definitif", "revise", "provisoire")


@dataclass(frozen=True)
class Planche:
    """Table à publier : ce qu'elle montre, ce qu'il faut en savoir, et les pages où elle se lit.

    `mentions` sont des paires (« Lecture », phrase), dans l'ordre où une figure les donne.
    """

    id: str
    titre: str
    sous_titre: str
    colonnes: tuple[Colonne, ...]
    donnees: pl.DataFrame
    mentions: tuple[tuple[str, str], ...]
    source: str
    pages: tuple[str, ...]
    maturite: Maturite = "definitif"
    fictif: bool = False
    vide: str = ""


def recueillir(edition: Edition, annuaire: Annuaire) -> list[Planche]:
    """Rend les planches d'une édition : figures régionales dans l'ordre de lecture, puis figures des fiches.

    Une figure que plusieurs pages montrent à l'identique n'a qu'une planche.
    """
    return [*_regionales(edition.pages), *_reunies(edition, annuaire)]


def _regionales(pages: Sequence[Execution]) -> list[Planche]:
    planches: list[Planche] = []
    for execution in pages:
        for figure in execution.figures.values():
            planche = _planche(figure, execution.run.titre)
            rang = next((n for n, deja in enumerate(planches) if _est_la_meme(deja, planche)), None)
            if rang is None:
                planches.append(planche)
            else:
                planches[rang] = replace(planches[rang], pages=(*planches[rang].pages, *planche.pages))
    return planches


def _est_la_meme(une: Planche, autre: Planche) -> bool:
    memes_textes = (une.id, une.titre, une.colonnes, une.mentions) == (
        autre.id, autre.titre, autre.colonnes, autre.mentions
    )
    return memes_textes and une.donnees.equals(autre.donnees)


def _planche(figure: Figure, page: str) -> Planche:
    return Planche(
        figure.id, figure.titre, figure.sous_titre, figure.colonnes, _visible(figure), _mentions(figure),
        figure.source, (page,), figure.maturite, figure.fictif, figure.vide,
    )


def _mentions(figure: Figure) -> tuple[tuple[str, str], ...]:
    suite = (("Lecture", figure.lecture), ("Note", figure.note), ("Champ", figure.champ), ("Source", figure.source))
    return tuple((nom, texte) for nom, texte in suite if texte)


def _visible(figure: Figure) -> pl.DataFrame:
    noms = [c.nom for c in figure.colonnes] + [c.absence for c in figure.colonnes if c.absence]
    return figure.donnees.select(list(dict.fromkeys(noms)))


def _reunies(edition: Edition, annuaire: Annuaire) -> list[Planche]:
    par_figure: dict[str, list[tuple[Epci, Figure]]] = {}
    for epci in annuaire.epci:
        if epci.siren in edition.fiches:
            for figure in edition.fiches[epci.siren].figures.values():
                par_figure.setdefault(figure.id, []).append((epci, figure))
    return [_reunir(suite) for suite in par_figure.values()]


def _reunir(suite: list[tuple[Epci, Figure]]) -> Planche:
    """Rend la planche d'une figure que chaque fiche montre : ses tables bout à bout, ou une seule si toutes disent
    la même chose."""
    epci, figure = suite[0]
    tables = [_visible(f) for _, f in suite]
    commune = len(suite) > 1 and all(table.equals(tables[0]) for table in tables)
    titre = _sans(figure.sous_titre, epci.nom) or figure.titre
    avertis = [f.note for _, f in suite]
    note = figure.note if len(set(avertis)) == 1 else _tronc(avertis)
    champ = figure.champ if commune else "Chaque EPCI, sur son territoire ; fiche par fiche."
    mentions = tuple(
        (nom, texte) for nom, texte in (("Note", note), ("Champ", champ), ("Source", figure.source)) if texte
    )
    colonnes = _colonnes([f for _, f in suite])
    return Planche(
        figure.id,
        titre,
        "Figure des fiches EPCI",
        colonnes if commune else (*_EPCI, *colonnes),
        tables[0] if commune else pl.concat(map(_situer, suite, tables), how="diagonal_relaxed"),
        mentions,
        figure.source,
        ("Fiches EPCI",),
        max((f.maturite for _, f in suite), key=_GRAVITE.index),
        figure.fictif,
        figure.vide,
    )


def _situer(ou: tuple[Epci, Figure], table: pl.DataFrame) -> pl.DataFrame:
    siren, nom = (colonne.nom for colonne in _EPCI)
    return table.select(pl.lit(ou[0].siren).alias(siren), pl.lit(ou[0].nom).alias(nom), pl.all())


def _colonnes(figures: list[Figure]) -> tuple[Colonne, ...]:
    """Rend les colonnes de toutes les fiches, sous un titre commun quand chaque fiche a le sien."""
    colonnes: dict[str, Colonne] = {}
    for figure in figures:
        for colonne in figure.colonnes:
            deja = colonnes.setdefault(colonne.nom, colonne)
            if deja.titre != colonne.titre:
                commun = _REUNIES_SOUS.get(colonne.nom, colonne.nom.replace("_", " ").capitalize())
                colonnes[colonne.nom] = replace(deja, titre=commun)
    return tuple(colonnes.values())


def _sans(texte: str, nom: str) -> str:
    return texte.replace(f", {nom}", "").replace(nom, "").strip(" ,;")


def _tronc(textes: list[str]) -> str:
    """Rend les premières phrases que tous les textes partagent ; ce qui change d'une fiche à l'autre reste sur elle."""
    communes: list[str] = []
    for phrases in zip(*(texte.rstrip(".").split(". ") for texte in textes), strict=False):
        if len(set(phrases)) > 1:
            break
        communes.append(phrases[0])
    return f"{'. '.join(communes)}." if communes else ""
