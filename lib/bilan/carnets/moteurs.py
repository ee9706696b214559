"""Choisir un moteur : le plus rapide qui marche ici, ou celui qu'on demande."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bilan.carnets.atelier import coeurs
from bilan.carnets.moteur import Moteur
from bilan.erreurs import ErreurUsage, valeur_inconnue
from bilan.imports import sans_inutiles

STANDARD, RAPIDE = "standard", "bilan"


def fabriquer(racine: Path, nom: str | None, sources: Sequence[Path] = (), ouvriers: int = 0) -> Moteur:
    """Rend le moteur `nom` ou, si rien n'est dit, le rapide là où il marche, le standard ailleurs.

    `sources` sont les carnets à jouer, un par tâche : de quoi préchauffer ce dont ils se servent. Seul, un carnet
    importe lui-même ses bibliothèques de dessin, comme il le ferait dans un noyau neuf. `ouvriers` les joueront de
    front, autant que de cœurs si rien n'est dit.

    Préchauffage compris, une fiche d'EPCI seule y prend 0,78 fois le temps du moteur standard (médianes de 7 passages
    entrelacés ; `make bench` le remesure). Au-delà de 1,05, le standard devrait servir ces demandes-là.
    """
    if nom not in (None, STANDARD, RAPIDE):
        raise valeur_inconnue("le moteur", str(nom), [RAPIDE, STANDARD])
    if nom == RAPIDE and not fork_existe():
        raise ErreurUsage(f"Le moteur « {RAPIDE} » demande Linux ; ici, lancez avec « --moteur {STANDARD} ».")
    if nom == STANDARD or not fork_existe():
        with sans_inutiles():
            from bilan.carnets.noyau import MoteurStandard

        return MoteurStandard()
    from bilan.carnets.chaud import MoteurChaud

    de_front = max(1, min(ouvriers or coeurs(), len(sources)))
    return MoteurChaud(racine, sources if len(sources) > 1 else (), de_front)


def fork_existe() -> bool:
    """Vrai là où dupliquer un processus chaud est sûr : Linux."""
    return sys.platform.startswith("linux") and hasattr(os, "fork")
