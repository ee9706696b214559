"""Le suivi : une ligne vivante par phase sur un terminal, des lignes simples ailleurs."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from bilan.francais import compter, nombre


class Suivi(Protocol):
    """Ce que voit celui qui attend."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, pile: TracebackType | None
    ) -> None: ...

    def avancer(self, tache: str, message: str) -> None:
        """Note une tâche finie ; `message` est vide si elle a réussi."""


def ouvrir_suivi(phase: str, total: int, dire: Callable[[str], object]) -> Suivi:
    """Rend le suivi d'une phase de `total` tâches : vivant sur un terminal, en lignes données à `dire` sinon."""
    return SuiviVivant(phase, total, dire) if sys.stderr.isatty() else SuiviSimple(phase, total, dire)


class SuiviSimple:
    """Une ligne au début, une par échec, une par dixième, une à la fin."""

    def __init__(self, phase: str, total: int, dire: Callable[[str], object]) -> None:
        self._phase, self._total, self._dire = phase, total, dire
        self._faites = self._echecs = 0
        self._depart = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, pile: TracebackType | None
    ) -> None:
        if self._total:
            duree = time.monotonic() - self._depart
            echecs = compter(self._echecs, "échec")
            self._dire(f"{self._phase} : {self._faites}/{self._total} en {nombre(duree, 1)} s, {echecs}")

    def avancer(self, tache: str, message: str) -> None:
        """Note une tâche finie."""
        self._faites += 1
        if message:
            self._echecs += 1
            self._dire(f"{self._phase} : {tache} a échoué. {message}")
        elif self._faites * 10 // self._total > (self._faites - 1) * 10 // self._total and self._total >= 10:
            self._dire(f"{self._phase} : {self._faites}/{self._total}")


class SuiviVivant(SuiviSimple):
    """Barre unique : nombre, cadence, temps restant, échecs."""

    def __init__(self, phase: str, total: int, dire: Callable[[str], object]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        super().__init__(phase, total, dire)
        self._barre = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[cadence]}"),
            TimeRemainingColumn(), TextColumn("{task.fields[echecs]}"), console=Console(stderr=True),
        )
        self._ligne = self._barre.add_task(phase, total=total, cadence="", echecs="")

    def __enter__(self) -> Self:
        self._barre.start()
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, pile: TracebackType | None
    ) -> None:
        self._barre.stop()
        super().__exit__(genre, erreur, pile)

    def avancer(self, tache: str, message: str) -> None:
        """Note une tâche finie."""
        self._faites += 1
        if message:
            self._echecs += 1
            self._barre.console.print(f"{tache} a échoué. {message}", markup=False, highlight=False)
        cadence = self._faites / max(time.monotonic() - self._depart, 1e-9)
        self._barre.update(
            self._ligne, completed=self._faites, cadence=f"{nombre(cadence, 1)}/s",
            echecs=compter(self._echecs, "échec") if self._echecs else "",
        )
