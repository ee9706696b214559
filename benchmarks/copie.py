"""Les copies de travail du banc : le projet entier, ou réduit à un carnet et à un jeu, où l'on peut tout changer."""

import shutil
from pathlib import Path

from bilan.projet import Jeu, Projet

_A_COPIER = ("data/referentiel", "data/publie", "data/demonstration", "data/entrepot", "notebooks", "reports/gabarits")
_FICHIERS = ("collection.toml", "copil.toml", "requirements.lock")


def copier(projet: Projet, racine: Path) -> Projet:
    """Rend une copie du projet, entrepôt compris."""
    for nom in _A_COPIER:
        shutil.copytree(projet.racine / nom, racine / nom)
    for nom in _FICHIERS:
        shutil.copy(projet.racine / nom, racine / nom)
    return Projet(racine)


def reduire(copie: Projet, carnet: str, jeu: Jeu) -> None:
    """Ne laisse à la copie que ce carnet et les données de ce jeu : son site n'a plus que leurs pages."""
    for autre in set(Jeu) - {jeu}:
        shutil.rmtree(copie.entrepot / autre.value, ignore_errors=True)
    collection = copie.racine / "collection.toml"
    tete, *carnets = collection.read_text(encoding="utf-8").split("[[carnets]]\n")
    (garde,) = (table for table in carnets if f'nom = "{carnet}"' in table)
    collection.write_text(f"{tete}[[carnets]]\n{garde}", encoding="utf-8")
