"""Choisir un moteur : le plus rapide qui marche ici, ou celui qu'on demande."""

import os
import sys
from pathlib import Path

from bilan.carnets.moteur import Moteur
from bilan.erreurs import ErreurUsage, valeur_inconnue

STANDARD, RAPIDE = "standard", "bilan"


def fabriquer(racine: Path, nom: str | None, taches: int) -> Moteur:
    """Rend le moteur `nom`, ou le mieux placé pour `taches` carnets si rien n'est dit.

    Une seule tâche ne rembourse pas le préchauffage du moteur rapide : elle passe par le standard.
    """
    if nom not in (None, STANDARD, RAPIDE):
        raise valeur_inconnue("le moteur", str(nom), [RAPIDE, STANDARD])
    if nom == RAPIDE and not fork_existe():
        raise ErreurUsage(f"Le moteur « {RAPIDE} » demande Linux ; ici, lancez avec « --moteur {STANDARD} ».")
    if nom == RAPIDE or (nom is None and taches > 1 and fork_existe()):
        from bilan.carnets.chaud import MoteurChaud

        return MoteurChaud(racine)
    from bilan.carnets.noyau import MoteurStandard

    return MoteurStandard()


def fork_existe() -> bool:
    """Vrai là où dupliquer un processus chaud est sûr : Linux."""
    return sys.platform.startswith("linux") and hasattr(os, "fork")
