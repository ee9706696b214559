"""Un carnet ouvert : ses lectures tenues au journal, ses sorties déposées ; le même dans JupyterLab."""

from typing import Any

import pytest
from maquette_carnets import Maquette

from bilan.carnets.affichage import MIME_CONTROLE, MIME_LECTURES, MIME_TEXTE
from bilan.carnets.contrat import ContratCarnet
from bilan.carnets.moteur import VARIABLE_EXECUTION
from bilan.carnets.ouverture import Carnet, ouvrir
from bilan.erreurs import ErreurUsage
from bilan.figures.formes import Tableau
from bilan.figures.modele import MIME_FIGURE, Colonne, Figure
from bilan.projet import Jeu


@pytest.fixture
def sorties() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def carnet(collection_de_deux: Maquette, sorties: list[dict[str, Any]]) -> Carnet:
    contrat = ContratCarnet.model_validate({
        "titre": "Flux, {periode}", "mesures": ["F3"], "tables": ["conventions"], "figures": ["flux"],
        "parametres": {"epci": {"type": "epci"}, "periode": {"type": "periode"}},
    })
    parametres = {"epci": "200000001", "periode": "2024"}
    return Carnet(collection_de_deux.projet, "30_flux", contrat, parametres, sorties.append)


def _figure(carnet: Carnet, identifiant: str = "flux") -> Figure:
    return Figure(
        id=identifiant, titre="Flux <b>", sous_titre="", forme=Tableau(), colonnes=(Colonne("valeur", "Part"),),
        donnees=carnet.mesures("F3", territoire_type="epci").select("territoire", "valeur"),
        lecture="L.", champ="C.", source="S.", alt="A.",
    )


def test_les_mesures_lues_sont_celles_demandees(carnet: Carnet) -> None:
    lues = carnet.mesures("F3", territoire_type="epci", territoire=carnet.epci)
    assert lues["valeur"].to_list() == [10.0]


def test_une_mesure_non_declaree_est_refusee_et_reste_au_journal(carnet: Carnet, sorties: list[dict[str, Any]]) -> None:
    with pytest.raises(ErreurUsage, match=r"lit « E5 » sans le déclarer"):
        carnet.mesures("E5")
    carnet.terminer()
    assert sorties[-1][MIME_LECTURES]["non_declarees"] == ["E5"]


def test_une_table_non_declaree_est_refusee(carnet: Carnet) -> None:
    with pytest.raises(ErreurUsage, match=r"metadata\.bilan\.tables"):
        carnet.table("flux_bilan")


def test_tout_ce_qui_se_publie_est_depose_et_compte(
    carnet: Carnet, sorties: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE_EXECUTION, "1")  # pendant une exécution, l'aperçu est une table
    carnet.figure(_figure(carnet))
    carnet.texte("resume", "12 EPCI sur 26.", figures=["flux"])
    carnet.controle("somme", False, "il manque 3 logements")
    carnet.terminer()
    figure, texte, controle, fin = sorties
    assert figure[MIME_FIGURE]["id"] == "flux" and figure[MIME_FIGURE]["fictif"] is True
    assert "Flux &lt;b&gt;" in figure["text/html"]
    assert texte[MIME_TEXTE] == {"id": "resume", "texte": "12 EPCI sur 26.", "figures": ["flux"]}
    assert controle[MIME_CONTROLE] == {"libelle": "somme", "ok": False, "detail": "il manque 3 logements"}
    assert fin[MIME_LECTURES] == {
        "titre": "Flux, année 2024", "figures": ["flux"], "textes": 1, "controles": 1,
        "lectures": ["mesures:F3/epci//"], "non_declarees": [],
    }


def test_une_figure_non_declaree_ou_publiee_deux_fois_est_refusee(carnet: Carnet) -> None:
    with pytest.raises(ErreurUsage, match="n'est pas déclarée"):
        carnet.figure(_figure(carnet, "autre"))
    carnet.figure(_figure(carnet))
    with pytest.raises(ErreurUsage, match="sert deux fois"):
        carnet.figure(_figure(carnet))


def test_on_ne_se_compare_qu_a_une_date_d_avant(carnet: Carnet) -> None:
    assert carnet.connu_le_avant is None
    carnet.parametres |= {"connu_le": "2025-03-31", "connu_le_avant": "2025-03-31"}
    with pytest.raises(ErreurUsage, match="doit précéder celle du carnet"):
        carnet.changements()


def test_la_source_dit_la_fiction_et_la_date_de_ce_que_l_on_savait(carnet: Carnet) -> None:
    assert carnet.source("Bilans des bailleurs") == (
        "Bilans des bailleurs, données fictives de démonstration, tel que connu le 31 mars 2025"
    )


def test_ouvert_dans_jupyterlab_un_carnet_trouve_son_projet_et_ses_defauts(
    collection_de_deux: Maquette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(collection_de_deux.projet.notebooks)
    monkeypatch.delenv("BILAN_RACINE", raising=False)
    ouvert = ouvrir("70_fiche", epci="200000002")
    assert (ouvert.jeu, str(ouvert.periode), ouvert.region) == (Jeu.DEMONSTRATION, "2024", "93")
    assert ouvert.territoire == ("epci", "200000002")


def test_un_parametre_mal_nomme_est_refuse_a_l_ouverture(
    collection_de_deux: Maquette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILAN_RACINE", str(collection_de_deux.racine))
    with pytest.raises(ErreurUsage, match="« trimestre » n'est pas déclaré"):
        ouvrir("30_flux", trimestre="2024T1")
