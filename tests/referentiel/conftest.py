from pathlib import Path

import pytest

from bilan.referentiel.territoires import Territoires

REFERENTIEL = Path(__file__).parents[2] / "data" / "referentiel"


@pytest.fixture(scope="session")
def referentiel() -> Path:
    return REFERENTIEL


@pytest.fixture(scope="session")
def paca(referentiel: Path) -> Territoires:
    return Territoires.ouvrir(referentiel, millesime=2026, region="93")


@pytest.fixture(scope="session")
def paca_2021(referentiel: Path) -> Territoires:
    return Territoires.ouvrir(referentiel, millesime=2021, region="93")
