"""Ce que partagent les essais : ce dossier dans le chemin d'import (`jouet`, la région jouet), et une année mesurée."""

import os
import sys
from pathlib import Path

import pytest
from tests.coupe import executer_le_reel
from tests.partage import RACINE, mesurer_l_annee, une_fois

from bilan.projet import Projet

LONGS_D_ABORD = (
    "test_docs_executees.py", "endurance/test_endurance.py", "carnets/test_exploration.py", "test_chaine.py",
    "collecte/test_hostiles.py", "indicateurs/test_preuve_sql.py", "referentiel/test_construction.py",
    "carnets/test_grappe.py", "editions/test_axe.py", "test_securite.py", "carnets/test_moteur_bilan.py",
    "carnets/test_reprise.py", "test_comite.py", "secret/test_suppression.py", "notebooks/test_figures_publiees.py",
    "carnets/test_noyau.py", "stockage/test_miroir.py", "editions/test_charte.py", "carnets/test_executeur.py",
)  # fmt: skip
"""Fichiers de plus de dix secondes, du plus long au plus court (`pytest --durations=60`)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Met les fichiers longs en tête : parti le dernier, l'un d'eux laisserait un seul processus au travail."""
    rangs = {RACINE / "tests" / nom: rang for rang, nom in enumerate(LONGS_D_ABORD)}
    if absents := [chemin.name for chemin in rangs if not chemin.is_file()]:
        raise pytest.UsageError(f"LONGS_D_ABORD nomme des fichiers qui n'existent pas : {', '.join(absents)}.")
    items.sort(key=lambda essai: rangs.get(essai.path, len(rangs)))


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


@pytest.fixture(scope="session")
def reel_execute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Le projet où la chaîne a tourné sur les chiffres publiés, réseau coupé et secrets plantés : on y lit."""
    return une_fois(tmp_path_factory, "reel-execute", executer_le_reel) / "projet"
