"""Le tableau lu : tout en texte, colonnes canoniques, et l'origine de chaque case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bilan.collecte.anomalies import Lieu

RANG = "rang_de_ligne"
"""Colonne technique : rang de la ligne dans le tableau, à partir de 0 ; `Tableau.lieu` dit où elle est écrite."""


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
class Source:
    """Feuille, ou groupe de colonnes d'une feuille, et la colonne du fichier que lit chaque colonne canonique."""

    feuille: str
    colonnes: Mapping[str, Colonne]


@dataclass
class Tableau:
    """Données d'un fichier : `textes` a une colonne par colonne canonique, une case vide est nulle.

    `origines` donne, pour chaque ligne, le rang de sa source et sa ligne dans la feuille (à partir de 1). Une
    colonne que le fichier n'a pas et que l'envoi ou la correspondance renseigne n'est dans aucune source.
    """

    fichier: str
    textes: pl.DataFrame
    origines: Sequence[tuple[int, int]]
    sources: Sequence[Source]
    origine_dates: int = 1900
    completees: set[str] = field(default_factory=set)

    def lieu(self, rang: int, colonne: str = "") -> Lieu:
        """Rend le lieu d'une case du tableau, avec le titre de colonne que l'émetteur connaît."""
        numero, ligne = self.origines[rang]
        source = self.sources[numero]
        lue = source.colonnes.get(colonne)
        if lue is None:
            return Lieu(self.fichier, source.feuille, ligne, colonne)
        return Lieu(self.fichier, source.feuille, ligne, lue.titre, f"{lue.lettre}{ligne}")

    def brut(self, rang: int, colonne: str) -> str | None:
        """Rend le texte reçu d'une case, s'il y en a un."""
        texte: str | None = self.textes[colonne][rang] if colonne in self.textes.columns else None
        return texte

    def completer(self, colonne: str, valeur: str | None) -> None:
        """Renseigne une colonne que le fichier n'a pas, la même valeur partout ; ne touche pas à celles qu'il a."""
        if valeur is not None and colonne not in self.textes.columns:
            self.textes = self.textes.with_columns(pl.lit(valeur, dtype=pl.String).alias(colonne))
            self.completees.add(colonne)
