"""L'atelier : là où les tâches se jouent, sur cette machine ou sur une grappe."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol

from bilan.carnets.moteur import Moteur, Resultat
from bilan.carnets.plan import Tache

Commencer = Callable[[Tache], None]


class Atelier(Protocol):
    """Joue des tâches et les rend à mesure qu'elles finissent, échecs compris."""

    nom: str

    def jouer(self, taches: Sequence[Tache], tampon: Path, commencer: Commencer) -> Iterator[tuple[Tache, Resultat]]:
        """Joue `taches`, copies exécutées dans `tampon` ; appelle `commencer` au début de chacune."""

    def fermer(self) -> None:
        """Arrête ce qui tourne encore, sans attendre."""


class AtelierLocal:
    """N tâches de front sur cette machine : un fil attend chacune, un processus isolé la joue."""

    def __init__(self, moteur: Moteur, ouvriers: int = 0) -> None:
        self.nom = moteur.nom
        self._moteur, self._ouvriers = moteur, ouvriers or coeurs()

    def jouer(self, taches: Sequence[Tache], tampon: Path, commencer: Commencer) -> Iterator[tuple[Tache, Resultat]]:
        """Joue `taches` et les rend à mesure qu'elles finissent."""
        fils = ThreadPoolExecutor(self._ouvriers, thread_name_prefix="carnet")

        def jouer_une(tache: Tache) -> Resultat:
            commencer(tache)
            return self._moteur.executer(tache, tampon / f"{tache.nom.replace('/', '-')}.ipynb")

        try:
            futures = {fils.submit(jouer_une, tache): tache for tache in taches}
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            # Une interruption passe ici : on n'attend que ce que le moteur vient d'arrêter.
            fils.shutdown(wait=False, cancel_futures=True)
            self._moteur.fermer()
            fils.shutdown(wait=True)

    def fermer(self) -> None:
        """Arrête les processus en cours."""
        self._moteur.fermer()


def coeurs() -> int:
    """Rend le nombre de cœurs que ce processus a le droit d'utiliser."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
