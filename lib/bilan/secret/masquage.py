"""Le masquage : des mesures internes à celles du public, avant qu'aucun carnet ne les lise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bilan.erreurs import DonneesRefusees
from bilan.projet import SeuilsSecret
from bilan.secret.cellules import CLE_CELLULE, lier, marquer, selon
from bilan.secret.grandeurs import ENSEMBLE
from bilan.secret.histoire import Anterieure, Histoire
from bilan.secret.profils import ecarter_les_bailleurs, est_diffusable
from bilan.secret.relations import TOLERANCE, construire
from bilan.secret.suppression import Probleme, proteger

SECRET = "secret"
_CLE_MESURE = ("indicateur", "territoire_type", "territoire", "ventilation", "modalite", "periode")
_COUT_TOTAL = 1e6


@dataclass(frozen=True)
class Masquage:
    """Mesures du public et comptes de ce qui a été masqué.

    `cellules` : les cellules masquées (`CLE_CELLULE`, valeur, primaire), à ne jamais publier.
    """

    mesures: pl.DataFrame
    cellules: pl.DataFrame


def masquer(
    mesures: pl.DataFrame,
    contributions: pl.DataFrame,
    seuils: SeuilsSecret,
    anterieures: Sequence[Anterieure] = (),
) -> Masquage:
    """Rend les mesures du profil public : bailleurs écartés, cellules sensibles et compléments à `s`.

    `contributions` : colonnes de `COLONNES_CELLULE` (`indicateurs.contributions`). `anterieures` : les éditions déjà
    publiées, qu'on ne peut plus retirer : leurs additions comptent avec celles d'aujourd'hui, ce qu'elles montrent ne
    sert pas de complément, ce qu'elles masquent le reste. Lève `DonneesRefusees` si une mesure ne dit pas la même chose
    que les contributions, `ErreurBilan` si une cellule ne peut pas être protégée.
    """
    lignes = ecarter_les_bailleurs(mesures).with_row_index("ligne")
    permises = lignes.filter(est_diffusable())
    liens = lier(selon(permises, "cellules"))
    _verifier(permises, liens, contributions)
    publiees = contributions.join(liens.select(CLE_CELLULE).unique(), on=CLE_CELLULE, how="semi")
    systeme = construire(publiees.sort(CLE_CELLULE), contributions)
    masquees = _cellules_masquees(Histoire.de(systeme, anterieures), seuils)
    cachees = liens.join(masquees, on=CLE_CELLULE, how="semi")["ligne"].unique()
    petites = _trop_petites(permises, contributions, seuils)
    tues = pl.concat([cachees, petites, _deja_masquees(lignes, [anterieure.mesures for anterieure in anterieures])])
    a_masquer = lignes.filter(
        (~est_diffusable() | pl.col("ligne").is_in(tues.implode())) & (pl.col("statut") == "observe")
    )["ligne"]
    return Masquage(_voiler(lignes, a_masquer).drop("ligne"), masquees)


def _voiler(lignes: pl.DataFrame, a_masquer: pl.Series) -> pl.DataFrame:
    secret = pl.col("ligne").is_in(a_masquer.implode())
    acte_public = pl.col("ligne").is_in(selon(lignes, "libre")["ligne"].implode()) & ~secret
    return lignes.with_columns(
        pl.when(~secret).then(pl.col("numerateur", "denominateur", "valeur")),
        statut=pl.when(secret).then(pl.lit(SECRET)).otherwise("statut"),
    ).with_columns(
        # Les termes d'une ligne sans valeur (dénominateur nul) ou non diffusée ne sortent pas non plus, sauf d'un acte
        # public : l'objectif d'une année sans agréments connus reste connu.
        pl.when((pl.col("statut") == "observe") | acte_public).then(pl.col("numerateur", "denominateur"))
    )


def _verifier(permises: pl.DataFrame, liens: pl.DataFrame, contributions: pl.DataFrame) -> None:
    """Lève `DonneesRefusees` si un terme affiché n'est pas la valeur de la cellule qu'on croit qu'il montre."""
    for terme in ("numerateur", "denominateur"):
        compares = (
            liens.filter(pl.col("role") == terme)
            .join(contributions.select(*CLE_CELLULE, "valeur"), on=CLE_CELLULE, how="left")
            .join(permises.select("ligne", "indicateur", pl.col(terme).alias("affiche")), on="ligne")
            .filter((pl.col("affiche").fill_null(0) - pl.col("valeur").fill_null(0)).abs() > TOLERANCE)
        )
        if compares.height:
            premiere = compares.row(0, named=True)
            raise DonneesRefusees(
                f"Le {terme} de {premiere['indicateur']} ({premiere['territoire']}, {premiere['modalite']}, "
                f"{premiere['periode']}) vaut {premiere['affiche']} dans les mesures et {premiere['valeur']} dans les "
                "contributions ; accordez secret/grandeurs.py et indicateurs/contributions.py : rien n'est masqué."
            )


