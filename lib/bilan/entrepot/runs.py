"""Le magasin des exécutions : un dossier par clé, et un index de celle qui vaut pour chaque carnet et territoire."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from bilan.entrepot import fichiers
from bilan.erreurs import ErreurUsage
from bilan.projet import INTERNE, Jeu, nom_de_profil

_CLE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,120}$")


@dataclass(frozen=True, slots=True)
class Run:
    """Une exécution de carnet, telle qu'on la relit pour mettre en page.

    `blocs` suit l'ordre du carnet : markdown, figure, texte ou contrôle. `echec` situe la cellule fautive.
    Toutes les valeurs s'écrivent en JSON ; `connu_le` et `debut` sont des dates ISO.
    """

    cle: str
    carnet: str
    page: str
    territoire: str
    jeu: str
    periode: str
    connu_le: str
    profil: str
    parametres: dict[str, Any]
    titre: str
    statut: Literal["ok", "echec"]
    echec: dict[str, Any] | None = None
    blocs: list[dict[str, Any]] = field(default_factory=list)
    duree_s: float = 0.0
    debut: str = ""
    version_code: str = ""
    empreinte_mesures: str = ""

    @classmethod
    def lire(cls, chemin: Path) -> Self:
        """Rend l'exécution écrite dans ce `page.json` ; lève `DonneesRefusees` s'il est abîmé."""
        return cls(**fichiers.lire_json(chemin, {}))


_CHAMPS = tuple(Run.__dataclass_fields__)


class EntrepotRuns:
    """Exécutions d'un jeu pour un profil. Une clé dit tout ce dont l'exécution dépend : même clé, même page.

    Chaque profil a son index : jouer l'un n'efface jamais l'autre.
    """

    def __init__(self, racine: Path, jeu: Jeu, profil: str = INTERNE) -> None:
        self.jeu, self.profil = jeu, profil
        self.racine = racine / jeu.value / "runs"
        self.index = self.racine / f"{nom_de_profil('index', profil)}.json"

    def dossier(self, cle: str) -> Path:
        """Rend le dossier de l'exécution (sans le créer) ; lève `ErreurUsage` si la clé n'est pas un nom de dossier."""
        if not _CLE.match(cle):
            raise ErreurUsage(
                f"La clé d'exécution « {cle} » n'est pas un nom de dossier ; il faut des lettres, des "
                "chiffres, « - », « _ » ou « . »."
            )
        return self.racine / cle

    def enregistrer(self, run: Run) -> None:
        """Écrit `page.json`, puis fait de cette exécution celle qui vaut pour son carnet et son territoire."""
        fichiers.ecrire_json(self.dossier(run.cle) / "page.json", {nom: getattr(run, nom) for nom in _CHAMPS})
        self.retenir(run.carnet, run.territoire, run.cle)

    def retenir(self, carnet: str, territoire: str, cle: str) -> None:
        """Fait d'une exécution déjà écrite celle qui vaut pour ce carnet et ce territoire."""
        with fichiers.verrou(self.racine):
            index = self._index()
            if index.get(f"{carnet}|{territoire}") != cle:
                fichiers.ecrire_json(self.index, dict(sorted((index | {f"{carnet}|{territoire}": cle}).items())))

    def oublier(self, carnet: str, territoire: str) -> None:
        """Retire de l'index un carnet et un territoire qui ne sont plus demandés ; leur dossier reste."""
        with fichiers.verrou(self.racine):
            index = self._index()
            if index.pop(f"{carnet}|{territoire}", None):
                fichiers.ecrire_json(self.index, index)

    def cle(self, carnet: str, territoire: str) -> str | None:
        """Rend la clé de l'exécution qui vaut pour ce carnet et ce territoire, s'il y en a une."""
        return self._index().get(f"{carnet}|{territoire}")

    def cles(self) -> dict[str, str]:
        """Rend la clé qui vaut pour chaque « carnet|territoire », sans rien lire d'autre que l'index."""
        return self._index()

    def existe(self, cle: str) -> bool:
        """Vrai si l'exécution de cette clé a été menée jusqu'à l'écriture de sa page."""
        return (self.dossier(cle) / "page.json").is_file()

    def lire(self, cle: str) -> Run:
        """Rend l'exécution de cette clé ; lève `ErreurUsage` si elle n'existe pas."""
        if not self.existe(cle):
            raise ErreurUsage(f"L'exécution « {cle} » n'existe pas dans « {self.racine} » ; lancez « bilan executer ».")
        return Run.lire(self.dossier(cle) / "page.json")

    def derniers(self) -> list[Run]:
        """Rend l'exécution qui vaut pour chaque carnet et territoire, dans l'ordre des noms."""
        return [self.lire(cle) for cle in self._index().values() if self.existe(cle)]

    def _index(self) -> dict[str, str]:
        index: dict[str, str] = fichiers.lire_json(self.index, {})
        return index
