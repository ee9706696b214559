"""Le moteur rapide de papermill (`papermill --engine bilan`) : un carnet, un enfant d'un parent déjà chaud."""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from nbclient.exceptions import DeadKernelError
from papermill.engines import Engine, NBClientEngine
from papermill.utils import merge_kwargs, remove_args

from bilan.carnets.client import ClientSansNoyau, DelaiDepasse
from bilan.carnets.coquille import Message, Recepteur
from bilan.carnets.enfant import LiaisonDirecte, Ordre
from bilan.carnets.moteurs import fork_existe
from bilan.erreurs import ErreurBilan

DELAI_DE_GRACE_S = 5.0
DELAI, MEMOIRE, MORT = "DelaiDepasse", "MemoireDepassee", "ProcessusMort"
_PAS_DE_VEILLE_S = 0.1


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


class ParentChaud:
    """Poignée sur un zygote lancé à part : il vit tant que ce processus vit."""

    def __init__(self, racine: Path | None = None) -> None:
        self._dossier = tempfile.mkdtemp(prefix="bilan-")
        self.adresse = str(Path(self._dossier) / "zygote")
        environnement = {**os.environ, **({"BILAN_RACINE": str(racine)} if racine else {})}
        self._processus = subprocess.Popen(
            [sys.executable, "-m", "bilan.carnets.zygote", self.adresse],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environnement, text=True,
        )
        self._pret = threading.Lock()
        self._est_pret = False
        atexit.register(self.fermer)

    def connecter(self) -> tuple[Connection, int]:
        """Rend une connexion vers un enfant neuf et son numéro de processus ; attend que le parent soit chaud."""
        with self._pret:
            if not self._est_pret:
                if self._processus.stdout is None or self._processus.stdout.readline() != "pret\n":
                    raise ErreurBilan("Le moteur rapide n'a pas démarré ; relancez avec « --moteur standard ».")
                self._est_pret = True
        connexion = Client(self.adresse, family="AF_UNIX")
        genre, contenu = connexion.recv()
        if genre == "refus":
            raise ErreurBilan(contenu)
        return connexion, contenu

    def executer(self, ordre: Ordre, limites: Limites | None = None) -> FinDeCarnet:
        """Exécute un carnet dans un enfant, dans ses limites, et rend sa fin.

        Le carnet exécuté est à `ordre.sortie`, échec compris, sauf si l'enfant est mort sans pouvoir l'écrire.
        """
        connexion, pid = self.connecter()
        with connexion:
            connexion.send(("carnet", ordre))
            return _Veille(connexion, pid, limites or Limites()).attendre()

    def fermer(self) -> None:
        """Arrête le parent et ses enfants, et efface leur dossier."""
        if self._processus.stdin is not None:
            self._processus.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._processus.wait(timeout=DELAI_DE_GRACE_S)
        self._processus.kill()
        shutil.rmtree(self._dossier, ignore_errors=True)


