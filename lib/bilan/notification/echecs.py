"""Le dernier échec : gardé ici jusqu'à la prochaine réussite, pour que `bilan sante` trouve ce que nul n'a su."""

import contextlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bilan.entrepot import fichiers
from bilan.erreurs import CodeSortie, DonneesRefusees, ErreurBilan
from bilan.projet import Projet

FICHIER = "echec.json"


@dataclass(frozen=True)
class EchecGarde:
    """Dernière exécution en échec : quand (ISO), avec quel code de sortie, et si quelqu'un en a été prévenu."""

    quand: str
    code: int
    prevenu: bool


def code_de(erreur: BaseException) -> CodeSortie:
    """Rend le code de sortie que vaut une erreur."""
    return erreur.code_sortie if isinstance(erreur, ErreurBilan) else CodeSortie.INATTENDU


def noter(projet: Projet, erreur: BaseException, prevenu: bool) -> None:
    """Garde cet échec ; un disque plein l'en empêche peut-être, et `bilan sante` le dira aussi."""
    quand = datetime.now().astimezone().isoformat(timespec="seconds")
    with contextlib.suppress(OSError):
        fichiers.ecrire_json(_chemin(projet), asdict(EchecGarde(quand, int(code_de(erreur)), prevenu)))


def dernier(projet: Projet) -> EchecGarde | None:
    """Rend l'échec que rien n'a suivi, s'il y en a un ; illisible, il vaut un échec dont on ne sait rien."""
    try:
        contenu = fichiers.lire_json(_chemin(projet), None)
        return EchecGarde(**contenu) if contenu is not None else None
    except (DonneesRefusees, TypeError):
        return EchecGarde("", int(CodeSortie.INATTENDU), False)


def effacer(projet: Projet) -> None:
    """Oublie l'échec : une exécution a réussi depuis."""
    _chemin(projet).unlink(missing_ok=True)


def _chemin(projet: Projet) -> Path:
    return projet.entrepot / FICHIER
