"""F5 : où en est-on de l'objectif de l'année, et où devrait-on en être (domaine, § 5.1).

Le repère est la saison de l'année précédente quand elle est connue, et non k/4 seul : les attributions ne se
répartissent pas également dans l'année. Les deux repères sont donnés, chacun nommé.
"""

import polars as pl

from bilan.indicateurs.atteinte import bilan_des_conventions, couverture_des_conventions
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import PAR_RESERVATAIRE, TOUT, Axe, couvrir, mesurer, rapport, totaliser

LINEAIRE, SAISON = "LINEAIRE", "SAISON_N_1"
_NIVEAUX = ("region", "departement", "bailleur")
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

    Colonnes : periode, bailleur_siren, lieux, reservataire_categorie, a_date, annee_n_1. Champ du flux.
    """
    cles = ["bailleur_siren", "code_departement", "epci_siren", "reservataire_categorie"]
    calendrier = matiere.contexte.calendrier.select("periode", "annee", "trimestre")
    comptes = (
        matiere.flux_du_champ.join(calendrier, on="periode")
        .group_by(*cles, "annee", "trimestre")
        .agg(pl.col("attribues").sum())
    )
    repondants = matiere.repondants.filter(pl.col("nature") == "cumul").join(calendrier, on="periode")
    deux_fois = repondants.join(
        repondants.filter(pl.col("trimestre") == 0).select("bailleur_siren", "annee"), on=["bailleur_siren", "annee"]
    ).select("bailleur_siren", pl.col("annee") + 1, "trimestre")
    avant = comptes.with_columns(pl.col("annee") + 1)
    entiere = avant.filter(pl.col("trimestre") == 0).drop("trimestre").rename({"attribues": "annee_n_1"})
    return (
        calendrier.join(deux_fois, on=["annee", "trimestre"])
        .join(entiere, on=["bailleur_siren", "annee"])
        .join(avant.rename({"attribues": "a_date"}), on=[*cles, "annee", "trimestre"], how="left", nulls_equal=True)
        .with_columns(pl.col("a_date").fill_null(0), reference=pl.lit(SAISON))
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
