"""Les carnets de la collection : en règle, minces, sans sortie, et prêts pour les deux jeux."""

import ast
import json
from pathlib import Path

import pytest

from bilan.carnets.cellules import lire_document
from bilan.carnets.contrat import ContratCarnet, troubles_du_carnet
from bilan.indicateurs.registre import INDICATEURS
from bilan.projet import Projet
from bilan.tables.catalogue import CATALOGUE

PROJET = Projet.trouver(Path(__file__))
CARNETS = [carnet.nom for carnet in PROJET.collection.carnets]
LIGNES_MAXIMALES, CELLULES_MAXIMALES = 25, 25


@pytest.mark.parametrize("nom", CARNETS)
def test_le_contrat_est_en_regle_et_ne_nomme_que_ce_qui_existe(nom: str) -> None:
    document = lire_document(PROJET.notebooks / f"{nom}.ipynb")
    contrat = ContratCarnet.de(document)
    assert troubles_du_carnet(document) == []
    assert set(contrat.mesures) <= set(INDICATEURS)
    assert set(contrat.tables) <= set(CATALOGUE)


@pytest.mark.parametrize("nom", CARNETS)
def test_le_carnet_est_mince_et_sans_sortie(nom: str) -> None:
    document = lire_document(PROJET.notebooks / f"{nom}.ipynb")
    code = [cellule for cellule in document.cellules if cellule.est_code]
    assert len(document.cellules) <= CELLULES_MAXIMALES
    assert not any(cellule.sorties for cellule in code)
    assert max(len(cellule.source.splitlines()) for cellule in code) <= LIGNES_MAXIMALES
    assert not any(isinstance(noeud, ast.FunctionDef) for cellule in code for noeud in ast.walk(cellule.arbre))


@pytest.mark.parametrize("nom", CARNETS)
def test_le_carnet_commence_par_sa_fiche_et_finit_par_ses_controles(nom: str) -> None:
    document = lire_document(PROJET.notebooks / f"{nom}.ipynb")
    sources = [cellule.source for cellule in document.cellules]
    assert sources[0].startswith("# ") and "| paramètre | type | sens |" in sources[0]
    assert "carnet.controle(" in sources[-2] and sources[-1] == "carnet.terminer()"


@pytest.mark.parametrize("nom", CARNETS)
def test_papermill_trouve_le_noyau_et_le_langage(nom: str) -> None:
    metadonnees = json.loads((PROJET.notebooks / f"{nom}.ipynb").read_text(encoding="utf-8"))["metadata"]
    assert metadonnees["kernelspec"]["name"] == "python3"
    assert metadonnees["language_info"]["name"] == "python"
