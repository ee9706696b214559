"""La fraîcheur : tout changement d'entrée qui change une page change sa clé, et la raison se dit."""

import datetime
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from maquette_carnets import EPCI, OUVRIR, Maquette, carnet_minimal

from bilan.carnets import fraicheur
from bilan.carnets.examen import examiner, pourquoi
from bilan.carnets.fraicheur import Donnees, empreintes_lues, livraisons_changees
from bilan.carnets.journal import Journal
from bilan.entrepot.manifeste import Entree, Livraison, Manifeste
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.runs import EntrepotRuns
from bilan.projet import Jeu

FICHE = "demonstration/70_fiche/200000002"


def _raisons(maquette: Maquette, tache: str = FICHE) -> list[str]:
    journal = Journal.ouvrir(maquette.projet.entrepot)
    try:
        examinees = examiner(maquette.projet, maquette.plan(), journal)
        return list(next(e.raisons for e in examinees if e.tache.nom == tache))
    finally:
        journal.fermer()


def _allonger(chemin: Path, texte: str = "\n# changé\n") -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_text((chemin.read_text(encoding="utf-8") if chemin.exists() else "") + texte, encoding="utf-8")


def _modifier_carnet(maquette: Maquette) -> None:
    chemin = maquette.projet.notebooks / "70_fiche.ipynb"
    carnet = json.loads(chemin.read_text(encoding="utf-8"))
    carnet["cells"][-1]["source"] += "\n# changé"
    chemin.write_text(json.dumps(carnet), encoding="utf-8")


@pytest.mark.parametrize(
    ("changer", "raison"),
    [
        (_modifier_carnet, "carnet modifié"),
        (lambda m: _allonger(m.racine / "lib" / "module.py"), "code de lib/ modifié"),
        (lambda m: _allonger(m.racine / "lib" / "nouveau.csv"), "code de lib/ modifié"),
        (lambda m: _allonger(m.racine / "collection.toml"), "collection.toml modifié"),
        (lambda m: _allonger(m.racine / "reports" / "gabarits" / "page.html"), "gabarits modifiés"),
        (lambda m: _allonger(m.racine / "data" / "referentiel" / "epci.csv"), "référentiel modifié"),
        (lambda m: _allonger(m.racine / "requirements.lock"), "requirements.lock modifié"),
        (lambda m: m.mesurer({**dict.fromkeys(EPCI, 1.0), "200000002": 20.5}), "mesures changées : F3"),
        (lambda m: m.mesurer({"200000001": 10.0}), "mesures changées : F3"),
    ],
)
def test_chaque_entree_changee_fait_rejouer_et_se_nomme(
    collection_de_deux: Maquette, changer: Callable[[Maquette], None], raison: str
) -> None:
    collection_de_deux.jouer()
    assert _raisons(collection_de_deux) == []
    changer(collection_de_deux)
    assert _raisons(collection_de_deux) == [raison]


