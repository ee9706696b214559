"""L'exécution d'un plan entier : ce qui est gardé, ce qui échoue sans rien arrêter, ce qui n'est pas refait."""

import json

import pytest
from maquette_carnets import OUVRIR, Maquette, carnet_minimal

from bilan.carnets.executeur import Reglages, executer
from bilan.carnets.plan import Selection, etablir
from bilan.entrepot.runs import EntrepotRuns
from bilan.figures.modele import Figure
from bilan.projet import Jeu

pytestmark = pytest.mark.lent


def _jouer(maquette: Maquette, dits: list[str] | None = None, **options: object):
    plan = etablir(maquette.projet, Selection(), maquette.perimetre)
    dire = (dits if dits is not None else []).append
    return executer(maquette.projet, plan, Reglages(**{"moteur": "standard", "ouvriers": 2, "dire": dire, **options}))


def test_ce_qui_est_joue_se_relit_et_ne_se_rejoue_pas(collection_de_deux: Maquette) -> None:
    dits: list[str] = []
    bilan = _jouer(collection_de_deux, dits)
    assert [e.message for e in bilan.echecs] == [] and len(bilan.executions) == 4
    assert dits[-1].startswith("Carnets : 4/4 en ") and dits[-1].endswith("0 échec".replace(" ", "\u00a0"))

    runs = EntrepotRuns(collection_de_deux.projet.entrepot, Jeu.DEMONSTRATION)
    fiche = next(r for r in runs.derniers() if r.territoire == "200000002")
    assert (fiche.page, fiche.statut, fiche.titre) == ("epci/200000002", "ok", "Carnet d'essai")
    assert fiche.blocs == [{"type": "figure", "id": "flux"}]
    figure = Figure.depuis_json(json.loads((runs.dossier(fiche.cle) / "figures" / "flux.json").read_text()))
    assert figure.donnees.rows() == [("200000002", 20.0)] and figure.fictif

    copie = (runs.dossier(fiche.cle) / "carnet.ipynb").read_text(encoding="utf-8")
    assert "environment_variables" not in copie and str(collection_de_deux.racine) not in copie

    encore = _jouer(collection_de_deux)
    assert (len(encore.executions), encore.a_jour) == (0, 4)


def test_seules_les_fiches_dont_les_mesures_bougent_sont_rejouees(collection_de_deux: Maquette) -> None:
    _jouer(collection_de_deux)
    collection_de_deux.mesurer({"200000001": 10.0, "200000002": 21.0, "200000003": 30.0})
    rejouees = sorted(e.tache for e in _jouer(collection_de_deux).executions)
    assert rejouees == ["demonstration/30_flux/93", "demonstration/70_fiche/200000002"]


def test_un_carnet_en_echec_est_situe_garde_et_n_arrete_pas_les_autres(collection_de_deux: Maquette) -> None:
    collection_de_deux.ecrire("20_cotation", carnet_minimal(OUVRIR, "1 / 0", "carnet.terminer()"))
    collection_de_deux.declarer("20_cotation")
    bilan = _jouer(collection_de_deux)
    assert len(bilan.executions) == 5
    assert [(e.tache, e.message) for e in bilan.echecs] == [
        ("demonstration/20_cotation/93", "ZeroDivisionError : division by zero")
    ]
    runs = EntrepotRuns(collection_de_deux.projet.entrepot, Jeu.DEMONSTRATION)
    page = next(r for r in runs.derniers() if r.carnet == "20_cotation")
    assert page.statut == "echec" and page.echec is not None
    assert (page.echec["cellule"], page.echec["source"]) == (4, "1 / 0")
    assert (runs.dossier(page.cle) / "carnet.ipynb").is_file()
    assert [e.tache for e in _jouer(collection_de_deux).executions] == ["demonstration/20_cotation/93"]
