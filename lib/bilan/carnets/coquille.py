"""Une coquille IPython sans noyau : elle exécute une cellule sur place et rend les messages qu'un noyau enverrait.

C'est la coquille d'ipykernel elle-même (mêmes magies, mêmes traces, mêmes affichages) ; seule sa session
change : au lieu d'écrire sur une prise réseau, elle garde les messages.
"""

import builtins
import getpass
import io
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config

Message = dict[str, Any]
Recepteur = Callable[[Message], None]


class SessionLocale(Session):
    """Session Jupyter qui remet chaque message à `recepteur` au lieu de l'envoyer."""

    recepteur: Recepteur

    def send(
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, *_: Any, **options: Any
    ) -> Message:
        """Remet le message au récepteur et le rend."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(msg_or_type, content=content, parent=parent, metadata=options.get("metadata"))
        self.recepteur(message)
        return message


class Flux(io.TextIOBase):
    """Sortie standard ou d'erreur de la cellule : ce qui s'écrit part en un message `stream` quand on la vide.

    ipykernel la vide avant tout affichage et toute trace d'erreur ; l'ordre des sorties est donc le sien.
    """

    encoding = "utf-8"

    def __init__(self, nom: str, descripteur: int, session: SessionLocale) -> None:
        self._nom = nom
        self._descripteur = descripteur
        self._session = session
        self._attente: list[str] = []

    def write(self, texte: str) -> int:
        """Met `texte` en attente et rend sa longueur."""
        self._attente.append(texte)
        return len(texte)

    def flush(self) -> None:
        """Envoie ce qui attend."""
        if texte := "".join(self._attente):
            self._attente.clear()
            self._session.send(None, "stream", {"name": self._nom, "text": texte})

    def writable(self) -> bool:
        """Toujours vrai."""
        return True

    def isatty(self) -> bool:
        """Toujours faux : personne n'est devant l'écran."""
        return False

    def fileno(self) -> int:
        """Descripteur que les programmes lancés par la cellule utilisent."""
        return self._descripteur


class Descripteurs:
    """Capture de ce qui s'écrit sous Python (bibliothèques en C, programmes lancés) sur les sorties 1 et 2.

    Chaque descripteur est détourné vers un fichier anonyme, relu à la fin de la cellule : ni fil
    d'exécution, ni tuyau qui se remplit.
    """

    def __init__(self) -> None:
        self._fichiers = {}
        for nom, numero in (("stdout", 1), ("stderr", 2)):
            fichier = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 — vit autant que le processus
            os.dup2(fichier.fileno(), numero)
            self._fichiers[nom] = fichier

    def relever(self) -> dict[str, str]:
        """Rend ce qui s'est écrit depuis le dernier relevé, par flux, et l'oublie."""
        releve = {}
        for nom, fichier in self._fichiers.items():
            fichier.seek(0)
            if contenu := fichier.read():
                releve[nom] = contenu.decode("utf-8", errors="replace")
                fichier.seek(0)
                fichier.truncate()
        return releve


class Coquille:
    """Exécute des cellules dans le processus courant, l'une après l'autre.

    À créer avant le fork (la création coûte) ; `brancher` détourne les sorties et se fait après.
    """

    def __init__(self) -> None:
        self._session = SessionLocale(key=b"")
        self._session.recepteur = lambda _message: None
        reglages = Config()
        reglages.HistoryManager.enabled = False
        reglages.ZMQInteractiveShell.colors_force = True
        self._shell: Any = ZMQInteractiveShell.instance(config=reglages)
        organes: tuple[Any, ...] = (self._shell.displayhook, self._shell.display_pub)
        for organe in organes:
            organe.session = self._session
            organe.pub_socket = None
        self._descripteurs: Descripteurs | None = None

    def brancher(self) -> None:
        """Détourne les sorties du processus vers la coquille et refuse toute question à l'utilisateur."""
        self._descripteurs = Descripteurs()
        sys.stdout = Flux("stdout", 1, self._session)
        sys.stderr = Flux("stderr", 2, self._session)
        builtins.input = getpass.getpass = _refuser_la_question

    def executer(self, source: str, recepteur: Recepteur, garder: bool = True) -> Message:
        """Exécute `source`, remet chaque message à `recepteur` et rend le contenu de la réponse du noyau.

        La réponse a le `status` « ok » ou « error » (avec `ename`, `evalue` et `traceback`), et
        l'`execution_count` de la cellule.
        """
        rang = self._shell.execution_count
        self._session.recepteur = recepteur
        self._etat("busy")
        self._session.send(None, "execute_input", {"code": source, "execution_count": rang})
        resultat = self._shell.run_cell(source, store_history=garder)
        sys.stdout.flush()
        sys.stderr.flush()
        if self._descripteurs is not None:
            for nom, texte in self._descripteurs.relever().items():
                self._session.send(None, "stream", {"name": nom, "text": texte})
        self._etat("idle")
        erreur = resultat.error_before_exec or resultat.error_in_exec
        if erreur is None:
            return {"status": "ok", "execution_count": rang}
        return {
            "status": "error",
            "execution_count": rang,
            "ename": type(erreur).__name__,
            "evalue": str(erreur),
            "traceback": self._shell._last_traceback or [],
        }

    def _etat(self, etat: str) -> None:
        self._session.send(None, "status", {"execution_state": etat})


def _refuser_la_question(*_: Any, **__: Any) -> str:
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("Un carnet exécuté sans personne ne pose pas de question : passez un paramètre.")


