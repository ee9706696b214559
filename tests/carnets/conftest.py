"""Le petit projet des tests de carnets."""

from pathlib import Path

import pytest
from maquette_carnets import COLLECTION, FIGURE, OUVRIR, OUVRIR_FICHE, PARAMETRES, Maquette, carnet_minimal

from bilan.carnets import fraicheur
from bilan.projet import Projet


@pytest.fixture
def maquette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maquette:
    """Projet vide : une collection sans carnet, un référentiel et un code d'un fichier, un verrou."""
    # Le vrai code peut changer pendant les tests ; celui de la maquette ne change que si un test le change.
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "module.py").write_text("UN = 1\n", encoding="utf-8")
    monkeypatch.setattr(fraicheur, "DOSSIER_CODE", tmp_path / "lib")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "referentiel").mkdir(parents=True)
    (tmp_path / "data" / "referentiel" / "epci.csv").write_text("epci_siren;epci\n", encoding="utf-8")
    (tmp_path / "requirements.lock").write_text("polars==1\n", encoding="utf-8")
    (tmp_path / "collection.toml").write_text(COLLECTION + "carnets = []\n", encoding="utf-8")
    return Maquette(Projet(tmp_path))


@pytest.fixture
def collection_de_deux(maquette: Maquette) -> Maquette:
    """Un carnet régional et une fiche par EPCI, tous deux bons, et des mesures."""
    contrat = {"mesures": ["F3"], "figures": ["flux"]}
    maquette.ecrire("30_flux", carnet_minimal(
        OUVRIR, FIGURE.format(filtre=""),
        'import os\ncarnet.controle("aucun aperçu ne se dessine", os.environ["BILAN_EXECUTION"] == "1")',
        'carnet.controle("non vide", lignes.height > 0)\ncarnet.terminer()',
        contrat=contrat,
    ))
    maquette.ecrire("70_fiche", carnet_minimal(
        OUVRIR_FICHE, FIGURE.format(filtre=", territoire=epci"), "carnet.terminer()",
        contrat=contrat, parametres={**PARAMETRES, "epci": ("epci", "200000001")},
    ))
    maquette.declarer("30_flux")
    maquette.declarer("70_fiche", par="epci", page="epci/{territoire}")
    maquette.mesurer({"200000001": 10.0, "200000002": 20.0, "200000003": 30.0})
    return maquette
