"""L'année de démonstration entière, en mémoire, et la petite, en fichiers."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bilan.demonstration.generateur import engendrer, livraisons, monter
from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.scene import Scene
from bilan.projet import Projet

Lire = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def projet() -> Projet:
    return Projet.trouver(Path(__file__))


@pytest.fixture(scope="session")
def scene(projet: Projet) -> Scene:
    return monter(projet)


@pytest.fixture(scope="session")
def envois(scene: Scene) -> list[Livraison]:
    return list(livraisons(scene))


@pytest.fixture(scope="session")
def lire(envois: list[Livraison]) -> Lire:
    """Rend une table : toutes ses livraisons, ou la dernière de chaque émetteur et période."""

    def _lire(table: str, *, toutes: bool = False) -> pl.DataFrame:
        retenues: dict[object, Livraison] = {}
        for rang, envoi in enumerate(sorted((e for e in envois if e.table == table), key=lambda e: e.date_connue)):
            retenues[rang if toutes else (envoi.emetteur, envoi.periode)] = envoi
        return pl.concat([envoi.lignes for envoi in retenues.values()], how="diagonal_relaxed")

    return _lire


@pytest.fixture(scope="session")
def petite(projet: Projet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("demonstration") / "livraisons"
    engendrer(projet, dossier, taille="petite")
    return dossier
