"""Ce que le public sait déjà : les cellules et les additions de toutes les éditions passées, réunies à celles du jour.

Une cellule qui a la même valeur dans deux éditions n'en fait qu'une : le curieux la suppose inchangée, et une addition
passée l'aide à lire celle d'aujourd'hui. Une valeur révisée en fait deux.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from bilan.secret.cellules import CLE_CELLULE, lier, selon
from bilan.secret.profils import est_diffusable
from bilan.secret.relations import TOLERANCE, Systeme, construire

_LUES = ("numerateur", "denominateur")


@dataclass(frozen=True)
class Anterieure:
    """Édition publique passée : ses mesures masquées, et qui contribuait à chaque cellule ce jour-là."""

    mesures: pl.DataFrame
    contributions: pl.DataFrame


@dataclass(frozen=True)
class Histoire:
    """Cellules du jour, puis celles des éditions passées qui ne valent plus autant, et toutes leurs additions.

    `cellules` : `COLONNES_CELLULE`, `publiee` (se publie aujourd'hui), `passee` (n'existe que dans une édition
    passée), `dite` (une édition passée l'a montrée à cette valeur), `tue` (une édition passée l'a masquée, et aucune
    ne l'a montrée). `relations` : additions × cellules.
    """

    cellules: pl.DataFrame
    relations: sparse.csr_matrix

    @classmethod
    def de(cls, systeme: Systeme, anterieures: Sequence[Anterieure]) -> "Histoire":
        """Rend l'histoire que forment les additions du jour et celles des éditions passées."""
        cellules = systeme.cellules.drop("id").with_columns(
            passee=pl.lit(False), dite=pl.lit(False), tue=pl.lit(False)
        )
        lots = [systeme.matrice().tocoo()]
        for anterieure in anterieures:
            passe = _systeme_passe(anterieure)
            cellules, places = _reunir(cellules, passe.cellules)
            additions = passe.matrice().tocoo()
            forme = (additions.shape[0], cellules.height)
            lots.append(sparse.coo_matrix((additions.data, (additions.row, places[additions.col])), forme))
        for lot in lots:
            lot.resize(lot.shape[0], cellules.height)
        return cls(cellules, _sans_doubles(sparse.vstack(lots).tocsr()))


def _sans_doubles(relations: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rend les additions, une fois chacune : d'une édition à l'autre, la plupart se redisent."""
    relations.sum_duplicates()
    debuts, rangs, coefficients = relations.indptr, relations.indices, relations.data
    uniques = {
        (rangs[a:b].tobytes(), coefficients[a:b].tobytes()): ligne
        for ligne, (a, b) in enumerate(itertools.pairwise(debuts))
    }
    return relations[sorted(uniques.values())]


def _systeme_passe(anterieure: Anterieure) -> Systeme:
    """Rend les cellules et les additions d'une édition passée ; `dite` et `tue` disent ce qu'elle montrait."""
    lignes = selon(anterieure.mesures.with_row_index("ligne").filter(est_diffusable()), "cellules")
    liens = lier(lignes.with_columns(statut=pl.lit("observe"))).join(lignes.select("ligne", "statut"), on="ligne")
    lues = pl.col("role").is_in(_LUES)
    dites = liens.filter(lues & (pl.col("statut") == "observe")).select(CLE_CELLULE).unique()
    tues = liens.filter(lues & (pl.col("statut") == "secret")).select(CLE_CELLULE).unique()
    publiees = anterieure.contributions.join(liens.select(CLE_CELLULE).unique(), on=CLE_CELLULE, how="semi")
    systeme = construire(publiees.sort(CLE_CELLULE), anterieure.contributions)
    systeme.cellules = systeme.cellules.with_columns(
        dite=pl.col("publiee") & _est_dans(systeme.cellules, dites),
        tue=pl.col("publiee") & _est_dans(systeme.cellules, tues) & ~_est_dans(systeme.cellules, dites),
    )
    return systeme


def _est_dans(cellules: pl.DataFrame, cles: pl.DataFrame) -> pl.Series:
    marquees = cles.with_columns(ici=pl.lit(True))
    return cellules.join(marquees, on=CLE_CELLULE, how="left", maintain_order="left")["ici"].fill_null(False)


def _reunir(cellules: pl.DataFrame, passees: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray]:
    """Rend les cellules, celles du passé ajoutées si elles valaient autrement, et la place de chacune des passées."""
    ici = cellules.with_row_index("place").select(*CLE_CELLULE, "place", pl.col("valeur").alias("v_"), "publiee")
    memes = (
        passees.select(*CLE_CELLULE, "id", "valeur", "publiee")
        .join(ici, on=[*CLE_CELLULE], suffix="_ici")
        .filter((pl.col("valeur") - pl.col("v_")).abs() < TOLERANCE)
        # Une cellule calculée peut avoir la clé d'une cellule publiée : chacune va d'abord à la sienne.
        .sort("id", pl.col("publiee") != pl.col("publiee_ici"), "place")
        .unique("id", keep="first", maintain_order=True)
    )
    reunies = passees.join(memes.select("id", "place"), on="id", how="left", maintain_order="left")
    neuves = reunies["place"].is_null()
    places = np.where(
        neuves.to_numpy(), cellules.height + np.cumsum(neuves.to_numpy()) - 1, reunies["place"].fill_null(0).to_numpy()
    ).astype(np.int64)
    marques = (
        reunies.filter(~neuves).group_by("place").agg(pl.col("dite").any().alias("d_"), pl.col("tue").any().alias("t_"))
    )
    # Ce qu'une édition passée masquait le reste, révisé ou non.
    restent = _est_dans(cellules, passees.filter("tue").select(CLE_CELLULE).unique()) & cellules["publiee"]
    gardees = (
        cellules.with_row_index("place").join(marques, on="place", how="left", maintain_order="left")
        .with_columns(
            dite=pl.col("dite") | pl.col("d_").fill_null(False),
            tue=pl.col("tue") | pl.col("t_").fill_null(False) | restent,
        )
        .with_columns(tue=pl.col("tue") & ~pl.col("dite"))
    )
    ajoutees = passees.filter(neuves).with_columns(publiee=pl.lit(False), passee=pl.lit(True))
    return pl.concat([gardees.select(cellules.columns), ajoutees.select(cellules.columns)]), places
