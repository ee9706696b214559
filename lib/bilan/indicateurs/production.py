"""P1 : agréments de logements sociaux, par territoire de gestion des aides à la pierre (domaine, § 4.5).

La saison est très forte : une période ne se compare qu'à la même période de l'année précédente, jamais en
prolongeant une droite.
"""

import polars as pl

from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import ENSEMBLE, mesurer, rapport, volume

_CLE = ("territoire_type", "territoire", "produit", "periode", "annee", "trimestre")
_SCHEMA = {
    **dict.fromkeys(("territoire_type", "territoire", "produit", "periode"), pl.String),
    "annee": pl.Int64,
    "trimestre": pl.Int8,
    "agrees": pl.Float64,
    "objectif": pl.Float64,
    "date_arrete": pl.Date,
}


def agrements_a_la_periode(matiere: Matiere) -> pl.DataFrame:
    """Rend les agréments connus à chaque période : colonnes de `_SCHEMA`.

    Pour un trimestre, le dernier arrêté qui ne dépasse pas sa fin ; pour une année, le dernier arrêté connu. La
    région est la ligne publiée de la région, à défaut la somme des territoires ; l'ensemble des produits est la
    ligne ENSEMBLE, à défaut la somme de PLAI, PLUS et PLS. Un total publié n'est jamais refait.
    """
    table = matiere.table("agrements")
    if table is None:
        return pl.DataFrame(schema=_SCHEMA)
    return _avec_ensemble(_avec_region(_derniers_arretes(matiere, table), matiere.contexte.code_region))


def _derniers_arretes(matiere: Matiere, table: pl.DataFrame) -> pl.DataFrame:
    contexte = matiere.contexte
    limite = pl.when(pl.col("trimestre") > 0).then(pl.min_horizontal("fin", pl.lit(contexte.connu_le)))
    niveau = pl.when(pl.col("type_gestion") == "REGION").then(pl.lit("region")).otherwise(pl.lit("territoire_gestion"))
    # Un chiffre absent d'un arrêté n'efface pas celui de l'arrêté précédent.
    dernier = {
        nom: pl.col(colonne).drop_nulls().last().cast(pl.Float64)
        for nom, colonne in (("agrees", "nb_agrees"), ("objectif", "objectif"))
    }
    return (
        table.join(contexte.calendrier.select("periode", "annee", "trimestre", "fin"), on="annee")
        .filter(pl.col("date_arrete") <= limite.fill_null(pl.lit(contexte.connu_le)))
        .with_columns(territoire_type=niveau, territoire=pl.col("territoire_gestion_code"))
        .sort("date_arrete")
        .group_by(_CLE)
        .agg(**dernier, date_arrete=pl.col("date_arrete").last())
        .select(*_SCHEMA)
    )


def _avec_region(lignes: pl.DataFrame, code_region: str) -> pl.DataFrame:
    """Ajoute la région où elle n'est pas publiée : somme des territoires, si tous donnent ce produit."""
    territoires = lignes.filter(pl.col("territoire_type") == "territoire_gestion")
    nombre = territoires.group_by("periode").agg(pl.col("territoire").n_unique().alias("nombre"))
    sommes = (
        territoires.with_columns(territoire_type=pl.lit("region"), territoire=pl.lit(code_region))
        .join(nombre, on="periode")
        .group_by(*_CLE, "nombre")
        .agg(_somme("agrees"), _somme("objectif"), pl.col("date_arrete").min(), donnes=pl.len())
        .filter(pl.col("donnes") == pl.col("nombre"))
    )
    return _completer(lignes, sommes)


def _avec_ensemble(lignes: pl.DataFrame) -> pl.DataFrame:
    """Ajoute l'ensemble des produits où il n'est pas publié : somme des produits publiés."""
    produits = lignes.filter(pl.col("produit") != "ENSEMBLE").with_columns(produit=pl.lit("ENSEMBLE"))
    sommes = produits.group_by(_CLE).agg(_somme("agrees"), _somme("objectif"), pl.col("date_arrete").min())
    return _completer(lignes, sommes)


def _somme(nom: str) -> pl.Expr:
    return pl.when(pl.col(nom).is_not_null().all()).then(pl.col(nom).sum()).alias(nom)


def _completer(lignes: pl.DataFrame, sommes: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([lignes, sommes.join(lignes, on=_CLE, how="anti").select(*_SCHEMA)])


def taux_d_agrement(matiere: Matiere) -> pl.DataFrame:
    """P1 : logements agréés / objectif de l'année, en % ; par territoire de gestion, région, et « produit »."""
    return _mesurer(matiere, pl.col("agrees"), pl.col("objectif"), rapport())


def logements_agrees(matiere: Matiere) -> pl.DataFrame:
    """P1n : logements agréés depuis le 1er janvier ; le dénominateur rappelle l'objectif de l'année."""
    return _mesurer(matiere, pl.col("agrees"), pl.col("objectif"), volume())


def evolution_a_meme_date(matiere: Matiere) -> pl.DataFrame:
    """P1v : (agréés − agréés à la même période de l'année précédente) / ces derniers, en %."""
    connus = matiere.derive(agrements_a_la_periode)
    avant = connus.select(
        "territoire_type", "territoire", "produit", "trimestre", pl.col("annee") + 1, pl.col("agrees").alias("avant")
    )
    suite = connus.join(avant, on=["territoire_type", "territoire", "produit", "trimestre", "annee"])
    return _en_mesures(suite, pl.col("agrees") - pl.col("avant"), pl.col("avant"), rapport())


def _mesurer(
    matiere: Matiere, numerateur: pl.Expr, denominateur: pl.Expr, forme: tuple[pl.Expr, pl.Expr]
) -> pl.DataFrame:
    return _en_mesures(matiere.derive(agrements_a_la_periode), numerateur, denominateur, forme)


def _en_mesures(
    connus: pl.DataFrame, numerateur: pl.Expr, denominateur: pl.Expr, forme: tuple[pl.Expr, pl.Expr]
) -> pl.DataFrame:
    ensemble = pl.col("produit") == "ENSEMBLE"
    fin_d_annee = pl.date(pl.col("annee"), 12, 31)
    lignes = connus.select(
        "territoire_type",
        "territoire",
        "periode",
        ventilation=pl.when(ensemble).then(pl.lit(ENSEMBLE)).otherwise(pl.lit("produit")),
        modalite=pl.when(ensemble).then(pl.lit(ENSEMBLE)).otherwise("produit"),
        numerateur=numerateur,
        denominateur=denominateur,
        couverture=pl.lit(None, pl.Float64),
        repondants=pl.lit(None, pl.Int64),
        attendus=pl.lit(None, pl.Int64),
        complete=(pl.col("trimestre") == 0) & (pl.col("date_arrete") >= fin_d_annee),
    )
    return mesurer(lignes, forme)
