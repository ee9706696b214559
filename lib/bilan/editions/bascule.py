"""La bascule de `courant` vers une version : un lien remplacé d'un coup, ou une copie, l'entrée en dernier."""

import os
import shutil
from pathlib import Path

COURANT = "courant"
_MARQUE = ".version"


def basculer(dossier: Path, version: str) -> None:
    """Fait de `versions/<version>` le site en place de `dossier`.

    Là où le système a des liens symboliques, un lecteur voit l'ancien site ou le nouveau, jamais un mélange.
    Ailleurs (partage réseau), la copie remplace fichier par fichier et la page d'entrée en dernier.
    """
    courant = dossier / COURANT
    provisoire = dossier / f".{COURANT}.{os.getpid()}"
    provisoire.unlink(missing_ok=True)
    try:
        provisoire.symlink_to(Path("versions") / version, target_is_directory=True)
    except (OSError, NotImplementedError):
        _copier(dossier / "versions" / version, courant, version)
        return
    if courant.is_dir() and not courant.is_symlink():
        shutil.rmtree(courant)
    provisoire.replace(courant)


def courante(dossier: Path) -> str | None:
    """Rend la version en place dans `dossier`, rien s'il n'y en a pas."""
    courant = dossier / COURANT
    if courant.is_symlink():
        return courant.readlink().name if courant.exists() else None
    marque = courant / _MARQUE
    return marque.read_text(encoding="utf-8") if marque.is_file() else None


def entree(dossier: Path) -> Path:
    """Rend la page d'entrée du site en place."""
    return dossier / COURANT / "index.html"


def retirer(dossier: Path) -> None:
    """Ôte le site en place ; les versions restent."""
    courant = dossier / COURANT
    if courant.is_symlink():
        courant.unlink()
    else:
        # L'entrée d'abord : plus personne n'entre dans un site qui se défait.
        (courant / "index.html").unlink(missing_ok=True)
        shutil.rmtree(courant, ignore_errors=True)


def _copier(source: Path, courant: Path, version: str) -> None:
    courant.mkdir(exist_ok=True)
    fichiers = sorted(p.relative_to(source) for p in source.rglob("*") if p.is_file())
    entree = Path("index.html")
    for nom in [*(n for n in fichiers if n != entree), entree]:
        (courant / nom).parent.mkdir(parents=True, exist_ok=True)
        provisoire = courant / f"{nom}.partiel"
        shutil.copyfile(source / nom, provisoire)
        provisoire.replace(courant / nom)
    (courant / _MARQUE).write_text(version, encoding="utf-8")
    for chemin in sorted(courant.rglob("*"), reverse=True):
        nom = chemin.relative_to(courant)
        if chemin.is_file() and nom not in fichiers and nom != Path(_MARQUE):
            chemin.unlink()
        elif chemin.is_dir() and not any(chemin.iterdir()):
            chemin.rmdir()
