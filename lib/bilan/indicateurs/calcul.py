"""Le calcul des mesures : toutes les tables, tous les indicateurs, une fois pour toute la région."""

from collections.abc import Iterable, Iterator

import polars as pl

from bilan.erreurs import valeur_inconnue
from bilan.indicateurs.contexte import Contexte, Tables, periodes_presentes
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import CLE
from bilan.indicateurs.registre import INDICATEURS
from bilan.tables.mesure import COLONNES_MESURE, Mesure

LIGNES_PAR_LOT = 50_000
"""Taille d'un lot de mesures, à un territoire près."""

__all__ = ["Contexte", "calculer", "calculer_par_lots", "periodes_presentes"]


def calculer(tables: Tables, contexte: Contexte, codes: Iterable[str] | None = None) -> pl.DataFrame:
    """Rend les mesures de tous les indicateurs (ou de ceux dont on donne les `codes`), au schéma `Mesure`.

    `tables` associe à leur nom les tables canoniques telles que l'entrepôt les lit à une date. Les lignes sont
    triées par indicateur puis par clé : deux calculs sur les mêmes tables rendent la même suite d'octets. Lève
    `ErreurUsage` pour un code inconnu, et `dataframely.exc.ValidationError` si une mesure rompt son contrat.
    """
    lots = list(calculer_par_lots(tables, contexte, codes))
    return Mesure.cast(pl.concat(lots)) if lots else Mesure.create_empty()


def calculer_par_lots(
    tables: Tables, contexte: Contexte, codes: Iterable[str] | None = None
) -> Iterator[pl.DataFrame]:
    """Rend les mêmes mesures dans le même ordre, un indicateur et quelques territoires à la fois.

    Toutes ensemble, elles ne tiendraient pas en mémoire à l'échelle de la France.
    """
    voulus = sorted(INDICATEURS if codes is None else codes)
    for code in voulus:
        if code not in INDICATEURS:
            raise valeur_inconnue("l'indicateur", code, INDICATEURS)
    matiere = Matiere(tables, contexte)
    for code in voulus:
        mesures = (
            INDICATEURS[code]
            .calcul(matiere)
            .select(pl.lit(str(contexte.jeu)).alias("jeu"), pl.lit(code).alias("indicateur"), pl.all())
            .select(COLONNES_MESURE)
        )
        yield from (Mesure.validate(lot) for lot in _par_tranches(mesures.sort(CLE)))


def _par_tranches(triees: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Coupe des mesures triées entre deux territoires : une clé n'est jamais à cheval sur deux lots."""
    territoire = pl.struct("territoire_type", "territoire").rle_id()
    debuts = triees.select((territoire != territoire.shift()).arg_true()).to_series()
    coupes = [0]
    for debut in debuts:
        if debut - coupes[-1] >= LIGNES_PAR_LOT:
            coupes.append(debut)
    for debut, fin in zip(coupes, [*coupes[1:], triees.height], strict=True):
        yield triees[debut:fin]
