"""Un seul travail à la fois dans un projet ; le second repart aussitôt en sachant qui travaille."""

import contextlib
import getpass
import os
import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bilan.entrepot.fichiers import ecrire_json, lire_json
from bilan.erreurs import VerrouTenu
from bilan.projet import Projet

TENU_PAR = "execution.json"
"""Fichier de l'entrepôt qui nomme qui travaille ; sans verrou tenu, celui qui a été tué en travaillant."""
_VERROU = ".execution.verrou"


@contextlib.contextmanager
def verrou_execution(projet: Projet) -> Iterator[None]:
    """Tient le verrou du projet ; lève `VerrouTenu` aussitôt s'il est pris par un autre processus.

    Le même fil peut l'emboîter : la chaîne le prend pour tout, l'exécuteur pour ce qui le regarde.
    Le système rend le verrou à la mort du processus, même tué : il n'y a jamais de verrou périmé à voler.
    """
    projet.entrepot.mkdir(parents=True, exist_ok=True)
    tenu_par = projet.entrepot / TENU_PAR
    verrou = FileLock(projet.entrepot / _VERROU, is_singleton=True)
    try:
        verrou.acquire(timeout=0)
    except Timeout:
        raise VerrouTenu(
            f"Une autre commande travaille déjà dans ce projet ({_qui(lire_json(tenu_par, None))}) ; "
            "attendez qu'elle finisse, ou arrêtez-la, puis relancez."
        ) from None
    try:
        if verrou.lock_counter == 1:
            _dire_qui(tenu_par)
        yield
    finally:
        if verrou.lock_counter == 1:
            tenu_par.unlink(missing_ok=True)
        verrou.release()


def au_travail(projet: Projet) -> tuple[str, bool] | None:
    """Rend qui travaille dans le projet et s'il vit encore ; None si personne n'a laissé son nom."""
    tenant = lire_json(projet.entrepot / TENU_PAR, None)
    if tenant is None:
        return None
    verrou = FileLock(projet.entrepot / _VERROU)
    try:
        with verrou.acquire(timeout=0):
            return _qui(tenant), False
    except Timeout:
        return _qui(tenant), True


def _dire_qui(tenu_par: Path) -> None:
    with contextlib.suppress(OSError):  # ne pas pouvoir se nommer n'empêche pas de travailler
        ecrire_json(tenu_par, {
            "processus": os.getpid(), "machine": platform.node(), "utilisateur": getpass.getuser(),
            "depuis": datetime.now().astimezone().isoformat(timespec="seconds"),
        })


def _qui(tenant: dict[str, Any] | None) -> str:
    if tenant is None:
        return "elle vient de commencer"
    return (
        f"processus {tenant['processus']} de {tenant['utilisateur']} sur {tenant['machine']}, "
        f"depuis {datetime.fromisoformat(tenant['depuis']):%d/%m/%Y à %H:%M:%S}"
    )
