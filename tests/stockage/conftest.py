"""Un vrai serveur S3 pour toute la session, un seau neuf par essai, et des machines qui le partagent."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest
from maquette_stockage import Serveur, options_s3, servir
from tests.poche import COLLECTION

from bilan.projet import Projet


@pytest.fixture(scope="session")
def serveur_s3() -> Iterator[Serveur]:
    with servir() as serveur:
        yield serveur


@pytest.fixture
def seau(serveur_s3: Serveur, monkeypatch: pytest.MonkeyPatch) -> str:
    """Adresse d'un préfixe dans un seau neuf ; l'environnement désigne le serveur."""
    for nom, valeur in {
        "AWS_ACCESS_KEY_ID": "essai", "AWS_SECRET_ACCESS_KEY": "cle-de-l-essai", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{serveur_s3.port}",
    }.items():  # fmt: skip
        monkeypatch.setenv(nom, valeur)
    monkeypatch.delenv("AWS_S3_ENDPOINT", raising=False)
    serveur_s3.couper_apres(None)
    nom = f"seau-{uuid.uuid4().hex[:12]}"
    fsspec.filesystem("s3", **options_s3()).mkdir(nom)
    return f"s3://{nom}/bilan"


@pytest.fixture
def nouveau_projet(tmp_path: Path) -> Callable[[str], Projet]:
    """Rend une fabrique de projets vides : autant de machines qui partagent un stockage."""

    def fabriquer(nom: str) -> Projet:
        racine = tmp_path / nom
        racine.mkdir()
        (racine / "collection.toml").write_text(COLLECTION, encoding="utf-8")
        return Projet(racine)

    return fabriquer
