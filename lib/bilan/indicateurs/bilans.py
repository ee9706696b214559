"""B1 : complétude des bilans, reçus et à temps (CCH R.441-5-1)."""

import polars as pl

from bilan.indicateurs import echeances
from bilan.indicateurs.cumul import ANNEE
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import CLE, NIVEAUX, TOUT, Axe, couvrir, mesurer, rapport, sur_grille

_PAR_DELAI = Axe("delai", ("delai",))


def bilans_recus(matiere: Matiere) -> pl.DataFrame:
    """Rend la première réception de chaque bilan : periode, bailleur_siren, recu_le.

    La première réception fait foi : une rectification tardive ne rend pas tardif un bilan arrivé à temps. Elle vient
    du journal des livraisons s'il est donné, sinon de la livraison qui l'emporte.
    """
    flux = matiere.livraisons_flux
    if flux.is_empty() or "date_connue" not in flux.columns:
        return pl.DataFrame(schema={"periode": pl.String, "bailleur_siren": pl.String, "recu_le": pl.Date})
    ecriture = (
        pl.when(pl.col("periode") == ANNEE)
        .then(pl.format("{}", "annee"))
        .otherwise(pl.format("{}{}", "annee", "periode"))
    )
    emetteur = "emetteur" if "emetteur" in flux.columns else "bailleur_siren"
    recus = flux.select(
        ecriture.alias("periode"),
        "bailleur_siren",
        pl.col(emetteur).alias("emetteur"),
        pl.col("date_connue").alias("recu_le"),
    ).unique()
    journal = matiere.table("livraisons")
    if journal is not None:
        premieres = (
            journal.filter((pl.col("table") == "flux_bilan") & pl.col("retiree_le").is_null())
            .group_by("emetteur", "periode")
            .agg(pl.col("date_connue").min().alias("premiere"))
        )
        recus = recus.join(premieres, on=["emetteur", "periode"], how="left").with_columns(
            recu_le=pl.min_horizontal("recu_le", "premiere")
        )
    return recus.group_by("periode", "bailleur_siren").agg(pl.col("recu_le").min())


def completude(matiere: Matiere) -> pl.DataFrame:
    """B1 : bilans reçus / attendus, en % ; « delai » : dans le délai légal, dans la tolérance (bilan annuel seul)."""
    recus = matiere.derive(bilans_recus)
    lots = [_mesurer(matiere, recus, TOUT, "ensemble")]
    annuels = recus.filter(~pl.col("periode").str.contains("T")).with_columns(annee=pl.col("periode").cast(pl.Int64))
    # Les seules années livrées : avant 2020 la règle n'existait pas, et il n'y a pas de bilan à juger.
    livrees = annuels["annee"].unique().sort().to_list()
    for delai, code in (("legal", echeances.BILAN_LEGAL), ("tolerance", echeances.BILAN_TOLERE)):
        limites = pl.DataFrame(
            [(annee, echeances.bilan_annuel(matiere.contexte.regles, annee, code)) for annee in livrees],
            schema={"annee": pl.Int64, "limite": pl.Date},
            orient="row",
        )
        a_temps = annuels.join(limites, on="annee").filter(pl.col("recu_le") <= pl.col("limite"))
        lots.append(_mesurer(matiere, a_temps, _PAR_DELAI, delai))
    return pl.concat(lots)


def _mesurer(matiere: Matiere, recus: pl.DataFrame, axe: Axe, modalite: str) -> pl.DataFrame:
    couverture = matiere.couverture_registre(recus.select("periode", "bailleur_siren"))
    grille = matiere.grille(NIVEAUX, TOUT).with_columns(ventilation=pl.lit(axe.nom), modalite=pl.lit(modalite))
    if axe is _PAR_DELAI:
        grille = grille.filter(~pl.col("periode").str.contains("T"))
    comptes = couverture.ensemble.with_columns(
        ventilation=pl.lit(axe.nom), modalite=pl.lit(modalite), numerateur="repondants", denominateur="attendus"
    ).select(*CLE, "numerateur", "denominateur")
    lignes = couvrir(sur_grille(comptes, grille), couverture, TOUT)
    return mesurer(lignes, rapport(), silence_compte=True)
