"""Fabriquer les anomalies des contrôles : sur des lignes du tableau, ou sur le fichier entier."""

from dataclasses import dataclass

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu
from bilan.collecte.tableau import RANG, Tableau


@dataclass(frozen=True, slots=True)
class Regle:
    """Règle d'un contrôle : gravité, identifiant, constat et correction ; `{…}` y prend les colonnes de la ligne."""

    gravite: Gravite
    nom: str
    constat: str
    correction: str


def sur_lignes(regle: Regle, fautives: pl.DataFrame, tableau: Tableau, colonne: str) -> list[Anomalie]:
    """Rend une anomalie par ligne fautive, située sur `colonne`."""
    return [
        Anomalie(regle.gravite, regle.nom, regle.constat.format(**ligne), regle.correction.format(**ligne),
                 tableau.lieu(ligne[RANG], colonne), tableau.brut(ligne[RANG], colonne))
        for ligne in fautives.to_dicts()
    ]  # fmt: skip


def sur_fichier(regle: Regle, fichier: str, **valeurs: object) -> list[Anomalie]:
    """Rend l'anomalie qui porte sur le fichier entier."""
    constat, correction = regle.constat.format(**valeurs), regle.correction.format(**valeurs)
    return [Anomalie(regle.gravite, regle.nom, constat, correction, Lieu(fichier))]
