"""Le parent chaud : un processus où tout est déjà importé, et qui se dédouble pour chaque carnet.

Règle d'or, mesurée : un parent qui a exécuté une requête polars ou dessiné une image engendre des enfants
qui se figent. Le zygote importe, lit les géométries, et rien d'autre (`prechauffage`) ; il refuse de se dédoubler
s'il voit les fils d'exécution de ces bibliothèques.
"""

import contextlib
import gc
import os
import re
import selectors
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

FILS_DANGEREUX = re.compile(r"polars-\d|tokio|V8")
"""Noms des fils de calcul de polars et de vl-convert ; polars en a un autre dès l'import, sans danger mesuré."""


def fils_dangereux() -> list[str]:
    """Rend les fils d'exécution du processus qui interdisent de le dédoubler (vide : le fork est sûr)."""
    noms = []
    for fichier in Path("/proc/self/task").glob("*/comm"):
        with contextlib.suppress(OSError):
            nom = fichier.read_text().strip()
            if FILS_DANGEREUX.match(nom):
                noms.append(nom)
    return noms


class Zygote:
    """Boucle du parent chaud : une connexion reçue, un enfant dédoublé ; un enfant fini, son compte rendu."""

    def __init__(self, adresse: str, servir: Callable[[Connection], None]) -> None:
        self._ecoute = Listener(adresse, family="AF_UNIX", backlog=64)
        self._servir = servir
        self._enfants: dict[int, Connection] = {}
        self._reveil, alarme = os.pipe()
        os.set_blocking(alarme, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(alarme, warn_on_full_buffer=False)

    def tourner(self) -> None:
        """Sert jusqu'à la fermeture de l'entrée standard, que le lanceur tient ouverte tant qu'il vit."""
        choix = selectors.DefaultSelector()
        choix.register(self._ecoute._listener._socket, selectors.EVENT_READ, self._dedoubler)  # type: ignore[attr-defined]
        choix.register(self._reveil, selectors.EVENT_READ, self._relever)
        choix.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            for cle, _evenement in choix.select():
                if cle.data is None:
                    return self._fermer()
                cle.data()

    def _dedoubler(self) -> None:
        connexion = self._ecoute.accept()
        if dangereux := fils_dangereux():
            connexion.send(("refus", f"Le parent chaud ne peut plus se dédoubler (fils {', '.join(dangereux)})."))
            return connexion.close()
        pid = os.fork()
        if pid:
            self._enfants[pid] = connexion
            return None
        self._devenir_enfant(connexion)
        return None

    def _devenir_enfant(self, connexion: Connection) -> None:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setsid()
            self._ecoute.close()
            for autre in self._enfants.values():
                autre.close()
            connexion.send(("pid", os.getpid()))
            self._servir(connexion)
            code = 0
        finally:
            os._exit(code)

    def _relever(self) -> None:
        os.read(self._reveil, 4096)
        while self._enfants:
            pid, etat, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._enfants.pop(pid) as connexion, contextlib.suppress(OSError):
                connexion.send(("fin", compte_rendu(etat, usage)))

    def _fermer(self) -> None:
        for pid in self._enfants:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self._ecoute.close()


def compte_rendu(etat: int, usage: Any) -> dict[str, Any]:
    """Rend la fin d'un enfant : code de sortie ou signal, temps de calcul (s) et mémoire de pointe (Mo)."""
    return {
        "code": os.waitstatus_to_exitcode(etat),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "memoire_pic_mo": usage.ru_maxrss / 1024,
    }


def main() -> None:
    """Chauffe, annonce « pret » sur la sortie standard, puis sert ; arguments : l'adresse, les modules de dessin."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C s'adresse au lanceur, qui arrête le zygote en le quittant
    from bilan.carnets.prechauffage import chauffer

    chauffer(sys.argv[2:])
    from bilan.carnets.coquille import Coquille
    from bilan.carnets.enfant import servir

    coquille = Coquille()
    zygote = Zygote(sys.argv[1], lambda connexion: servir(connexion, coquille))
    gc.collect()
    gc.freeze()  # les enfants partagent ces pages : le ramasse-miettes ne doit pas les recopier
    sys.stdout.write("pret\n")
    sys.stdout.flush()
    zygote.tourner()


if __name__ == "__main__":
    main()
