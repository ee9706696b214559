"""Les empreintes : ce qui fait qu'une exécution est la même qu'une autre."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ABSENT = "absent"


def empreinte_json(valeur: Any) -> str:
    """Rend l'empreinte SHA-256 d'une valeur JSON, quel que soit l'ordre de ses clés."""
    texte = json.dumps(valeur, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(texte.encode()).hexdigest()


def empreinte_fichier(chemin: Path) -> str:
    """Rend l'empreinte SHA-256 du contenu d'un fichier ; « absent » s'il n'existe pas."""
    if not chemin.is_file():
        return ABSENT
    with chemin.open("rb") as fichier:
        return hashlib.file_digest(fichier, "sha256").hexdigest()


def empreinte_dossier(dossier: Path, exclus: Iterable[str] = ("__pycache__",)) -> str:
    """Rend l'empreinte des noms et des contenus d'un dossier ; « absent » s'il n'existe pas.

    Le contenu est toujours relu : une date de modification ment après un `git checkout` ou une copie.
    Les dossiers nommés dans `exclus`, ceux qui finissent par `.egg-info` et les fichiers cachés ne comptent pas.
    """
    if not dossier.is_dir():
        return ABSENT
    a_part = set(exclus)
    fichiers = sorted(
        chemin for chemin in dossier.rglob("*")
        if chemin.is_file() and not _est_a_part(chemin.relative_to(dossier).parts, a_part)
    )
    return empreinte_json([(c.relative_to(dossier).as_posix(), empreinte_fichier(c)) for c in fichiers])


def _est_a_part(parties: tuple[str, ...], exclus: set[str]) -> bool:
    return any(p in exclus or p.startswith(".") or p.endswith((".egg-info", ".pyc")) for p in parties)
