"""Ce que fait un enfant du parent chaud : un carnet entier, ou des cellules une à une pour papermill."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from bilan.carnets.client import DelaiDepasse
from bilan.carnets.coquille import Coquille, Message, Recepteur
from bilan.carnets.ordre import Ordre


class LiaisonDirecte:
    """Liaison vers la coquille du processus courant ; `courante` est celle de l'enfant, s'il y en a une."""

    courante: "LiaisonDirecte | None" = None

    def __init__(self, coquille: Coquille) -> None:
        self._coquille = coquille

    def executer(self, source: str, recepteur: Recepteur, garder: bool, delai_s: float | None) -> Message:
        """Exécute sur place ; lève `DelaiDepasse` quand le temps de la cellule est épuisé."""
        with minuteur(delai_s) as expire:
            reponse = self._coquille.executer(source, recepteur, garder)
        if expire:
            raise DelaiDepasse
        return reponse


@contextlib.contextmanager
def minuteur(delai_s: float | None) -> Iterator[list[bool]]:
    """Interrompt la cellule après `delai_s` secondes, comme un Ctrl-C ; rend une liste, vide si elle a fini à temps."""
    expire: list[bool] = []
    if delai_s is None:
        yield expire
        return

    def sonner(*_: Any) -> None:
        expire.append(True)
        raise KeyboardInterrupt

    ancien = signal.signal(signal.SIGALRM, sonner)
    signal.setitimer(signal.ITIMER_REAL, delai_s)
    try:
        yield expire
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, ancien)


def servir(connexion: Connection, coquille: Coquille) -> None:
    """Sert un ordre reçu sur `connexion` dans l'enfant qui vient de naître, puis rend la main pour qu'il meure."""
    _s_individualiser()
    genre, contenu = connexion.recv()
    coquille.brancher()
    if genre == "carnet":
        connexion.send(("resultat", _executer_carnet(contenu, coquille, connexion)))
    else:
        _executer_cellules(contenu, coquille, connexion)


def _s_individualiser() -> None:
    # Sans cela, tous les enfants tireraient les mêmes nombres « au hasard » que leur parent.
    import numpy as np

    graine = int.from_bytes(os.urandom(8), "little")
    random.seed(graine)
    np.random.seed(graine % 2**32)


def _executer_carnet(ordre: Ordre, coquille: Coquille, connexion: Connection) -> dict[str, Any]:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    LiaisonDirecte.courante = LiaisonDirecte(coquille)
    aside = ordre.sortie.with_name(f".{ordre.sortie.name}.{os.getpid()}.ipynb")
    debut = time.perf_counter()
    echec: dict[str, Any] | None = None
    try:
        papermill.execute_notebook(
            ordre.entree, aside, ordre.parametres, engine_name="bilan", progress_bar=False, cwd=ordre.dossier,
            request_save_on_cell_execute=False,
            on_cell_start=lambda cell, cell_index: connexion.send(("cellule", cell_index)),
        )
    except PapermillExecutionError as erreur:
        echec = {"cellule": erreur.cell_index, "classe": erreur.ename, "message": erreur.evalue}
    except Exception as erreur:
        echec = {"cellule": None, "classe": type(erreur).__name__, "message": str(erreur)}
    if aside.exists():
        aside.replace(ordre.sortie)
    return {"echec": echec, "duree_s": time.perf_counter() - debut}


def _executer_cellules(dossier: str | None, coquille: Coquille, connexion: Connection) -> None:
    if dossier is not None:
        os.chdir(dossier)
    liaison = LiaisonDirecte(coquille)
    while True:
        try:
            source, garder, delai_s = connexion.recv()
        except EOFError:
            return
        try:
            reponse = liaison.executer(source, lambda message: connexion.send(("message", message)), garder, delai_s)
        except DelaiDepasse:
            connexion.send(("delai", None))
        else:
            connexion.send(("reponse", reponse))