def _cellules_masquees(histoire: Histoire, seuils: SeuilsSecret) -> pl.DataFrame:
    cellules = marquer(histoire.cellules, seuils)
    valeurs = cellules["valeur"].to_numpy()
    publiables, dites, tues = (cellules[nom].to_numpy() for nom in ("publiee", "dite", "tue"))
    total = (cellules["ventilation"] == ENSEMBLE) | (cellules["territoire_type"] == "region")
    cout = valeurs + np.where(total.to_numpy(), _COUT_TOTAL, 0.0)
    inconnues = ~dites & (~publiables | tues)
    largeur = np.where(
        cellules["par_unites"].to_numpy(),
        np.maximum(seuils.largeur_minimale, seuils.largeur_relative * valeurs),
        seuils.largeur_minimale,
    )
    sensibles = cellules["sensible"].to_numpy()
    passees = cellules["passee"].to_numpy()
    probleme = Probleme(
        histoire.relations,
        valeurs,
        inconnues,
        # Ce qu'une édition passée a dit est connu, et ce qu'elle a mal caché ne se cache plus.
        sensibles & ~dites & ~passees,
        largeur,
        np.where(dites | inconnues | (valeurs <= 0), np.inf, cout),
        inconnues & (tues | passees) & (valeurs > 0),
    )
    masquees = (proteger(probleme) | tues | sensibles) & publiables
    return cellules.filter(pl.Series(masquees)).select(*CLE_CELLULE, "valeur", pl.col("sensible").alias("primaire"))


def _trop_petites(permises: pl.DataFrame, contributions: pl.DataFrame, seuils: SeuilsSecret) -> pl.Series:
    """Rend les lignes « tout ou rien » à masquer : une modalité y compte trop peu de bailleurs quelque part.

    Si un seul réservataire est trop petit dans une maille, tous s'y masquent, à toute période et dans tous les
    indicateurs : celui qu'on tairait se retrouverait par les autres.
    """
    lignes = selon(permises, "tout_ou_rien").filter(pl.col("statut") == "observe")
    unites = lier(lignes).join(contributions.select(*CLE_CELLULE, "unites"), on=CLE_CELLULE, how="left")
    lignes = lignes.join(unites.select("ligne", "unites", cle_="modalite"), on="ligne", how="left").with_columns(
        pl.when(pl.col("cle_").is_null()).then("attendus").otherwise(pl.col("unites").fill_null(0)).alias("unites"),
        pl.col("cle_").fill_null(ENSEMBLE),
    )
    ensembles = lignes.filter(pl.col("cle_") == ENSEMBLE)
    table = ["indicateur", "ventilation", "territoire_type", "periode"]
    cachees = ensembles.filter(pl.col("unites").min().over(table) < seuils.seuil_unites)["ligne"]
    par_reservataire = lignes.filter(pl.col("cle_") != ENSEMBLE)
    petite = pl.col("unites").min().over("territoire_type") < seuils.seuil_unites
    return pl.concat([cachees, par_reservataire.filter(petite)["ligne"]])


def _deja_masquees(lignes: pl.DataFrame, anterieures: Sequence[pl.DataFrame]) -> pl.Series:
    """Rend les lignes qu'une édition passée masquait."""
    passees = [a.filter(pl.col("statut") == SECRET).select(_CLE_MESURE) for a in anterieures]
    vide = lignes.select(_CLE_MESURE).clear()
    return lignes.join(pl.concat([vide, *passees]).unique(), on=list(_CLE_MESURE), how="semi")["ligne"]
