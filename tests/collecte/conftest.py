"""Un projet vide dans un dossier jetable, branché sur le référentiel versé au dépôt."""

import shutil
from pathlib import Path

import pytest

from bilan.projet import Projet


@pytest.fixture
def projet(tmp_path: Path) -> Projet:
    depot = Projet.trouver()
    racine = tmp_path / "projet"
    (racine / "data").mkdir(parents=True)
    shutil.copy(depot.racine / "collection.toml", racine)
    (racine / "data" / "referentiel").symlink_to(depot.referentiel)
    return Projet(racine)
