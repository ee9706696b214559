"""Ramener les arrondissements et les anciennes communes à la commune du millésime, en sommant ce qui se compte."""

import dataframely as dy
import polars as pl

from bilan.collecte.tableau import RANG
from bilan.referentiel.territoires import Territoires
from bilan.tables.briques import cle_de


def replier_communes(lignes: pl.DataFrame, schema: type[dy.Schema], territoires: Territoires) -> pl.DataFrame:
    """Rend les lignes où 13201 à 13216 sont devenus 13055, et une commune fusionnée celle qui l'a reprise.

    Les lignes que le repli rend identiques (même clé) sont additionnées : les comptages s'ajoutent, une part ne
    s'ajoute pas et devient nulle, le reste vient de la première. `rang_de_ligne` garde la première.
    """
    if "code_commune" not in lignes.columns:
        return lignes
    repliees = lignes.with_columns(territoires.normaliser_colonne("code_commune"))
    cle = cle_de(schema)
    if "code_commune" not in cle or repliees.equals(lignes):
        return repliees
    doubles = pl.struct(cle).is_duplicated()
    ajoutees = (
        repliees.filter(doubles)
        .group_by(cle, maintain_order=True)
        .agg(*(_ajouter(nom, col) for nom, col in schema.columns().items() if nom not in cle), pl.col(RANG).min())
    )
    return pl.concat([repliees.filter(~doubles), ajoutees.select(repliees.columns)]).sort(RANG)


def _ajouter(nom: str, col: dy.Column) -> pl.Expr:
    valeurs = pl.col(nom)
    if isinstance(col, dy.Int64) and nom != "qpv_millesime":
        return pl.when(valeurs.is_not_null().any()).then(valeurs.sum())
    if isinstance(col, dy.Float64):
        return pl.when(valeurs.n_unique() == 1).then(valeurs.first())
    return valeurs.first()
