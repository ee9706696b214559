"""L'exécution d'un plan entier : ce qui est gardé, ce qui échoue sans rien arrêter, ce qui n'est pas refait."""

import json

import pytest
from maquette_carnets import OUVRIR, Maquette, carnet_minimal

from bilan.carnets.executeur import BilanExecution
from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.figures.modele import Figure
from bilan.projet import Jeu


def _page(maquette: Maquette, carnet: str, territoire: str = "93") -> Run:
    derniers = EntrepotRuns(maquette.projet.entrepot, Jeu.DEMONSTRATION).derniers()
    return next(r for r in derniers if (r.carnet, r.territoire) == (carnet, territoire))


def _jouees(bilan: BilanExecution) -> list[str]:
    return sorted(e.tache.removeprefix("demonstration/") for e in bilan.executions)


@pytest.mark.lent
@pytest.mark.parametrize("moteur", ["standard", "bilan"])
def test_par_un_vrai_moteur_ce_qui_est_joue_se_relit_et_ne_se_rejoue_pas(
    collection_de_deux: Maquette, moteur: str
) -> None:
    bilan = collection_de_deux.jouer(moteur=moteur, ouvriers=2)
    assert [e.message for e in bilan.echecs] == [] and len(bilan.executions) == 4
    assert {e.moteur for e in bilan.executions} == {moteur}
    assert all(e.memoire_pic_mo and e.memoire_pic_mo > 20 for e in bilan.executions)
    assert collection_de_deux.dits[-1].startswith("Carnets : 4/4 en ")

    fiche = _page(collection_de_deux, "70_fiche", "200000002")
    assert (fiche.page, fiche.statut, fiche.titre) == ("epci/200000002", "ok", "Carnet d'essai")
    assert fiche.blocs == [{"type": "markdown", "texte": "# Carnet d'essai"}, {"type": "figure", "id": "flux"}]
    dossier = EntrepotRuns(collection_de_deux.projet.entrepot, Jeu.DEMONSTRATION).dossier(fiche.cle)
    figure = Figure.depuis_json(json.loads((dossier / "figures" / "flux.json").read_text(encoding="utf-8")))
    assert figure.donnees.rows() == [("200000002", 20.0)] and figure.fictif

    copie = (dossier / "carnet.ipynb").read_text(encoding="utf-8")
    assert "environment_variables" not in copie and str(collection_de_deux.racine) not in copie

    encore = collection_de_deux.jouer(moteur=moteur)
    assert (len(encore.executions), encore.a_jour) == (0, 4)


def test_seules_les_fiches_dont_les_mesures_bougent_sont_rejouees(collection_de_deux: Maquette) -> None:
    collection_de_deux.jouer()
    collection_de_deux.mesurer({"200000001": 10.0, "200000002": 21.0, "200000003": 30.0})
    assert _jouees(collection_de_deux.jouer()) == ["30_flux/93", "70_fiche/200000002"]


def test_un_carnet_en_echec_est_situe_garde_et_n_arrete_pas_les_autres(collection_de_deux: Maquette) -> None:
    collection_de_deux.ecrire("20_cotation", carnet_minimal(OUVRIR, "1 / 0", "carnet.terminer()"))
    collection_de_deux.declarer("20_cotation")
    bilan = collection_de_deux.jouer()
    assert len(bilan.executions) == 5
    assert [(e.tache, e.message) for e in bilan.echecs] == [
        ("demonstration/20_cotation/93", "ZeroDivisionError : division by zero")
    ]
    page = _page(collection_de_deux, "20_cotation")
    assert page.statut == "echec" and page.echec is not None
    assert (page.echec["cellule"], page.echec["source"]) == (4, "1 / 0")
    assert any("20_cotation/93 a échoué" in ligne for ligne in collection_de_deux.dits)
    dossier = EntrepotRuns(collection_de_deux.projet.entrepot, Jeu.DEMONSTRATION).dossier(page.cle)
    assert (dossier / "carnet.ipynb").is_file()
    assert _jouees(collection_de_deux.jouer()) == ["20_cotation/93"]


def test_un_carnet_repare_remplace_sa_page_en_echec(collection_de_deux: Maquette) -> None:
    collection_de_deux.ecrire("20_cotation", carnet_minimal(OUVRIR, "1 / 0", "carnet.terminer()"))
    collection_de_deux.declarer("20_cotation")
    collection_de_deux.jouer()
    collection_de_deux.ecrire("20_cotation", carnet_minimal(OUVRIR, "1 / 1", "carnet.terminer()"))
    assert collection_de_deux.jouer().echecs == ()
    assert _page(collection_de_deux, "20_cotation").statut == "ok"


def test_forcer_rejoue_tout(collection_de_deux: Maquette) -> None:
    collection_de_deux.jouer()
    assert len(collection_de_deux.jouer(forcer=True).executions) == 4


def test_une_page_effacee_de_l_entrepot_est_refaite(collection_de_deux: Maquette) -> None:
    collection_de_deux.jouer()
    runs = EntrepotRuns(collection_de_deux.projet.entrepot, Jeu.DEMONSTRATION)
    (runs.dossier(_page(collection_de_deux, "30_flux").cle) / "page.json").unlink()
    assert _jouees(collection_de_deux.jouer()) == ["30_flux/93"]
