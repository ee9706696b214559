"""Les seules opérations sur fichiers des magasins : lire, écrire d'un coup, verrouiller, dire une empreinte."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bilan.erreurs import DonneesRefusees, VerrouTenu

_ATTENTE_VERROU_S = 20
_NIVEAUX = 2
_ENCODEUR = json.JSONEncoder(ensure_ascii=False)


def empreinte(octets: bytes) -> str:
    """Rend l'empreinte SHA-256 d'un contenu, en hexadécimal."""
    return hashlib.sha256(octets).hexdigest()


def empreinte_fichier(chemin: Path) -> str:
    """Rend l'empreinte SHA-256 d'un fichier, lu par morceaux."""
    with chemin.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


@contextmanager
def remplacement(chemin: Path) -> Iterator[Path]:
    """Donne un chemin voisin où écrire ; il prend la place de `chemin` d'un coup, seulement si tout va bien."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    a_cote = chemin.with_name(f".{chemin.name}.{os.getpid()}.tmp")
    try:
        yield a_cote
        a_cote.replace(chemin)
    finally:
        a_cote.unlink(missing_ok=True)


def ecrire(chemin: Path, octets: bytes) -> None:
    """Écrit `octets` dans `chemin` d'un coup : un lecteur voit l'ancien contenu ou le nouveau."""
    with remplacement(chemin) as a_cote:
        a_cote.write_bytes(octets)


def ecrire_json(chemin: Path, contenu: Any) -> None:
    """Écrit `contenu` en JSON, d'un coup (`en_json`)."""
    ecrire(chemin, en_json(contenu))


def en_json(contenu: Any) -> bytes:
    """Rend `contenu` en JSON, clés dans l'ordre donné, une ligne par valeur des deux premiers niveaux."""
    return (_en_lignes(contenu) + "\n").encode()


def _en_lignes(contenu: Any, niveau: int = 0) -> str:
    # `indent` passerait tout par l'encodeur écrit en Python, quatre fois plus lent.
    if niveau == _NIVEAUX or not contenu or not isinstance(contenu, dict | list | tuple):
        return _ENCODEUR.encode(contenu)
    ouvrante, fermante = "{}" if isinstance(contenu, dict) else "[]"
    if isinstance(contenu, dict):
        valeurs = [f"{_ENCODEUR.encode(str(cle))}: {_en_lignes(v, niveau + 1)}" for cle, v in contenu.items()]
    else:
        valeurs = [_en_lignes(valeur, niveau + 1) for valeur in contenu]
    marge = "\n" + " " * (niveau + 1)
    return f"{ouvrante}{marge}{f',{marge}'.join(valeurs)}\n{' ' * niveau}{fermante}"


def lire_json(chemin: Path, defaut: Any) -> Any:
    """Rend le contenu JSON de `chemin`, ou `defaut` s'il n'existe pas ; lève `DonneesRefusees` s'il est abîmé."""
    try:
        return json.loads(chemin.read_bytes())
    except FileNotFoundError:
        return defaut
    except ValueError as erreur:
        raise DonneesRefusees(
            f"Le fichier « {chemin} » de l'entrepôt est abîmé ({erreur}) ; restaurez-le, ou supprimez le dossier "
            f"« {chemin.parent} » puis relancez « bilan executer » pour tout recharger."
        ) from erreur


@contextmanager
def verrou(dossier: Path) -> Iterator[None]:
    """Réserve `dossier` à ce processus ; lève `VerrouTenu` si un autre le garde trop longtemps."""
    dossier.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(dossier / ".verrou", timeout=_ATTENTE_VERROU_S):
            yield
    except Timeout as erreur:
        raise VerrouTenu(
            f"Une autre commande écrit dans « {dossier} » depuis plus de {_ATTENTE_VERROU_S} secondes ; "
            "attendez qu'elle finisse, puis relancez."
        ) from erreur
