"""L'exploration : les mêmes mesures que les pages, une vue liée valide, un export, et rien sans qu'on le dise."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import altair
import papermill
import polars as pl
import pytest
from maquette_carnets import COLLECTION
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from bilan.carnets.exploration import ENSEMBLE, Choix, Exploration
from bilan.carnets.ouverture import Carnet, ouvrir
from bilan.editions.diaporama.vue import en_diapositives
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.erreurs import ErreurUsage
from bilan.figures.altair.liaison import CHOIX
from bilan.projet import Jeu, Projet
from bilan.referentiel.territoires import Territoires
from bilan.tables.flux_bilan import FluxBilan

if TYPE_CHECKING:
    from playwright.sync_api import Page

RACINE = Path(__file__).parents[2]
PRISE_EN_MAIN = (RACINE / "docs" / "prise_en_main.md").read_text(encoding="utf-8").replace("\n", " ")
DEVANT = ".jp-NotebookPanel:not(.lm-mod-hidden)"
CHROMIUM = Path("/usr/bin/chromium")
DRAPEAUX = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
AMP, NICE = "200054807", "200030195"
FLUX = {
    "annee": 2024, "periode": "AN", "mode_cumul": "CUMUL", "bailleur_siren": "999000011", "bailleur_nom": "Bailleur A",
    "reservataire_categorie": "ETAT_PRIO", "reservataire_id": None, "reservataire_nom": None, "typologie": "T3",
    "financement": "PLUS", "qpv": "HORS_QPV", "qpv_code": None, "qpv_millesime": None,
    "periode_construction": "1949-1974", "type_offre": "RELOCATION", "mode_gestion": None, "logements_liberes": None,
    "logements_proposes": 50, "logements_attribues": 40, "baux_signes": None, "propositions_sans_candidat": None,
    "date_arrete": date(2024, 12, 31),
}  # fmt: skip
COMMUNES = {"13055": ("13", AMP, 40), "13001": ("13", AMP, 25), "06088": ("06", NICE, 12)}


@pytest.fixture(scope="module")
def projet(tmp_path_factory: pytest.TempPathFactory) -> Projet:
    """Projet d'un jour : le vrai référentiel, le carnet d'exploration, trois communes livrées."""
    racine = tmp_path_factory.mktemp("exploration")
    (racine / "collection.toml").write_text("carnets = []\n" + COLLECTION, encoding="utf-8")
    (racine / "copil.toml").write_bytes((RACINE / "copil.toml").read_bytes())
    (racine / "data").mkdir()
    (racine / "data" / "referentiel").symlink_to(RACINE / "data" / "referentiel")
    (racine / "notebooks" / "exploration").mkdir(parents=True)
    for nom in ("notebooks/00_catalogue.ipynb", "notebooks/exploration/explorer.ipynb"):
        (racine / nom).write_bytes((RACINE / nom).read_bytes())
    projet = Projet(racine)
    lignes = [
        FLUX | {"code_commune": commune, "code_departement": departement, "logements_attribues": combien}
        for commune, (departement, _, combien) in COMMUNES.items()
    ]
    EntrepotTables(projet.entrepot, Jeu.DEMONSTRATION).charger(
        "flux_bilan", pl.DataFrame(lignes, schema={n: c.dtype for n, c in FluxBilan.columns().items()}),
        Livraison("999000011", "2024", date(2024, 12, 31), date(2025, 2, 1), "a.csv", "0" * 64),
    )  # fmt: skip
    EntrepotMesures(projet.entrepot, Jeu.DEMONSTRATION).ecrire(_mesures(projet))
    return projet


def _mesures(projet: Projet) -> pl.DataFrame:
    """Deux indicateurs par EPCI : un taux par réservataire, un volume en tout et par réservataire."""
    epci = Territoires.ouvrir(projet.referentiel, millesime=2026, region="93").epci["epci_siren"]
    taux = {"ventilation": "reservataire", "modalite": "ETAT_PRIO", "indicateur": "F3", "unite": "%"}
    volume = {"ventilation": "ensemble", "modalite": "ensemble", "indicateur": "N2", "unite": "logements"}
    commun = {
        "jeu": "demonstration", "territoire_type": "epci", "periode": "2024", "statut": "observe", "couverture": 1.0,
        "repondants": 1, "attendus": 1, "maturite": "definitif",
    }  # fmt: skip
    lignes = []
    for rang, siren in enumerate(epci, start=1):
        lieu = commun | {"territoire": siren}
        lignes += [
            lieu | taux | {"numerateur": float(rang), "denominateur": 100.0, "valeur": float(rang)},
            lieu | volume | {"numerateur": 10.0 * rang, "denominateur": None, "valeur": 10.0 * rang},
        ]
    return pl.DataFrame(lignes)


@pytest.fixture
def carnet(projet: Projet, monkeypatch: pytest.MonkeyPatch) -> Carnet:
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    return ouvrir(
        "exploration/explorer", jeu="demonstration", connu_le="2025-03-31", indicateur="F3", periode="2024",
        reservataire="ETAT_PRIO", epci=None, selecteurs=False, exporter=False,
    )  # fmt: skip


@pytest.fixture
def exploration(carnet: Carnet) -> Exploration:
    return Exploration(carnet, en_diapositives)


def test_on_ne_propose_que_ce_que_les_donnees_permettent(exploration: Exploration) -> None:
    assert set(exploration.indicateurs) == {"F3", "N2"}
    assert list(exploration.reservataires("F3")) == ["ETAT_PRIO"]
    assert list(exploration.reservataires("N2")) == [ENSEMBLE]
    assert exploration.regler(Choix("N2", "2023", "ALS")) == Choix("N2", "2024", ENSEMBLE)


def test_de_la_region_a_l_epci_puis_a_la_commune(exploration: Exploration) -> None:
    region = exploration.vue(Choix("F3", "2024", "ETAT_PRIO"))
    assert region.carte.donnees.height == exploration.carnet.territoires.epci.height
    assert region.communes.donnees["logements"].to_list() == [40, 25, 12]
    epci = exploration.vue(Choix("F3", "2024", "ETAT_PRIO", AMP))
    assert epci.communes.donnees["commune"].to_list() == ["Marseille", "Aix-en-Provence"]
    assert epci.carte.fictif and epci.communes.fictif


def test_ce_que_l_on_savait_a_deux_dates_se_compare_epci_par_epci(exploration: Exploration) -> None:
    figure = exploration.comparer(Choix("F3", "2024", "ETAT_PRIO"), date(2023, 12, 31))
    lues = figure.donnees.select("epci_siren", "logements_avant", "logements").rows()
    assert lues == [(AMP, 0, 65), (NICE, 0, 12)]
    assert figure.titre.startswith("Les 2\u00a0EPCI ont changé entre le 31 décembre 2023 et le 31 mars 2025")
    assert "Rupture de série : le 1er janvier 2024, la liste des quartiers prioritaires" in figure.note
    assert exploration.comparer(Choix("F3", "2024", "ETAT_PRIO"), date(2025, 2, 28)).vide.startswith("Aucun EPCI")


def test_un_choix_impossible_est_refuse_en_une_phrase(exploration: Exploration) -> None:
    with pytest.raises(ErreurUsage, match="se lit pour : ETAT_PRIO"):
        exploration.vue(Choix("F3", "2024"))
    with pytest.raises(ErreurUsage, match="2024"):
        exploration.vue(Choix("F3", "2019", "ETAT_PRIO"))
    with pytest.raises(ErreurUsage):
        exploration.vue(Choix("F3", "2024", "ETAT_PRIO", "200000000"))


@pytest.mark.parametrize(("indicateur", "reservataire"), [("F3", "ETAT_PRIO"), ("N2", ENSEMBLE)])
def test_la_vue_liee_est_valide_et_cliquer_la_carte_filtre_les_communes(
    exploration: Exploration, indicateur: str, reservataire: str
) -> None:
    dessin = exploration.vue(Choix(indicateur, "2024", reservataire, NICE)).dessin
    altair.HConcatChart.from_dict(dessin)
    (selection,) = dessin["params"]
    assert selection["value"] == [{"epci_siren": NICE}] and selection["views"] == ["carte", "classement"]
    communes = dessin["hconcat"][0]["vconcat"][1]
    assert communes["transform"][0] == {"filter": {"param": CHOIX}}
    assert communes["encoding"]["y"]["sort"]["field"] == "logements", "l'ordre tient après un clic et un double clic"
    assert communes["title"]["text"] == "Logements attribués, par commune"
    assert '"href"' not in json.dumps(dessin)
    cliquables = dessin["hconcat"][0]["vconcat"][0]["layer"][-1]["data"]["values"]
    assert {v["epci_siren"] for v in cliquables} == set(exploration.carnet.territoires.epci["epci_siren"])


@pytest.mark.lent
def test_la_vue_s_exporte_en_csv_en_images_et_en_diapositives(exploration: Exploration, tmp_path: Path) -> None:
    ecrits = exploration.exporter(exploration.vue(Choix("F3", "2024", "ETAT_PRIO", AMP)), tmp_path)
    assert [e.name.removeprefix("demonstration-f3-2024-etat_prio-200054807") for e in ecrits] == [
        ".csv", ".svg", ".png", "-communes.csv", ".pptx",
    ]  # fmt: skip
    csv = ecrits[0].read_text(encoding="utf-8-sig")
    entete, *lignes = csv.splitlines()
    assert entete.startswith("EPCI;Département;Part effective du réservataire") and len(lignes) > 50
    svg = ecrits[1].read_text(encoding="utf-8")
    assert "Données fictives" in svg and "Source" in svg
    assert ecrits[2].read_bytes().startswith(b"\x89PNG")
    (diapositive,) = Presentation(str(ecrits[4])).slides
    dit = " ".join(forme.text_frame.text for forme in diapositive.shapes if forme.has_text_frame)
    assert "Document de travail" in dit and "Données fictives" in dit
    assert any(forme.shape_type == MSO_SHAPE_TYPE.GROUP for forme in diapositive.shapes), "la carte est un objet natif"


@pytest.mark.lent
@pytest.mark.parametrize("selecteurs", [True, False])
def test_le_carnet_s_execute_par_papermill_avec_et_sans_listes(
    projet: Projet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, selecteurs: bool
) -> None:
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    papermill.execute_notebook(
        projet.notebooks / "exploration" / "explorer.ipynb", tmp_path / "sortie.ipynb",
        parameters={"selecteurs": selecteurs, "epci": AMP}, progress_bar=False,
    )  # fmt: skip
    assert "exploration-f3" in (tmp_path / "sortie.ipynb").read_text(encoding="utf-8")


# — Dans un vrai JupyterLab


@pytest.fixture
def lab(projet: Projet, tmp_path: Path) -> Iterator[str]:
    """JupyterLab comme le lance `make lab`, sur le projet d'un jour ; rend son adresse."""
    reglages = projet.racine / ".jupyterlab"
    if not reglages.exists():
        reglages.symlink_to(RACINE / ".jupyterlab")
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        port = libre.getsockname()[1]
    environnement = os.environ | {
        "BILAN_RACINE": str(projet.racine), "JUPYTER_CONFIG_PATH": str(reglages),
        "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"), "JUPYTER_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip
    commande = [
        str(Path(sys.executable).parent / "jupyter"), "lab", "--no-browser", "--allow-root",
        f"--ServerApp.root_dir={projet.racine}", f"--ServerApp.port={port}", "--IdentityProvider.token=",
    ]  # fmt: skip
    with (tmp_path / "lab.log").open("w") as journal:
        serveur = subprocess.Popen(commande, env=environnement, cwd=projet.racine, stdout=journal, stderr=journal)
    try:
        _attendre(f"http://127.0.0.1:{port}/api")
        yield f"http://127.0.0.1:{port}/"
    finally:
        serveur.terminate()
        serveur.wait(timeout=30)


