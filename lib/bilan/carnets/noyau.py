"""Le moteur standard : papermill et un noyau Jupyter neuf par carnet."""

import contextlib
import os
import shutil
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from papermill import execute_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from traitlets.config import Config

from bilan.carnets.memoire import borner_memoire, pic_memoire_mo
from bilan.carnets.moteur import Resultat, executer_par_papermill
from bilan.carnets.plan import Tache
from bilan.carnets.prises import dossier_des_prises

NOM_PAPERMILL = "bilan-noyau"


class _Noyaux:
    """Noyaux en cours ; une fois fermé, il tue aussi ceux qui finissaient de démarrer."""

    def __init__(self) -> None:
        self._pids: set[int] = set()
        self._ferme = False
        self._verrou = threading.Lock()

    def ajouter(self, pid: int) -> None:
        """Retient un noyau démarré ; le tue aussitôt si tout est fermé."""
        with self._verrou:
            self._pids.add(pid)
            if self._ferme:
                _tuer(pid)

    def oublier(self, pid: int) -> None:
        """Oublie un noyau qui a fini."""
        with self._verrou:
            self._pids.discard(pid)

    def fermer(self) -> None:
        """Tue les noyaux en cours, et ceux qui viendraient ensuite."""
        with self._verrou:
            self._ferme = True
            for pid in self._pids:
                _tuer(pid)


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Client qui borne la mémoire du noyau avant la première cellule et relève son pic après la dernière."""

    def __init__(self, nb_man: Any, memoire_mo: int, noyaux: _Noyaux, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self._memoire_mo, self._noyaux = memoire_mo, noyaux

    def papermill_execute_cells(self) -> None:
        """Joue les cellules comme papermill, dans les limites du carnet."""
        pid: int = self.km.provisioner.pid
        borner_memoire(pid, self._memoire_mo)
        self._noyaux.ajouter(pid)
        try:
            super().papermill_execute_cells()
        finally:
            self.nb.metadata.papermill["memoire_pic_mo"] = pic_memoire_mo(pid)
            self._noyaux.oublier(pid)


class MoteurPapermillNoyau(NBClientEngine):  # type: ignore[misc]
    """Moteur papermill qui tient un délai par carnet et situe aussi la mort du noyau.

    Celui de papermill compte le délai par cellule, et laisse sans trace une cellule qui tue son noyau.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Joue le carnet de `nb_man` dans un noyau neuf ; toute fin anormale est notée sur sa cellule."""
        delai = options.pop("delai_carnet_s")
        fin = time.monotonic() + delai
        garder = {n: v for n, v in options.items() if n not in {"input_path", "start_timeout", "execution_timeout"}}
        client = _Client(
            nb_man, kernel_name=kernel_name, startup_timeout=options.get("start_timeout", 60),
            timeout_func=lambda _cellule: max(1, round(fin - time.monotonic())), **garder,
        )
        try:
            client.execute()
        except TimeoutError as erreur:
            if "IOPub" in str(erreur):
                _situer(nb_man, "SortieTronquee", "les sorties de cette cellule n'ont pas toutes été reçues")
            else:
                _situer(nb_man, "DelaiDepasse", f"le carnet n'a pas fini dans le temps permis ({delai} s)")
        except DeadKernelError:
            _situer(nb_man, "NoyauMort", "le processus du carnet s'est arrêté pendant cette cellule")
        return nb_man.nb


papermill_engines.register(NOM_PAPERMILL, MoteurPapermillNoyau)


@dataclass
class MoteurStandard:
    """Moteur `standard` : sûr partout, un démarrage de noyau par carnet."""

    nom: str = "standard"
    _noyaux: _Noyaux = field(default_factory=_Noyaux)

    def executer(self, tache: Tache, destination: Path) -> Resultat:
        """Joue `tache` dans un noyau neuf, dans le dossier du carnet, et écrit la copie à `destination`."""
        with _liaison() as config:
            return executer_par_papermill(tache, destination, lambda source, sortie: execute_notebook(
                _sans_accolades(source), _sans_accolades(sortie), dict(tache.parametres),
                engine_name=NOM_PAPERMILL, progress_bar=False, request_save_on_cell_execute=False,
                delai_carnet_s=tache.delai_s, memoire_mo=tache.memoire_mo, noyaux=self._noyaux,
                shutdown_kernel="immediate", resources={"metadata": {"path": str(tache.source.parent)}}, config=config,
            ))

    def fermer(self) -> None:
        """Tue les noyaux en cours ; leurs carnets finissent en échec, et le moteur ne sert plus."""
        self._noyaux.fermer()


def _tuer(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


@contextlib.contextmanager
def _liaison() -> Any:
    # Deux noyaux lancés ensemble se disputent parfois le même port TCP : chacun a ses fichiers de prise.
    if sys.platform == "win32":
        yield Config()
        return
    dossier = dossier_des_prises()
    try:
        noyau = {"transport": "ipc", "connection_file": str(dossier / "noyau.json")}
        yield Config({"KernelManager": noyau})
    finally:
        shutil.rmtree(dossier, ignore_errors=True)


def _sans_accolades(chemin: Path) -> str:
    # papermill interprète les accolades d'un chemin comme des paramètres à remplacer.
    return str(chemin).replace("{", "{{").replace("}", "}}")


def _situer(nb_man: Any, nom: str, message: str) -> None:
    """Note l'erreur sur la dernière cellule commencée : papermill la lira comme une cellule en échec."""
    commencees = [c for c in nb_man.nb.cells if c.cell_type == "code" and c.metadata.papermill.get("start_time")]
    if not commencees:
        raise DeadKernelError(message)
    cellule = commencees[-1]
    cellule.outputs.append(new_output("error", ename=nom, evalue=message, traceback=[f"{nom} : {message}"]))
    nb_man.cell_exception(cellule)
