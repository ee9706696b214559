"""La relance : les bailleurs dont le bilan manque, et ce qu'ils pèsent dans le parc (domaine, § 5.1, B1)."""

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.bilans import ATTENDUS, RECEPTION
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.mesures import maturite
from bilan.francais import accord, compter, nombre, pourcent

_COMPLET = "Tous les bailleurs attendus ont remis leur bilan."
_PART_PRINCIPALE = 95.0


def a_relancer(b1: pl.DataFrame, parc: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend les bailleurs attendus dont le bilan de la période n'est pas venu, du plus grand parc au plus petit.

    `b1` : mesures B1 par bailleur ; `parc` : bailleur_siren, bailleur, logements. Les logements disent qui relancer
    d'abord : quelques bailleurs font souvent presque tout le parc qui manque.
    """
    ici = b1.filter(territoire_type="bailleur", ventilation="ensemble", periode=str(contexte.periode))
    manquants = ici.filter(pl.col("numerateur").fill_null(0) == 0).select(bailleur_siren="territoire")
    total = int(parc["logements"].sum()) or 1
    donnees = (
        parc.join(manquants, on="bailleur_siren")
        .with_columns(part_pct=100 * pl.col("logements") / total)
        .sort("logements", "bailleur", descending=[True, False])
        .with_columns(cumul_pct=pl.col("part_pct").cum_sum())
        .select("bailleur", "logements", "part_pct", "cumul_pct")
    )
    lecture = _lecture(donnees)
    combien = donnees.height
    return Figure(
        id="bilans-a-relancer",
        titre=f"{nombre(combien)} {accord(combien, 'bailleur')} à relancer" if combien else "Aucun bailleur à relancer",
        sous_titre=f"Bailleurs dont le bilan n'est pas venu, {contexte.periode.libelle}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("bailleur", "Bailleur"),
            Colonne("logements", "Logements", "nombre"),
            Colonne("part_pct", "Part du parc attendu", "pourcent"),
            Colonne("cumul_pct", "Part cumulée", "pourcent"),
        ),
        lecture=lecture,
        champ=f"{ATTENDUS}.",
        source=contexte.source(RECEPTION),
        alt=lecture,
        note=_principaux(donnees),
        indicateurs=("B1",),
        maturite=maturite(ici),
        vide="" if combien else _COMPLET,
    )


def parc_attendu(parc_rpls: pl.DataFrame, conventions: pl.DataFrame) -> pl.DataFrame:
    """Rend bailleur_siren, bailleur et logements du dernier parc par bailleur et commune.

    Le nom vient du registre des conventions ; à défaut, on donne le SIREN et on le dit.
    """
    detail = parc_rpls.filter(niveau="bailleur_commune")
    dernier = detail.filter(pl.col("annee") == pl.col("annee").max())
    noms = conventions.select("bailleur_siren", "bailleur_nom").drop_nulls().unique("bailleur_siren", keep="last")
    return (
        dernier.group_by("bailleur_siren")
        .agg(logements=pl.col("nb_logements").sum())
        .join(noms, on="bailleur_siren", how="left")
        .with_columns(bailleur=pl.coalesce("bailleur_nom", pl.format("SIREN {}", "bailleur_siren")))
        .select("bailleur_siren", "logements", "bailleur")
    )


def _lecture(donnees: pl.DataFrame) -> str:
    if donnees.is_empty():
        return _COMPLET
    tete = donnees.row(0, named=True)
    logements = compter(tete["logements"], "logement")
    return f"{tete['bailleur']} : {logements}, soit {pourcent(tete['part_pct'])} du parc attendu."


def _principaux(donnees: pl.DataFrame) -> str:
    if donnees.is_empty():
        return ""
    manque = int(donnees["logements"].sum())
    cumul = 100 * donnees["logements"].cum_sum() / manque
    principaux = int((cumul < _PART_PRINCIPALE).sum()) + 1
    return (
        f"{nombre(principaux)} {accord(principaux, 'bailleur fait', 'bailleurs font')} "
        f"{pourcent(float(cumul[principaux - 1]), 0)} du parc dont le bilan manque, "
        f"soit {pourcent(float(donnees['cumul_pct'][principaux - 1]))} du parc attendu."
    )
