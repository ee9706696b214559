"""La bascule de `courant` vers une version : un lien remplacé d'un coup, ou une copie, l'entrée en dernier."""

import os
import shutil
from pathlib import Path

from bilan.projet import INTERNE, nom_de_profil

COURANT = "courant"
_MARQUE = ".version"


def place(dossier: Path, profil: str = INTERNE) -> Path:
    """Rend le chemin du site en place d'un profil."""
    return dossier / nom_de_profil(COURANT, profil)


def basculer(dossier: Path, version: str, profil: str = INTERNE) -> None:
    """Fait de `versions/<version>` le site en place de `dossier` pour un profil (`courant`, `courant-public`).

    Là où le système a des liens symboliques, un lecteur voit l'ancien site ou le nouveau, jamais un mélange.
    Ailleurs (partage réseau), la copie remplace fichier par fichier et la page d'entrée en dernier.
    """
    courant = place(dossier, profil)
    provisoire = courant.with_name(f".{courant.name}.{os.getpid()}")
    provisoire.unlink(missing_ok=True)
    try:
        provisoire.symlink_to(Path("versions") / version, target_is_directory=True)
    except (OSError, NotImplementedError):
        _copier(dossier / "versions" / version, courant, version)
        return
    if courant.is_dir() and not courant.is_symlink():
        shutil.rmtree(courant)
    provisoire.replace(courant)


def courante(dossier: Path, profil: str = INTERNE) -> str | None:
    """Rend la version en place dans `dossier`, rien s'il n'y en a pas."""
    courant = place(dossier, profil)
    if courant.is_symlink():
        return courant.readlink().name if courant.exists() else None
    marque = courant / _MARQUE
    return marque.read_text(encoding="utf-8") if marque.is_file() else None


def entree(dossier: Path, profil: str = INTERNE) -> Path:
    """Rend la page d'entrée du site en place."""
    return place(dossier, profil) / "index.html"


def retirer(dossier: Path, profil: str = INTERNE) -> None:
    """Ôte le site en place ; les versions restent."""
    courant = place(dossier, profil)
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
