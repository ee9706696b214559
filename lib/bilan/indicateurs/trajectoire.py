"""F5 : où en est-on de l'objectif de l'année, et où devrait-on en être (domaine, § 5.1).

Le repère est la saison de l'année précédente quand elle est connue, et non k/4 seul : les attributions ne se
répartissent pas également dans l'année. Les deux repères sont donnés, chacun nommé.
"""

import polars as pl

from bilan.indicateurs.atteinte import bilan_des_conventions, couverture_des_conventions
from bilan.indicateurs.cumul import composer
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.positions import composer_positions
from bilan.indicateurs.rapports import PAR_RESERVATAIRE, TOUT, Axe, couvrir, mesurer, rapport, totaliser

LINEAIRE, SAISON = "LINEAIRE", "SAISON_N_1"
_NIVEAUX = ("region", "departement", "bailleur")
_FINESSE = ("code_departement", "reservataire_categorie", "type_offre")
_SCHEMA_SAISON = {
    **dict.fromkeys(
        ("periode", "bailleur_siren", "code_departement", "reservataire_categorie", "reference"), pl.String
    ),
    **dict.fromkeys(("a_date", "annee_n_1"), pl.Int64),
}
_QUAND = {
    "annee": pl.col("periode").str.head(4).cast(pl.Int64),
    "trimestre": pl.col("periode").str.extract(r"T(\d)$").cast(pl.Int8).fill_null(0),
}
_PAR_REFERENCE = Axe("reference", ("reference",))
_PAR_RESERVATAIRE_ET_REFERENCE = Axe("reservataire|reference", ("reservataire_categorie", "reference"))


def trajectoire(matiere: Matiere) -> pl.DataFrame:
    """F5 : Σ attribués depuis le 1er janvier / Σ objectifs de l'année, en %, et le repère à la même date.

    L'objectif de l'année est le prévisionnel, à défaut l'objectif à date ramené à l'année. Ventilation « reference » :
    LINEAIRE est k/4 de cet objectif ; SAISON_N_1 est la part de l'année précédente attribuée à la même date, sur les
    bailleurs dont les deux chiffres sont connus.
    """
    bilan = matiere.derive(bilan_des_conventions)
    bilan = bilan.with_columns(
        annuel=pl.coalesce("prevu", pl.col("objectif") / pl.col("part")), reference=pl.lit(LINEAIRE)
    ).with_columns(a_date=pl.col("annuel") * pl.col("part"))
    annuel = pl.col("annuel").sum()
    lots = [
        _mesurer(matiere, bilan, axe, numerateur=pl.col("attribues").sum(), denominateur=annuel)
        for axe in (TOUT, PAR_RESERVATAIRE)
    ]
    lots += [
        _mesurer(matiere, bilan, axe, numerateur=pl.col("a_date").sum(), denominateur=annuel)
        for axe in (_PAR_REFERENCE, _PAR_RESERVATAIRE_ET_REFERENCE)
    ]
    return pl.concat([*lots, *_saison(matiere)])


def _mesurer(matiere: Matiere, bilan: pl.DataFrame, axe: Axe, **sommes: pl.Expr) -> pl.DataFrame:
    totaux = totaliser(bilan, _NIVEAUX, axe, matiere.contexte.code_region, **sommes, provisoire=pl.lit(True).first())
    return mesurer(couvrir(totaux, couverture_des_conventions(matiere, bilan), axe), rapport())


def saison_precedente(matiere: Matiere) -> pl.DataFrame:
    """Rend les attribués de l'année précédente : à la même date (`a_date`) et sur l'année entière (`annee_n_1`).

    Colonnes : periode, bailleur_siren, code_departement, reservataire_categorie, reference, a_date, annee_n_1. Champ du
    flux. L'année précédente peut être d'avant le flux : livrée au même gabarit, elle ne sert que de saison.
    """
    calendrier = matiere.contexte.calendrier.select("periode", pl.col("annee") - 1, "trimestre")
    composition = composer(matiere.livraisons_de_tout_temps).filter(
        pl.col("nature") == "cumul", pl.col("annee").is_in(calendrier["annee"].to_list())
    )
    if composition.is_empty():
        return pl.DataFrame(schema=_SCHEMA_SAISON)
    cube = matiere.cube(_FINESSE, composition["bailleur_siren"].unique())
    positions = matiere.du_champ(composer_positions(composition, cube, _FINESSE)).with_columns(**_QUAND)
    cles = ["bailleur_siren", "code_departement", "reservataire_categorie"]
    comptes = positions.group_by(*cles, "annee", "trimestre").agg(pl.col("attribues").sum())
    repondants = composition.select("bailleur_siren", **_QUAND).unique()
    entiers = repondants.filter(pl.col("trimestre") == 0).select("bailleur_siren", "annee")
    entiere = comptes.filter(pl.col("trimestre") == 0).drop("trimestre").rename({"attribues": "annee_n_1"})
    return (
        calendrier.join(repondants.join(entiers, on=["bailleur_siren", "annee"]), on=["annee", "trimestre"])
        .join(entiere, on=["bailleur_siren", "annee"])
        .join(comptes.rename({"attribues": "a_date"}), on=[*cles, "annee", "trimestre"], how="left")
        .with_columns(pl.col("a_date").fill_null(0), reference=pl.lit(SAISON))
        .select(*_SCHEMA_SAISON)
    )


def _saison(matiere: Matiere) -> list[pl.DataFrame]:
    saison = saison_precedente(matiere)
    couverture = matiere.couverture_registre(saison.select("periode", "bailleur_siren").unique())
    sommes = {"numerateur": pl.col("a_date").sum(), "denominateur": pl.col("annee_n_1").sum()}
    return [
        mesurer(
            couvrir(totaliser(saison, _NIVEAUX, axe, matiere.contexte.code_region, **sommes), couverture, axe),
            rapport(),
        )
        for axe in (_PAR_REFERENCE, _PAR_RESERVATAIRE_ET_REFERENCE)
    ]
