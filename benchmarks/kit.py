"""Ce que coûte le kit du comité une fois les carnets joués : site, diaporama, fiches, annexe, données ouvertes.

`python -m benchmarks.kit` mesure une copie de l'entrepôt, sans image ni pièce gardée : rien d'existant n'est touché.
Le site, le premier, dessine donc toutes les figures des deux éditions et fait leurs pièces ; les autres lignes refont
celles du jeu à part. `--images-gardees` part des figures déjà dessinées, comme une exécution qui a mis en place son
document de travail les laisse. Cible : 30 secondes sur deux cœurs.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bilan.editions.diaporama import construire as construire_le_diaporama
from bilan.editions.kit import Fabrique
from bilan.editions.publication import mettre_en_place
from bilan.projet import Jeu, Projet

CIBLE_S = 30.0
_COPIES = ("data/entrepot", "data/referentiel", "reports/gabarits")
_SUFFIXES_D_IMAGES = (".svg", ".png", ".json")
_FICHIERS = ("collection.toml", "copil.toml", "requirements.lock")


def mesurer(projet: Projet, jeu: Jeu) -> Iterator[tuple[str, float, float]]:
    """Rend, pièce par pièce, son nom, ses secondes et celles de processeur (de tous les processus)."""
    fabrique = Fabrique.ouvrir(projet, jeu)
    pieces: dict[str, Callable[[], object]] = {
        "site": lambda: mettre_en_place(projet, lambda _: None),
        "diaporama": lambda: construire_le_diaporama(projet, jeu, projet.reports / "copil.pptx"),
        "fiches": fabrique.fiches,
        "annexe": fabrique.annexe,
        "données ouvertes": fabrique.ouvertes,
    }
    for nom, piece in pieces.items():
        debut, avant = time.perf_counter(), sum(os.times()[:4])
        piece()
        yield nom, time.perf_counter() - debut, sum(os.times()[:4]) - avant


def copier(projet: Projet, racine: Path, images_gardees: bool = False) -> Projet:
    """Rend une copie du projet exécuté, sans site ni pièces gardées, et sans images à moins qu'on les garde."""
    for nom in _COPIES:
        shutil.copytree(projet.racine / nom, racine / nom)
    for nom in _FICHIERS:
        shutil.copy(projet.racine / nom, racine / nom)
    for temoin in (racine / "data" / "entrepot").glob("site*.json"):
        temoin.unlink()
    for gardee in (racine / "data" / "entrepot").glob("*/images*/*"):
        if not images_gardees or gardee.suffix not in _SUFFIXES_D_IMAGES:
            gardee.unlink()
    return Projet(racine)


def main() -> int:
    """Mesure le kit et rend 1 s'il dépasse la cible."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jeu", type=Jeu, choices=list(Jeu), default=Jeu.DEMONSTRATION)
    options.add_argument("--images-gardees", action="store_true", help="part des figures déjà dessinées")
    choix = options.parse_args()
    with tempfile.TemporaryDirectory() as dossier:
        total = processeur = 0.0
        copie = copier(Projet.trouver(), Path(dossier) / "projet", choix.images_gardees)
        for nom, duree, calcul in mesurer(copie, choix.jeu):
            print(f"{nom:18} {duree:6.1f} s, dont {calcul:6.1f} s de processeur", flush=True)
            total, processeur = total + duree, processeur + calcul
    print(f"{'kit':18} {total:6.1f} s, dont {processeur:6.1f} s de processeur (cible : {CIBLE_S:.0f} s)")
    return int(total > CIBLE_S)


if __name__ == "__main__":
    sys.exit(main())
