"""Contrôler des fichiers dans un processus neuf, et dire pour chacun ce qu'il a coûté, lecteur compris.

Usage : python -m tests.collecte.pic RACINE_DU_PROJET FICHIER…

Le pic est la somme du plus haut de ce processus et du plus haut de ses enfants depuis le début : il majore ce qui a
été occupé en même temps, et ne peut que croître d'un fichier à l'autre.
"""

import json
import resource
import sys
import time
from pathlib import Path

from bilan.collecte.campagne import Campagne, controler
from bilan.projet import Jeu, Projet


def pic_mo() -> float:
    """Rend le plus haut de la mémoire résidente, en Mo : celle de ce processus, plus celle du plus gros enfant."""
    statut = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (sommet,) = [ligne.split()[1] for ligne in statut if ligne.startswith("VmHWM")]
    return (int(sommet) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024 / 1e6


def cpu_s() -> float:
    """Rend le temps de calcul de ce processus et de ses enfants finis, en secondes."""
    mesures = [resource.getrusage(qui) for qui in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(mesure.ru_utime + mesure.ru_stime for mesure in mesures)


def main() -> None:
    """Contrôle chaque fichier et imprime une ligne JSON : nom, accepté, secondes, secondes de calcul, pic en Mo."""
    projet = Projet(Path(sys.argv[1]))
    for chemin in map(Path, sys.argv[2:]):
        debut, calcul = time.monotonic(), cpu_s()
        campagne = Campagne([chemin], integrer=True, retours=projet.racine / "retours")
        (issue,) = controler(projet, Jeu.REEL, campagne)
        mesure = {
            "nom": chemin.name,
            "accepte": issue.reception.est_acceptee,
            "duree_s": time.monotonic() - debut,
            "cpu_s": cpu_s() - calcul,
            "pic_mo": pic_mo(),
        }
        print(json.dumps(mesure), flush=True)


if __name__ == "__main__":
    main()