def test_ce_qui_ne_compte_pas_ne_fait_rien_rejouer(collection_de_deux: Maquette) -> None:
    collection_de_deux.jouer()
    _allonger(collection_de_deux.racine / "lib" / "__pycache__" / "module.pyc")
    _allonger(collection_de_deux.racine / "lib" / ".cache")
    chemin = collection_de_deux.projet.notebooks / "70_fiche.ipynb"
    carnet = json.loads(chemin.read_text(encoding="utf-8"))
    carnet["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "vu dans JupyterLab"}]
    carnet["cells"][2]["execution_count"] = 7
    chemin.write_text(json.dumps(carnet), encoding="utf-8")
    collection_de_deux.mesurer({"200000003": 30.0, "200000002": 20.0, "200000001": 11.0})
    assert _raisons(collection_de_deux) == []


def test_un_parametre_change_fait_rejouer(collection_de_deux: Maquette) -> None:
    collection_de_deux.jouer()
    collection = collection_de_deux.racine / "collection.toml"
    collection.write_text(collection.read_text().replace("2025-03-31", "2025-04-30"), encoding="utf-8")
    collection_de_deux.projet = type(collection_de_deux.projet)(collection_de_deux.racine)
    assert _raisons(collection_de_deux) == ["paramètres changés", "collection.toml modifié"]


def _contenu(maquette: Maquette) -> dict[str, tuple[str, object]]:
    """Rend, par tâche, la clé et tout ce qu'un lecteur verrait."""
    runs = EntrepotRuns(maquette.projet.entrepot, Jeu.DEMONSTRATION)
    vues = {}
    for run in runs.derniers():
        figures = [p.read_text() for p in sorted((runs.dossier(run.cle) / "figures").glob("*.json"))]
        vues[f"{run.carnet}/{run.territoire}"] = (run.cle, (run.titre, run.blocs, figures))
    return vues


VALEURS = st.dictionaries(st.sampled_from(sorted(EPCI)), st.integers(0, 3).map(float), min_size=1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(avant=VALEURS, apres=VALEURS)
def test_des_mesures_qui_changent_une_page_changent_sa_cle_et_les_autres_ne_sont_pas_rejouees(
    collection_de_deux: Maquette, avant: dict[str, float], apres: dict[str, float]
) -> None:
    m = collection_de_deux
    m.mesurer(avant)
    m.jouer(forcer=True)
    premieres = _contenu(m)
    m.mesurer(apres)
    rejouees = {e.tache.removeprefix("demonstration/") for e in m.jouer().executions}
    reprises = _contenu(m)
    m.jouer(forcer=True)
    refaites = _contenu(m)
    for nom, (cle, vue) in refaites.items():
        assert reprises[nom] == (cle, vue), "la page gardée est celle qu'on referait"
        assert (vue == premieres[nom][1]) or cle != premieres[nom][0], "page changée, même clé"
        assert (nom in rejouees) == (cle != premieres[nom][0]), "rejouée sans raison, ou pas rejouée"


CODE = st.sampled_from(["lignes.height", "lignes.height + 1", "2 * lignes.height"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(avant=CODE, apres=CODE)
def test_un_code_qui_change_une_page_change_sa_cle(collection_de_deux: Maquette, avant: str, apres: str) -> None:
    m = collection_de_deux
    vues = []
    for code in (avant, apres):
        m.ecrire("30_flux", carnet_minimal(
            OUVRIR, 'lignes = carnet.mesures("F3")', f'carnet.texte("n", str({code}))\ncarnet.terminer()',
            contrat={"mesures": ["F3"]},
        ))
        m.jouer()
        vues.append(_contenu(m)["30_flux/93"])
    assert (vues[0][0] == vues[1][0]) == (avant == apres)
    assert avant == apres or vues[0][1] != vues[1][1]


@settings(max_examples=30, deadline=None)
@given(
    declarees=st.sets(st.sampled_from(["F1", "F2", "F3", "E5"])),
    lues=st.lists(st.sampled_from(["F1", "F2", "F3", "E5"]), min_size=1),
    avaler=st.booleans(),
)
def test_une_lecture_non_declaree_echoue_toujours(
    tmp_path_factory: pytest.TempPathFactory, declarees: set[str], lues: list[str], avaler: bool
) -> None:
    from maquette_carnets import COLLECTION

    from bilan.projet import Projet

    racine = tmp_path_factory.mktemp("projet")
    (racine / "notebooks").mkdir()
    (racine / "collection.toml").write_text(COLLECTION + "carnets = []\n", encoding="utf-8")
    m = Maquette(Projet(racine))
    lire = "\n".join(
        f"try:\n    carnet.mesures({c!r})\nexcept Exception:\n    if not {avaler}: raise" for c in lues
    )
    m.ecrire("30_flux", carnet_minimal(OUVRIR, lire, "carnet.terminer()", contrat={"mesures": sorted(declarees)}))
    m.declarer("30_flux")
    m.mesurer(dict.fromkeys(EPCI, 1.0))
    with pytest.MonkeyPatch.context() as mp:
        mp.setattr(fraicheur, "DOSSIER_CODE", racine / "lib")
        assert bool(m.jouer().echecs) == (not set(lues) <= declarees)


def test_la_lecture_d_une_table_suit_les_livraisons_connues_a_la_date(maquette: Maquette) -> None:
    def livrer(rang: int, connue: datetime.date, empreinte: str) -> Entree:
        livraison = Livraison("Bailleur", "2024T1", datetime.date(2024, 3, 31), connue, "f.csv", empreinte)
        return Entree(f"{rang:06d}", "conventions", 1, livraison)

    chemin = maquette.projet.entrepot / "demonstration" / "tables" / "manifeste.json"
    Manifeste((livrer(1, datetime.date(2024, 4, 1), "a"),)).ecrire(chemin)
    en_avril, en_juin = datetime.date(2024, 4, 30), datetime.date(2024, 6, 30)
    avant = Donnees(maquette.projet, Jeu.DEMONSTRATION)
    assert len(avant.manifeste.entrees) == 1
    Manifeste((livrer(1, datetime.date(2024, 4, 1), "a"), livrer(2, datetime.date(2024, 6, 1), "b"))).ecrire(chemin)
    apres = Donnees(maquette.projet, Jeu.DEMONSTRATION)
    lecture = ["table:conventions"]
    assert avant.livraisons(en_avril) == {"conventions | Bailleur | 2024T1": "a"}
    assert empreintes_lues(lecture, avant, en_avril) == empreintes_lues(lecture, apres, en_avril)
    assert empreintes_lues(lecture, avant, en_juin) != empreintes_lues(lecture, apres, en_juin)


def test_pourquoi_nomme_les_livraisons_qui_ont_bouge(collection_de_deux: Maquette) -> None:
    m = collection_de_deux
    chemin = m.projet.entrepot / "demonstration" / "tables" / "manifeste.json"
    livraison = Livraison("Habitat Fictif", "2024", datetime.date(2024, 12, 31), datetime.date(2025, 2, 1), "f", "a")
    m.jouer()
    Manifeste((Entree("000001", "flux_bilan", 1, livraison),)).ecrire(chemin)
    m.mesurer({"200000001": 10.0, "200000002": 21.0, "200000003": 30.0})
    journal = Journal.ouvrir(m.projet.entrepot)
    lignes = pourquoi(examiner(m.projet, m.plan(), journal), "200000002")
    assert lignes == [
        f"{FICHE} : mesures changées : F3", "  – livraison flux_bilan | Habitat Fictif | 2024 (nouvelle)",
    ]
    assert pourquoi(examiner(m.projet, m.plan(), journal), "200000001") == [
        "demonstration/70_fiche/200000001 : à jour"
    ]
    journal.fermer()


def test_les_livraisons_changees_se_disent_une_par_une() -> None:
    assert livraisons_changees({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}) == [
        "a (retirée)", "b (changée)", "d (nouvelle)",
    ]


def test_des_mesures_coupees_pendant_leur_ecriture_sont_refusees(collection_de_deux: Maquette) -> None:
    from bilan.erreurs import DonneesRefusees

    chemin = EntrepotMesures(collection_de_deux.projet.entrepot, Jeu.DEMONSTRATION).chemin
    pl.read_parquet(chemin).head(1).write_parquet(chemin)
    with pytest.raises(DonneesRefusees, match="coupées pendant leur écriture"):
        _ = Donnees(collection_de_deux.projet, Jeu.DEMONSTRATION).mesures


def test_sans_rien_de_change_rien_de_lourd_n_est_importe(collection_de_deux: Maquette) -> None:
    collection_de_deux.jouer()
    programme = f"""
import sys
from pathlib import Path
from bilan.carnets import fraicheur
from bilan.carnets.executeur import Reglages, executer
from bilan.carnets.perimetre import Perimetre
from bilan.carnets.plan import Selection, etablir
from bilan.projet import Projet
fraicheur.DOSSIER_CODE = Path({str(collection_de_deux.racine / "lib")!r})
projet = Projet(Path({str(collection_de_deux.racine)!r}))
perimetre = Perimetre("93", 2026, {{"93": "PACA"}}, {{}}, {EPCI!r})
bilan = executer(projet, etablir(projet, Selection(), perimetre), Reglages())
lourds = {{"polars", "altair", "geopandas", "pandas", "papermill", "nbclient", "nbformat", "IPython"}}
print(bilan.a_jour, len(bilan.executions), sorted(lourds & set(sys.modules)))
"""
    vu = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True)
    assert vu.stdout.split("\n")[0] == "4 0 []"
