"""D'une copie exécutée à la page : ce qui se publie, et ce qui fait d'une exécution verte un échec."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from maquette_carnets import carnet_minimal
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from bilan.carnets.affichage import MIME_CONTROLE, MIME_LECTURES, MIME_TEXTE
from bilan.carnets.cellules import Document
from bilan.carnets.contrat import ContratCarnet
from bilan.carnets.moteur import Resultat, echec_dans
from bilan.carnets.recolte import recolter
from bilan.figures.modele import MIME_FIGURE

CONTRAT = ContratCarnet(titre="Essai", parametres={}, figures=("a", "b"))
RESULTAT = Resultat(Path("copie.ipynb"), "2025-01-01T00:00:00+00:00", 1.0)


def _sortie(mime: str, contenu: dict[str, Any]) -> nbformat.NotebookNode:
    return new_output("display_data", data={mime: contenu, "text/plain": "aperçu"})


def _figure(identifiant: str, donnees: list[Any] | None = None, vide: str = "") -> nbformat.NotebookNode:
    lignes = [{"x": 1}] if donnees is None else donnees
    return _sortie(MIME_FIGURE, {"id": identifiant, "donnees": lignes, "vide": vide})


def _fin(**ecarts: Any) -> nbformat.NotebookNode:
    fin = {"titre": "Titre lu", "figures": ["a", "b"], "textes": 1, "controles": 1, "mesures": [], "tables": [],
           "non_declarees": []}
    return _sortie(MIME_LECTURES, {**fin, **ecarts})


@pytest.fixture
def copie() -> nbformat.NotebookNode:
    carnet = carnet_minimal()
    publie = new_code_cell("…")
    publie.outputs = [
        _figure("a"), _sortie(MIME_TEXTE, {"id": "t", "texte": "Une phrase.", "figures": ["a"]}), _figure("b"),
    ]
    fin = new_code_cell("carnet.terminer()")
    fin.outputs = [_sortie(MIME_CONTROLE, {"libelle": "somme", "ok": True, "detail": ""}), _fin()]
    carnet.cells += [
        new_markdown_cell("## Une partie"), publie, new_markdown_cell("note", metadata={"tags": ["interne"]}), fin,
    ]
    return carnet


def _recolter(copie: nbformat.NotebookNode) -> Any:
    document = Document(Path("copie.ipynb"), nbformat.from_dict(copie))
    return recolter(RESULTAT, document, CONTRAT)


def test_la_page_suit_l_ordre_du_carnet_sa_fiche_d_abord_sans_ses_notes_internes(copie: nbformat.NotebookNode) -> None:
    recolte = _recolter(copie)
    assert recolte.echec is None and recolte.titre == "Titre lu"
    assert [(b["type"], b.get("id") or b.get("texte") or b.get("libelle")) for b in recolte.blocs] == [
        ("markdown", "# Carnet d'essai"), ("markdown", "## Une partie"), ("figure", "a"), ("texte", "t"),
        ("figure", "b"), ("controle", "somme"),
    ]


def test_un_texte_si_suite_ne_se_publie_qu_avec_ce_qu_il_presente(copie: nbformat.NotebookNode) -> None:
    for cellule in copie.cells:
        if cellule.source in ("## Une partie", "note"):
            cellule.metadata["tags"] = ["si-suite"]
    textes = [b["texte"] for b in _recolter(copie).blocs if b["type"] == "markdown"]
    assert "## Une partie" in textes and "note" not in textes


@pytest.mark.parametrize(
    ("gate", "attendu"),
    [
        (lambda c: c.cells[3].outputs.pop(0), "« a » est déclarée mais manque"),
        (lambda c: c.cells[3].outputs.append(_figure("c")), "« c » est produite sans être déclarée"),
        (lambda c: c.cells[3].outputs.__setitem__(0, _figure("a", [])), "« a » est vide et ne dit pas pourquoi"),
        (lambda c: c.cells[3].outputs.pop(1), "Sorties tronquées : 1 messages"),
        (lambda c: c.cells[-1].outputs.pop(), "carnet.terminer()"),
        (lambda c: c.cells[-1].outputs.__setitem__(1, _fin(non_declarees=["E5"])), "a lu « E5 » sans le déclarer"),
        (lambda c: c.cells[-1].outputs[0].data[MIME_CONTROLE].update(ok=False, detail="3 de trop"),
         "Contrôle manqué : somme (3 de trop)"),
        (lambda c: c.cells[3].metadata.update(papermill={"status": "pending"}), "La cellule 4 n'a pas été jouée"),
    ],
)
def test_un_contrat_non_tenu_est_un_echec(copie: nbformat.NotebookNode, gate: Any, attendu: str) -> None:
    gate(copie)
    echec = _recolter(copie).echec
    assert echec is not None and attendu in echec.message


def test_une_figure_vide_qui_dit_pourquoi_est_bonne(copie: nbformat.NotebookNode) -> None:
    copie.cells[3].outputs[0] = _figure("a", [], "Aucun EPCI n'a répondu.")
    assert _recolter(copie).echec is None


def test_la_cellule_en_echec_est_numerotee_comme_dans_le_carnet_source(copie: nbformat.NotebookNode) -> None:
    injectee = new_code_cell("jeu = 'x'", metadata={"tags": ["injected-parameters"]})
    fautive = copie.cells[3]
    fautive.metadata["papermill"] = {"exception": True}
    fautive.outputs = [new_output("error", ename="ValueError", evalue="non", traceback=[])]
    copie.cells.insert(2, injectee)
    echec = echec_dans(Document(Path("copie.ipynb"), nbformat.from_dict(copie)))
    assert echec is not None and (echec.cellule, echec.message) == (4, "ValueError : non")