def _insecable(libelle: str) -> str:
    """Rend un libellé comme ipywidgets l'écrit dans une liste : espaces insécables."""
    return libelle.replace(" ", "\u00a0")


def _attendre(adresse: str) -> None:
    fin = time.monotonic() + 120
    while time.monotonic() < fin:
        try:
            with urllib.request.urlopen(adresse, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("JupyterLab n'a pas démarré en deux minutes.")


def _suivre(page: "Page", ou: str, libelle: str) -> None:
    """Clique ce que nomme docs/prise_en_main.md, et rien d'autre."""
    assert f"« {libelle} »" in PRISE_EN_MAIN
    page.locator(ou).filter(has_text=re.compile(rf"^{libelle}$")).first.click(timeout=60_000)


@pytest.mark.lent
@pytest.mark.navigateur
@pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium n'est pas installé sur cette machine")
def test_de_make_lab_a_sa_premiere_figure_en_suivant_le_document(lab: str, projet: Projet) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as profil, sync_playwright() as navigateur:
        contexte = navigateur.chromium.launch_persistent_context(
            profil, executable_path=str(CHROMIUM), args=list(DRAPEAUX), viewport={"width": 1500, "height": 1400}
        )
        page = contexte.new_page()
        dehors: list[str] = []
        page.on("request", lambda r: None if r.url.startswith((lab, "data:", "blob:", "ws:")) else dehors.append(r.url))
        page.goto(lab)
        page.wait_for_selector(f"{DEVANT} .jp-Cell", timeout=120_000)
        assert page.evaluate("document.documentElement.lang") == "fr-FR"
        onglets = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tabLabel").all_inner_texts()
        assert onglets == ["00_catalogue.ipynb", "explorer.ipynb"]
        assert all(f"`{nom}`" in PRISE_EN_MAIN for nom in onglets)
        page.wait_for_function("document.querySelector('#jp-main-statusbar').innerText.includes('Inactif')")
        _suivre(page, ".lm-MenuBar-itemLabel", "Exécution")
        _suivre(page, ".lm-Menu-itemLabel", "Exécuter toutes les cellules")
        dessin = page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first
        dessin.wait_for(timeout=180_000)
        page.wait_for_selector(".widget-dropdown select", timeout=60_000)
        avant = dessin.screenshot()
        page.locator(".widget-dropdown select").first.select_option(label=_insecable("N2 · Logements attribués"))
        choisi = "document.querySelectorAll('.widget-dropdown select')[2].selectedOptions[0].text"
        page.wait_for_function(f"{choisi} === '{_insecable('Tous réservataires')}'", timeout=60_000)
        page.wait_for_timeout(5000)
        assert page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first.screenshot() != avant
        _suivre(page, "button", "Exporter la vue")
        page.wait_for_selector("text=Écrit dans reports/exploration", timeout=120_000)
        assert dehors == []
        contexte.close()
    exportes = sorted(chemin.suffix for chemin in (projet.racine / "reports" / "exploration").iterdir())
    assert exportes == [".csv", ".csv", ".png", ".pptx", ".svg"]
