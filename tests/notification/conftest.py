"""Un vrai serveur SMTP sur la boucle locale, et un projet de poche."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from maquette_notification import Boite, mesurer
from tests.poche import COLLECTION

from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.projet import Jeu, Projet


@pytest.fixture
def boite(monkeypatch: pytest.MonkeyPatch) -> Iterator[Boite]:
    boite = Boite([])
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        boite.port = libre.getsockname()[1]
    serveur = Controller(boite, hostname="127.0.0.1", port=boite.port)
    serveur.start()
    monkeypatch.setenv("BILAN_SMTP", f"smtp://127.0.0.1:{boite.port}")
    monkeypatch.setenv("BILAN_NOTIFIER_DE", "bilan@exemple.invalid")
    monkeypatch.setenv("BILAN_NOTIFIER_A", "boite-fonctionnelle@exemple.invalid, autre@exemple.invalid")
    monkeypatch.setenv("BILAN_LIEN", "https://bilan.exemple.invalid/")
    yield boite
    serveur.stop()


@pytest.fixture
def projet(tmp_path: Path) -> Projet:
    (tmp_path / "collection.toml").write_text(COLLECTION, encoding="utf-8")
    projet = Projet(tmp_path)
    mesurer(projet, 40.0)
    EntrepotRuns(projet.entrepot, Jeu.DEMONSTRATION).enregistrer(Run(
        "cle", "30_flux", "flux", "93", "demonstration", "2024", "2025-03-31", "interne", {}, "Flux", "ok",
    ))  # fmt: skip
    return projet
