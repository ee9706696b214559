"""Le magasin des changements : ceux d'un jeu depuis l'état auquel on le compare, et cet état."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.entrepot import fichiers
from bilan.erreurs import DonneesRefusees
from bilan.projet import Jeu

if TYPE_CHECKING:  # le chemin « rien n'a changé » et le courriel ne chargent pas polars
    import polars as pl


@dataclass(frozen=True)
class Comparaison:
    """Ce à quoi l'on se compare : la date de ce que l'on savait, l'édition publiée s'il y en a une, et les comptes.

    `connu_le` est vide s'il n'y a rien à quoi se comparer ; `edition` l'est si l'état a été reconstitué d'après les
    livraisons ; `comptes` compte les changements par « genre|cause ». `publiee` dit que c'est une édition publiée,
    `de_travail` un document de travail, faute d'édition publiée ; `sans_valeurs`, que seuls les registres et les
    livraisons ont été comparés.
    """

    connu_le: str = ""
    edition: str = ""
    publiee: bool = False
    comptes: dict[str, int] = field(default_factory=dict)
    sans_valeurs: bool = False
    de_travail: bool = False

    @property
    def depuis(self) -> date | None:
        """Date de ce que l'on savait dans l'état comparé ; None s'il n'y en a pas."""
        return date.fromisoformat(self.connu_le) if self.connu_le else None


class EntrepotChangements:
    """Changements d'un jeu, réécrits d'un coup avec ses mesures."""

    def __init__(self, racine: Path, jeu: Jeu) -> None:
        self.chemin = racine / jeu.value / "changements.parquet"
        self.manifeste = racine / jeu.value / "changements.json"

    def ecrire(self, lignes: pl.DataFrame, comparaison: Comparaison) -> None:
        """Remplace les changements du jeu, et dit à quoi ils se comparent."""
        with fichiers.remplacement(self.chemin) as a_cote:
            lignes.write_parquet(a_cote)
        contenu = {"parquet": fichiers.empreinte_fichier(self.chemin), **asdict(comparaison)}
        fichiers.ecrire_json(self.manifeste, contenu)

    def lire(self) -> pl.DataFrame:
        """Rend les changements ; lève `DonneesRefusees` si rien n'a encore été comparé."""
        import polars as pl

        if not self.chemin.is_file():
            raise DonneesRefusees(f"Rien n'a été comparé pour ce jeu (« {self.chemin} ») ; lancez « bilan executer ».")
        return pl.read_parquet(self.chemin)

    def comparaison(self) -> Comparaison:
        """Rend ce à quoi l'on s'est comparé, sans lire les changements."""
        contenu = {nom: v for nom, v in fichiers.lire_json(self.manifeste, {}).items() if nom != "parquet"}
        return Comparaison(**contenu)

    def empreinte(self) -> str:
        """Rend l'empreinte des changements et de ce à quoi ils se comparent ; vide s'il n'y en a pas."""
        return fichiers.empreinte_fichier(self.manifeste) if self.manifeste.is_file() else ""
