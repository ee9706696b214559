"""Le tableau lu : tout en texte, colonnes canoniques, et l'origine de chaque case."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bilan.collecte.anomalies import Lieu

LIGNE = "ligne_du_fichier"
"""Colonne technique : rang de la ligne dans la feuille, à partir de 1."""


@dataclass(frozen=True, slots=True)
class Colonne:
    """Colonne du fichier : son titre tel qu'écrit et son rang, à partir de 0."""

    titre: str
    rang: int

    @property
    def lettre(self) -> str:
        """Lettres de la colonne dans un tableur : A, B… Z, AA."""
        lettres, reste = "", self.rang + 1
        while reste:
            reste, chiffre = divmod(reste - 1, 26)
            lettres = chr(65 + chiffre) + lettres
        return lettres


@dataclass(frozen=True)
class Tableau:
    """Données d'un fichier : `textes` a une colonne par colonne canonique reconnue, et `ligne_du_fichier`.

    Une case vide est nulle. `colonnes` dit de quelle colonne du fichier vient chaque colonne canonique ; celles
    que le fichier n'a pas et que l'envoi renseigne (`date_arrete`) n'y sont pas.
    """

    fichier: str
    feuille: str
    textes: pl.DataFrame
    colonnes: Mapping[str, Colonne]
    origine_dates: int = 1900

    def lieu(self, ligne: int | None = None, colonne: str = "") -> Lieu:
        """Rend le lieu d'une case, avec le titre de colonne que l'émetteur connaît."""
        source = self.colonnes.get(colonne)
        if source is None:
            return Lieu(self.fichier, self.feuille, ligne, colonne)
        cellule = f"{source.lettre}{ligne}" if ligne is not None else ""
        return Lieu(self.fichier, self.feuille, ligne, source.titre, cellule)
