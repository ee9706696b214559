"""Ce que plusieurs fichiers d'essais lisent sans y toucher : fait une fois pour tous les processus de la suite."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from bilan import chaine
from bilan.projet import Jeu, Projet

RACINE = Path(__file__).parents[1]


def une_fois(dossiers: pytest.TempPathFactory, nom: str, remplir: Callable[[Path], None]) -> Path:
    """Rend le dossier que `remplir` a rempli : le premier processus qui le demande le fait, les autres l'attendent."""
    commun = dossiers.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        commun = commun.parent
    dossier, fini = commun / nom, commun / f"{nom}.fini"
    with FileLock(commun / f"{nom}.verrou"):
        if not fini.exists():
            shutil.rmtree(dossier, ignore_errors=True)
            dossier.mkdir()
            remplir(dossier)
            fini.touch()
    return dossier


def mesurer_l_annee(racine: Path) -> None:
    """Monte le projet entier, charge les livraisons des deux jeux, fait leurs mesures et les masque pour le public."""
    for nom in ("collection.toml", "data/referentiel", "data/publie", "data/correspondances", "notebooks"):
        (racine / nom).parent.mkdir(exist_ok=True)
        (racine / nom).symlink_to(RACINE / nom)
    shutil.copytree(RACINE / "data" / "demonstration", racine / "data" / "demonstration",
                    ignore=shutil.ignore_patterns("livraisons"))  # fmt: skip
    projet = Projet(racine)
    for jeu in Jeu:
        chaine.preparer(projet, jeu, str)
        chaine.masquer_pour_le_public(projet, jeu, str)
