"""L'ouvrier d'une grappe : un processus qui garde un moteur chaud et joue les carnets qu'on lui dicte.

Usage : python -m bilan.carnets.ouvrier RACINE MOTEUR ; un ordre JSON par ligne, un résultat JSON par ligne.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from bilan.carnets.moteur import VARIABLE_EXECUTION, Moteur, Resultat
from bilan.carnets.moteurs import fabriquer
from bilan.carnets.plan import Tache
from bilan.projet import Jeu


def servir(racine: Path, moteur: Moteur) -> None:
    """Joue chaque ordre lu sur l'entrée jusqu'à sa fermeture."""
    reponses = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # ce que les bibliothèques écrivent sur la sortie ne doit pas se mêler aux réponses
    try:
        for ligne in sys.stdin:
            ordre = json.loads(ligne)
            resultat = moteur.executer(tache_de(racine, ordre["tache"]), Path(ordre["destination"]))
            reponses.write(json.dumps(en_json(resultat)) + "\n")
            reponses.flush()
    finally:
        moteur.fermer()


def tache_de(racine: Path, ecrite: dict[str, object]) -> Tache:
    """Rend la tâche écrite par `ecrire_tache`, dont le carnet est sous `racine`."""
    valeurs = dict(ecrite) | {"jeu": Jeu(str(ecrite["jeu"])), "source": racine / "notebooks" / str(ecrite["source"])}
    return Tache(**valeurs)  # type: ignore[arg-type]


def ecrire_tache(tache: Tache) -> dict[str, object]:
    """Rend la tâche en valeurs JSON, sans chemin de cette machine."""
    return asdict(tache) | {"jeu": str(tache.jeu), "source": tache.source.name}


def en_json(resultat: Resultat) -> dict[str, object]:
    """Rend le résultat en valeurs JSON, sans le chemin de la copie."""
    return asdict(resultat) | {"copie": None}


def main() -> None:
    """Fabrique le moteur demandé et sert."""
    os.environ[VARIABLE_EXECUTION] = "1"
    racine = Path(sys.argv[1])
    sources = sorted((racine / "notebooks").glob("*.ipynb"))
    servir(racine, fabriquer(racine, sys.argv[2] or None, sources, ouvriers=1))


if __name__ == "__main__":
    main()
