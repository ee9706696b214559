"""Ce qu'est un indicateur : ce qu'il mesure, comment, d'où il vient, et la fonction qui le calcule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from bilan.indicateurs.matiere import Matiere

Sens = Literal["hausse_favorable", "baisse_favorable", "cible", "neutre"]


@dataclass(frozen=True)
class Indicateur:
    """Un indicateur du bilan.

    `niveaux` sont les types de territoire où il existe ; `source` est le texte ou la convention d'où il vient ;
    `sens` dit comment lire une hausse (« cible » : c'est l'écart à une valeur visée qui compte).
    """

    code: str
    titre: str
    definition: str
    formule: str
    unite: str
    sens: Sens
    niveaux: tuple[str, ...]
    source: str
    calcul: Callable[[Matiere], pl.DataFrame]


TOUS_NIVEAUX = ("region", "departement", "epci", "bailleur")
"""Territoires où existe un indicateur du flux ou des conventions."""
