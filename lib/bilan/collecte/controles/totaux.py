"""Confronter les totaux écrits par l'émetteur à la somme de ses lignes : on montre l'écart, on ne corrige rien."""

from collections.abc import Sequence

import polars as pl

from bilan.collecte import valeurs
from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.lecture.extraction import Total
from bilan.collecte.tableau import RANG, Tableau
from bilan.francais import nombre


def controler_totaux(lignes: pl.DataFrame, tableau: Tableau, totaux: Sequence[Total]) -> list[Anomalie]:
    """Rend les totaux généraux et sous-totaux qui ne sont pas la somme des lignes qu'ils closent."""
    anomalies: list[Anomalie] = []
    debut: dict[str, int] = {}
    for total in totaux:
        feuille, ligne = total.lieu.feuille, total.lieu.ligne or 0
        depuis = 0 if total.est_general else debut.get(feuille, 0)
        rangs = [
            rang
            for rang, (source, numero) in enumerate(tableau.origines)
            if tableau.sources[source].feuille == feuille and depuis < numero < ligne
        ]
        anomalies += _comparer(lignes.filter(pl.col(RANG).is_in(rangs)), total)
        debut[feuille] = ligne
    return anomalies


def _comparer(lignes: pl.DataFrame, total: Total) -> list[Anomalie]:
    anomalies = []
    for colonne, texte in total.montants.items():
        try:
            annonce = valeurs.decimal(texte)
        except valeurs.Refus:
            continue
        somme = float(lignes[colonne].sum())
        if colonne.endswith("_pct") or abs(somme - annonce) < 1e-6:
            continue
        constat = f"le total annoncé pour « {colonne} » est {nombre(annonce)}, la somme des lignes est {nombre(somme)}"
        anomalies.append(
            Anomalie(
                Gravite.A_VERIFIER, "total_different", constat, "vérifiez qu'aucune ligne ne manque", total.lieu, texte
            )
        )
    return anomalies
