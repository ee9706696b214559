"""Lire les tables du référentiel avec polars : tout en texte pour les CSV, et une phrase quand un fichier manque."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import polars as pl

from bilan.erreurs import DonneesRefusees
from bilan.referentiel.lignes import QUE_FAIRE

T = TypeVar("T")


def lire_csv(chemin: Path, colonnes: tuple[str, ...]) -> pl.DataFrame:
    """Rend le fichier, colonnes en texte et dans cet ordre ; une case vide est nulle.

    Lève `DonneesRefusees` si le fichier manque, est abîmé ou n'a pas les `colonnes`.
    """
    table = _lire(chemin, lambda: pl.read_csv(chemin, separator=";", infer_schema=False))
    absentes = [nom for nom in colonnes if nom not in table.columns]
    if absentes:
        raise DonneesRefusees(
            f"Le fichier « {chemin} » n'a pas la colonne « {absentes[0]} » (attendues : {', '.join(colonnes)}) ; "
            f"{QUE_FAIRE}."
        )
    return table.select(colonnes)


def lire_parquet(chemin: Path) -> pl.DataFrame:
    """Rend le fichier ; lève `DonneesRefusees` s'il manque ou s'il est abîmé."""
    return _lire(chemin, lambda: pl.read_parquet(chemin))


def _lire(chemin: Path, lecteur: Callable[[], T]) -> T:
    if not chemin.is_file():
        raise DonneesRefusees(f"Le fichier « {chemin} » manque ; {QUE_FAIRE}.")
    try:
        return lecteur()
    except (pl.exceptions.PolarsError, OSError) as erreur:
        raise DonneesRefusees(f"Le fichier « {chemin} » ne peut pas être lu ({erreur}) ; {QUE_FAIRE}.") from erreur
