"""Le contrat avant le premier noyau : chaque faute provoquée, et toutes dites ensemble."""

from collections.abc import Callable

import nbformat
import polars as pl
import pytest
from maquette_carnets import OUVRIR, PARAMETRES, Maquette, carnet_minimal, mesures

from bilan.carnets.plan import Selection, etablir
from bilan.entrepot.mesures import EntrepotMesures
from bilan.erreurs import ErreurUsage
from bilan.projet import Jeu


def _refus(maquette: Maquette, selection: Selection | None = None) -> str:
    with pytest.raises(ErreurUsage) as refus:
        etablir(maquette.projet, selection or Selection(), maquette.perimetre)
    return refus.value.message


def _gater(maquette: Maquette, gate: Callable[[nbformat.NotebookNode], object]) -> str:
    carnet = carnet_minimal(OUVRIR, "carnet.terminer()")
    gate(carnet)
    maquette.ecrire("20_cotation", carnet)
    maquette.declarer("20_cotation")
    return _refus(maquette)


def _remplacer(carnet: nbformat.NotebookNode, avant: str, apres: str) -> None:
    carnet.cells[1].source = carnet.cells[1].source.replace(avant, apres)


def test_une_collection_en_regle_donne_ses_taches_dans_l_ordre(collection_de_deux: Maquette) -> None:
    plan = etablir(collection_de_deux.projet, Selection(), collection_de_deux.perimetre)
    assert [t.nom for t in plan.taches] == [
        "demonstration/30_flux/93", "demonstration/70_fiche/200000001", "demonstration/70_fiche/200000002",
        "demonstration/70_fiche/200000003",
    ]
    assert plan.taches[1].parametres["epci"] == "200000001"
    assert plan.taches[1].page == "epci/200000001"


@pytest.mark.parametrize(
    ("gate", "attendu"),
    [
        (lambda c: c.metadata.pop("kernelspec"), "aucun noyau déclaré"),
        (lambda c: c.cells[1].metadata.pop("tags"), "0 cellule étiquetée « parameters »"),
        (lambda c: c.metadata.pop("bilan"), "metadata.bilan.titre manque"),
        (lambda c: c.metadata.bilan.update(figure=[]), "metadata.bilan.figure n'est pas prévu"),
        (lambda c: c.metadata.bilan.parametres.update(jeu={"type": "jeux"}), "n'est pas un type connu (region"),
        (lambda c: _remplacer(c, "periode", "periodes"), "« periodes », que le contrat ne déclare pas"),
        (lambda c: _remplacer(c, "'2024'", "2024"), "vaut 2024 (int)"),
        (lambda c: _remplacer(c, "'2024'", "annee()"), "est calculée"),
        (lambda c: c.cells[3].update(source="print(1)"), "carnet.terminer()"),
        (lambda c: c.cells[3].update(source="carnet.terminer(\n"), "le code ne se lit pas"),
    ],
)
def test_un_carnet_hors_contrat_est_refuse_avant_tout_noyau(
    maquette: Maquette, gate: Callable[[nbformat.NotebookNode], object], attendu: str
) -> None:
    assert attendu in _gater(maquette, gate)


@pytest.mark.parametrize(
    "source",
    [
        "import polars as pl\npl.read_parquet('x')", "open('x')", "from datetime import date\ndate.today()",
        "from bilan.entrepot.mesures import EntrepotMesures", "from bilan import indicateurs", "!ls", "%run autre.py",
        "import os\nos.getenv('X')",
    ],
)
def test_une_lecture_qui_contourne_le_journal_est_refusee(maquette: Maquette, source: str) -> None:
    message = _gater(maquette, lambda c: c.cells.insert(3, nbformat.v4.new_code_cell(source)))
    assert "cellule 4" in message


def test_un_parametre_de_plan_non_declare_propose_le_plus_proche(maquette: Maquette) -> None:
    parametres = {n: v for n, v in PARAMETRES.items() if n != "profil"} | {"profils": ("profil", "interne")}
    maquette.ecrire("20_cotation", carnet_minimal("carnet.terminer()", parametres=parametres))
    maquette.declarer("20_cotation")
    assert "Le paramètre « profil » n'est pas déclaré par le carnet ; il déclare : « profils »" in _refus(maquette)


@pytest.mark.parametrize(
    ("selection", "attendu"),
    [
        (Selection(carnets=("30_fluxe",)), "Le carnet « 30_fluxe » est inconnu ; les plus proches"),
        (Selection(territoires=("200000009",)), "L'EPCI « 200000009 » est inconnu ;"),
        (Selection(periode="2031T1"), "La période « 2031T1 » est inconnue"),
        (Selection(periode="premier trimestre"), "La période « premier trimestre »"),
        (Selection(profil="secret"), "Le profil « secret »"),
    ],
)
def test_une_valeur_inconnue_tient_en_une_ligne_et_propose_trois_valeurs(
    collection_de_deux: Maquette, selection: Selection, attendu: str
) -> None:
    message = _refus(collection_de_deux, Selection(jeux=(Jeu.DEMONSTRATION,), **{
        n: getattr(selection, n) for n in ("carnets", "territoires", "periode", "profil")
    }))
    assert attendu in message.splitlines()[-1]
    assert "plus proches" in message


def test_toutes_les_fautes_du_plan_sont_dites_ensemble(collection_de_deux: Maquette) -> None:
    collection_de_deux.declarer("20_cotation")
    selection = Selection(territoires=("200000009", "nice"), carnets=("30_flux", "20_cotation"))
    message = _refus(collection_de_deux, selection)
    assert message.startswith("3 fautes dans le plan, rien n'a été lancé")
    assert "« 200000009 »" in message and "« nice »" in message and "20_cotation.ipynb" in message


def test_demander_un_epci_ne_joue_que_ses_fiches(collection_de_deux: Maquette) -> None:
    plan = etablir(collection_de_deux.projet, Selection(territoires=("200000002",)), collection_de_deux.perimetre)
    assert [t.nom for t in plan.taches] == ["demonstration/70_fiche/200000002"]


def test_un_carnet_par_bailleur_suit_les_bailleurs_qui_ont_des_mesures(maquette: Maquette) -> None:
    parametres = {**PARAMETRES, "bailleur": ("bailleur", "300000001")}
    maquette.ecrire("72_fiche_bailleur", carnet_minimal("carnet.terminer()", parametres=parametres))
    maquette.declarer("72_fiche_bailleur", par="bailleur")
    lignes = mesures({"300000001": 1.0, "300000002": 2.0}).with_columns(territoire_type=pl.lit("bailleur"))
    EntrepotMesures(maquette.projet.entrepot, Jeu.DEMONSTRATION).ecrire(lignes)
    assert [t.territoire for t in maquette.plan().taches] == ["300000001", "300000002"]


def test_un_carnet_interne_ne_se_joue_pas_dans_le_profil_public(maquette: Maquette) -> None:
    for nom, options in (("20_cotation", {}), ("72_fiche", {"profils": ["interne"]})):
        maquette.ecrire(nom, carnet_minimal("carnet.terminer()"))
        maquette.declarer(nom, **options)
    assert [t.carnet for t in maquette.plan().taches] == ["20_cotation", "72_fiche"]
    public = etablir(maquette.projet, Selection(profil="public"), maquette.perimetre)
    assert [t.carnet for t in public.taches] == ["20_cotation"]