class _Veille:
    """Attend un enfant : retient ce qu'il dit, l'interrompt à l'heure, le tue s'il mange trop ou s'obstine."""

    def __init__(self, connexion: Connection, pid: int, limites: Limites) -> None:
        self._connexion = connexion
        self._pid = pid
        self._limites = limites
        self._debut = time.monotonic()
        self._cellule: int | None = None
        self._resultat: dict[str, Any] | None = None
        self._nom = self._raison = ""

    def attendre(self) -> FinDeCarnet:
        while True:
            if self._connexion.poll(_PAS_DE_VEILLE_S):
                genre, contenu = self._connexion.recv()
                if genre == "cellule":
                    self._cellule = contenu
                elif genre == "resultat":
                    self._resultat = contenu
                elif genre == "fin":
                    return self._conclure(contenu)
            self._surveiller()

    def _surveiller(self) -> None:
        ecoule = time.monotonic() - self._debut
        limites = self._limites
        if limites.memoire_mo is not None and memoire_mo(self._pid) > limites.memoire_mo and not self._raison:
            self._nom, self._raison = MEMOIRE, f"le carnet a dépassé la limite de mémoire ({limites.memoire_mo:.0f} Mo)"
            self._tuer(signal.SIGKILL)
        if limites.delai_s is None or ecoule < limites.delai_s:
            return
        if not self._raison:
            self._nom, self._raison = DELAI, f"le carnet n'a pas fini dans le temps permis ({limites.delai_s:g} s)"
            self._tuer(signal.SIGINT)
        elif ecoule > limites.delai_s + DELAI_DE_GRACE_S:
            self._tuer(signal.SIGKILL)

    def _tuer(self, signe: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signe) if signe is signal.SIGINT else os.killpg(self._pid, signe)

    def _conclure(self, fin: dict[str, Any]) -> FinDeCarnet:
        echec = self._resultat["echec"] if self._resultat else None
        if self._resultat is None and not self._nom:
            self._nom, self._raison = MORT, _raison_de_la_mort(fin["code"])
        elif echec and not self._nom:
            self._nom, self._raison = echec["classe"], f"{echec['classe']} : {echec['message']}"
        return FinDeCarnet(
            nom=self._nom,
            cellule=echec["cellule"] if echec and echec["cellule"] is not None else self._cellule,
            raison=self._raison,
            duree_s=time.monotonic() - self._debut,
            cpu_s=fin["cpu_s"],
            memoire_pic_mo=fin["memoire_pic_mo"],
        )


def _raison_de_la_mort(code: int) -> str:
    if code < 0:
        return f"le processus du carnet a été tué par le signal {signal.Signals(-code).name}"
    return f"le processus du carnet s'est arrêté de lui-même (code {code})"


def memoire_mo(pid: int) -> float:
    """Rend la mémoire résidente d'un processus en mégaoctets ; 0 s'il n'existe plus ou hors de Linux."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


class LiaisonDistante:
    """Liaison vers la coquille d'un enfant, pour papermill lancé à la main."""

    def __init__(self, connexion: Connection, dossier: str) -> None:
        self._connexion = connexion
        connexion.send(("cellules", dossier))

    def executer(self, source: str, recepteur: Recepteur, garder: bool, delai_s: float | None) -> Message:
        """Exécute dans l'enfant ; lève `DelaiDepasse`, ou `DeadKernelError` si l'enfant meurt en chemin."""
        self._connexion.send((source, garder, delai_s))
        while True:
            try:
                genre, contenu = self._connexion.recv()
            except EOFError:
                genre, contenu = "fin", {}
            if genre == "message":
                recepteur(contenu)
            elif genre == "reponse":
                return dict(contenu)
            elif genre == "delai":
                raise DelaiDepasse
            elif genre == "fin":
                raise DeadKernelError("Kernel died")


@cache
def parent_chaud() -> ParentChaud:
    """Rend le parent chaud de ce processus, lancé au premier appel."""
    return ParentChaud()


class MoteurBilan(Engine):  # type: ignore[misc]
    """Moteur papermill « bilan », déclaré comme point d'entrée `papermill.engine`.

    Dans un enfant du parent chaud, il exécute sur place ; ailleurs, il demande un enfant. Un carnet d'un
    autre langage, ou un système sans fork, passe par le moteur standard.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Exécute le carnet que porte `nb_man` et le rend, avec les mêmes options que le moteur standard."""
        if not fork_existe() or nb_man.nb.metadata.get("kernelspec", {}).get("language", "python") != "python":
            return NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **options)
        reglages = _reglages_du_client(options)
        if LiaisonDirecte.courante is not None:
            return ClientSansNoyau(nb_man, LiaisonDirecte.courante, **reglages).execute()
        connexion, _pid = parent_chaud().connecter()
        with connexion:
            return ClientSansNoyau(nb_man, LiaisonDistante(connexion, str(Path.cwd())), **reglages).execute()


def _reglages_du_client(options: dict[str, Any]) -> dict[str, Any]:
    # Les mêmes correspondances que NBClientEngine : `execution_timeout` prime, ce qui regarde le noyau s'efface.
    delai = options.get("execution_timeout") or options.get("timeout")
    gardees = remove_args(["input_path", "timeout", "startup_timeout", "start_timeout", "execution_timeout"], **options)
    return dict(merge_kwargs(gardees, timeout=delai))
