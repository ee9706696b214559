"""Le moteur rapide de papermill (`papermill --engine bilan`) : un carnet, un enfant d'un parent déjà chaud."""

from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nbclient.exceptions import DeadKernelError
from papermill.engines import Engine, NBClientEngine
from papermill.utils import merge_kwargs, remove_args

from bilan.carnets.client import ClientSansNoyau, DelaiDepasse
from bilan.carnets.coquille import Message, Recepteur
from bilan.carnets.enfant import LiaisonDirecte
from bilan.carnets.moteurs import fork_existe
from bilan.carnets.parent import ParentChaud


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
