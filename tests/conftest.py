"""Ce que partagent les essais : ce dossier dans le chemin d'import (`jouet`, la région jouet), et une année mesurée."""

import os
import sys

import pytest
from tests.partage import RACINE, mesurer_l_annee, une_fois

from bilan.projet import Projet


def pytest_configure() -> None:
    """Garde à part le code compilé, là où l'environnement défend de l'écrire à côté des sources.

    Sans cela, chacun des processus que lancent les essais recompilerait tout ce qu'il importe.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        garde = os.environ.setdefault("PYTHONPYCACHEPREFIX", str(RACINE / ".pytest_cache" / "bytecode"))
        sys.pycache_prefix, sys.dont_write_bytecode = garde, False


@pytest.fixture(scope="session")
def annee_mesuree(tmp_path_factory: pytest.TempPathFactory) -> Projet:
    """Le projet entier, livraisons chargées, mesures faites et masquées : on y lit, on n'y écrit pas."""
    return Projet(une_fois(tmp_path_factory, "annee-mesuree", mesurer_l_annee))
