"""Ce qu'on demande à un enfant du parent chaud, et ce qu'il en advient. N'importe rien de lourd."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DELAI, MEMOIRE, MORT = "DelaiDepasse", "MemoireDepassee", "ProcessusMort"


@dataclass(frozen=True)
class Ordre:
    """Carnet à exécuter : chemins, paramètres (valeurs JSON) et dossier de travail."""

    entree: Path
    sortie: Path
    parametres: dict[str, Any] = field(default_factory=dict)
    dossier: Path | None = None


@dataclass(frozen=True, slots=True)
class Limites:
    """Ce qu'un enfant a le droit de prendre : secondes et mégaoctets (None : sans limite)."""

    delai_s: float | None = None
    memoire_mo: float | None = None


@dataclass(frozen=True, slots=True)
class FinDeCarnet:
    """Ce qu'il est advenu d'un carnet : réussite, ou cellule et raison de l'échec ; ce qu'il a coûté.

    `cellule` compte à partir de 0 dans le carnet paramétré. `nom` est vide en cas de réussite ; il vaut
    « DelaiDepasse », « MemoireDepassee » ou « ProcessusMort » quand la fin ne vient pas du carnet (`arretee`).
    """

    nom: str
    cellule: int | None
    raison: str
    duree_s: float
    cpu_s: float
    memoire_pic_mo: float

    @property
    def reussi(self) -> bool:
        """Vrai si toutes les cellules ont été jouées."""
        return not self.nom

    @property
    def arretee(self) -> bool:
        """Vrai si le carnet n'a pas fini de lui-même."""
        return self.nom in {DELAI, MEMOIRE, MORT}
