"""Les ouvriers : des processus neufs, gardés chauds le temps d'une construction, à qui se confie le gros du travail."""

import multiprocessing
import os
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

_PROCESSUS = 2
_LOT = 6

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")
K = TypeVar("K")

Promesse = Callable[[], T]
"""Ce qui est en train de se faire : l'appeler attend le résultat et le rend, le même à chaque fois."""


class Ouvriers:
    """Confie du travail à deux processus, ouverts au premier et fermés à la sortie du dernier bloc `with`.

    Ce qui leur est confié, fonction et arguments, passe d'un processus à l'autre. Sans processus (`Ouvriers(0)`), rien
    ne part : chaque promesse se fait sur place, quand on l'appelle.
    """

    def __init__(self, processus: int = _PROCESSUS) -> None:
        self._nombre = min(processus, os.cpu_count() or 1)
        self._blocs = 0
        self._equipe: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        self._blocs += 1
        return self

    def __exit__(self, genre: type[BaseException] | None, valeur: object, pile: TracebackType | None) -> None:
        self._blocs -= 1
        if self._equipe and not self._blocs:
            # Après une erreur, ce qui attend encore n'a plus personne pour le lire.
            self._equipe.shutdown(cancel_futures=genre is not None)
            self._equipe = None

    def confier(self, faire: Callable[P, T], *arguments: P.args, **nommes: P.kwargs) -> Promesse[T]:
        """Met le travail en route et rend de quoi l'attendre ; l'appel lève ce que le travail a levé."""
        if not self._nombre:
            return cache(lambda: faire(*arguments, **nommes))
        if self._equipe is None:
            # « spawn » : un processus qui a lancé V8 ou les fils de polars ne se duplique pas sans risque.
            self._equipe = ProcessPoolExecutor(self._nombre, mp_context=multiprocessing.get_context("spawn"))
        # Le pli se ferme ici : le fil de la file le fermerait pendant que l'appelant se sert des mêmes objets.
        return self._equipe.submit(_ouvrir, pickle.dumps(partial(faire, *arguments, **nommes))).result

    def repartir(self, faire: Callable[[U], T], elements: Sequence[U]) -> list[Promesse[T]]:
        """Confie le même travail sur chaque élément, par lots de six ; rend une promesse par élément, dans l'ordre."""
        promesses: list[Promesse[T]] = []
        for rang in range(0, len(elements), _LOT):
            lot = elements[rang : rang + _LOT]
            faits = self.confier(_faire_le_lot, faire, lot)
            promesses += [partial(prendre, faits, place) for place in range(len(lot))]
        return promesses


def _ouvrir(pli: bytes) -> Any:
    return pickle.loads(pli)()


def _faire_le_lot(faire: Callable[[U], T], lot: Sequence[U]) -> dict[int, T]:
    return dict(enumerate(map(faire, lot)))


def prendre(faits: Promesse[dict[K, T]], place: K) -> T:
    """Attend des résultats faits ensemble et rend celui de cette place."""
    return faits()[place]
