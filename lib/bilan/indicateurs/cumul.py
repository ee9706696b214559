"""Trimestres cumulés et trimestres seuls : la même année, lue de la même façon d'où que vienne le fichier.

Un bailleur livre T1 à T4 et l'année (AN), chaque trimestre étant seul (TRIMESTRE) ou cumulé depuis le
1er janvier (CUMUL). Pour chaque bailleur et chaque période demandée, la *composition* dit quelles
livraisons ajouter ou retrancher ; un bailleur qui n'a pas de quoi couvrir la période n'a pas répondu
pour elle, et ses lignes n'y entrent pas.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

CUMUL, TRIMESTRE, ANNEE = "CUMUL", "TRIMESTRE", "AN"

Source = tuple[str, str, int]
"""Livraison employée : période livrée (T1…T4, AN), mode_cumul, coefficient (+1 ou −1)."""

SCHEMA_COMPOSITION = {
    "annee": pl.Int64,
    "bailleur_siren": pl.String,
    "nature": pl.String,
    "periode": pl.String,
    "periode_livree": pl.String,
    "mode_cumul": pl.String,
    "coefficient": pl.Int64,
}


@dataclass(frozen=True)
class Livrees:
    """Ce qu'un bailleur a livré d'une année : rangs des trimestres cumulés, des trimestres seuls, modes de l'AN."""

    cumuls: frozenset[int]
    seuls: frozenset[int]
    modes_annuels: frozenset[str]

    def cumul(self, rang: int) -> list[Source] | None:
        """Rend les livraisons dont la somme va du 1er janvier à la fin du trimestre `rang`, ou None.

        On part du dernier cumul livré et l'on ajoute les trimestres seuls qui le suivent ; s'il en manque
        un, le bailleur n'a pas répondu.
        """
        depart = max((k for k in self.cumuls if k <= rang), default=0)
        suite = range(depart + 1, rang + 1)
        if not self.seuls.issuperset(suite):
            return None
        debut: list[Source] = [(f"T{depart}", CUMUL, 1)] if depart else []
        return debut + [(f"T{k}", TRIMESTRE, 1) for k in suite]

    def seul(self, rang: int) -> list[Source] | None:
        """Rend les livraisons qui font le trimestre `rang` seul : livré tel quel, ou différence de deux cumuls."""
        if rang in self.seuls:
            return [(f"T{rang}", TRIMESTRE, 1)]
        precedent = self.cumul(rang - 1) if rang > 1 else []
        if rang not in self.cumuls or precedent is None:
            return None
        return [(f"T{rang}", CUMUL, 1)] + [(periode, mode, -signe) for periode, mode, signe in precedent]

    def annee(self) -> list[Source] | None:
        """Rend la livraison annuelle si elle existe (elle l'emporte), sinon la somme des quatre trimestres."""
        if self.modes_annuels:
            return [(ANNEE, mode, 1) for mode in sorted(self.modes_annuels)]
        return self.cumul(4)


def composer(livraisons: pl.DataFrame) -> pl.DataFrame:
    """Rend la composition de chaque période de chaque bailleur.

    `livraisons` a les colonnes annee, bailleur_siren, periode (T1…T4, AN), mode_cumul. Une ligne rendue par
    livraison employée : nature « cumul » (du 1er janvier à la fin de la période) ou « seul » (trimestre
    seul), periode (« 2024T3 », « 2024 »), periode_livree, mode_cumul, coefficient.
    """
    lignes = [
        (annee, bailleur, nature, periode, *source)
        for annee, bailleur, livrees in _livrees(livraisons)
        for nature, periode, sources in _periodes(annee, livrees)
        for source in sources
    ]
    return pl.DataFrame(lignes, schema=SCHEMA_COMPOSITION, orient="row")


def _livrees(livraisons: pl.DataFrame) -> Iterator[tuple[int, str, Livrees]]:
    par_bailleur: dict[tuple[int, str], set[tuple[str, str]]] = {}
    uniques = livraisons.select("annee", "bailleur_siren", "periode", "mode_cumul").unique()
    for annee, bailleur, periode, mode in uniques.sort(pl.all()).iter_rows():
        par_bailleur.setdefault((annee, bailleur), set()).add((periode, mode))
    for (annee, bailleur), couples in par_bailleur.items():
        rangs = {
            voulu: frozenset(int(periode[1:]) for periode, mode in couples if periode != ANNEE and mode == voulu)
            for voulu in (CUMUL, TRIMESTRE)
        }
        annuels = frozenset(mode for periode, mode in couples if periode == ANNEE)
        yield annee, bailleur, Livrees(rangs[CUMUL], rangs[TRIMESTRE], annuels)


def _periodes(annee: int, livrees: Livrees) -> Iterator[tuple[str, str, list[Source]]]:
    for rang in range(1, 5):
        for nature, sources in (("cumul", livrees.cumul(rang)), ("seul", livrees.seul(rang))):
            if sources is not None:
                yield nature, f"{annee}T{rang}", sources
    if (sources := livrees.annee()) is not None:
        yield "cumul", str(annee), sources
