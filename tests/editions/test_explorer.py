"""L'exploration des figures : ce que le navigateur reçoit, ce qu'il en montre, et ce qui reste s'il n'y arrive pas."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import EPCI, Magasin, atelier_d_essai, barres, carte, figure, image_d_essai, projet_neuf, tableau
from test_navigateur import CHROMIUM, OPTIONS

from bilan.editions.dessin import Dessin
from bilan.editions.explorables import explorable
from bilan.editions.exploration import Fonds, en_json, moteur, script_de_page
from bilan.editions.imagerie import Imagerie
from bilan.editions.ouvriers import Ouvriers
from bilan.editions.site import construire
from bilan.figures import formes
from bilan.figures.modele import Colonne, Figure
from bilan.projet import Jeu

CONTOUR = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def dessin_de_carte(sirens: list[str]) -> dict:
    valeurs = [{"type": "Feature", "geometry": CONTOUR, "d": f"EPCI {s}", "h": f"epci/{s}.html"} for s in sirens]
    encodage = {"description": {"field": "d", "type": "nominal"}, "href": {"field": "h", "type": "nominal"}}
    couche = {"data": {"values": valeurs}, "mark": {"type": "geoshape"}, "encoding": encodage}
    return {"$schema": "https://exemple.fr/", "description": "Carte", "layer": [couche]}


def test_chaque_ligne_de_la_table_se_dit_en_toutes_lettres() -> None:
    lignes = explorable(barres(), {})["data"]["values"]
    assert lignes[0]["dit"] == "État – Taux : 91,2\u202f%"
    assert lignes[2]["dit"] == "Communes – Taux : n.d."
    assert lignes[2]["taux"] is None


@pytest.mark.parametrize("forme", [
    formes.BarresEmpilees("nom", "s", "v", ("a", "b")),
    formes.Courbe("nom", "v", "s"),
    formes.Points("nom", "v", "r", "Valeur", "Repère"),
    formes.Frise("nom", "s", "d", "s"),
])
def test_chaque_forme_a_ce_qu_il_faut_pour_se_dire(forme: formes.Forme) -> None:
    donnees = {"nom": ["x", "y"], "s": ["a", "b"], "v": [1.0, 2.0], "r": [1.5, 1.5], "d": ["2024-01-01", "2024-02-01"]}
    texte = en_json(explorable(figure("f", forme, donnees, (Colonne("nom", "Nom"), Colonne("v", "V", "nombre"))), {}))
    assert '"tooltip":{"field":"dit"' in texte
    assert '"description":{"field":"dit"' in texte
    assert "http" not in texte


def test_un_tableau_ne_s_explore_pas() -> None:
    assert explorable(tableau(), {}) is None


def test_une_carte_garde_ses_liens_et_montre_ses_descriptions() -> None:
    specification = explorable(carte(), dessin_de_carte([EPCI[0].siren]))
    assert "$schema" not in specification
    assert specification["layer"][0]["encoding"]["tooltip"] == {"field": "d", "type": "nominal"}


def test_un_contour_commun_ne_s_ecrit_qu_une_fois_et_un_lien_sans_fiche_tombe() -> None:
    fonds = Fonds()
    sirens = [EPCI[0].siren, EPCI[1].siren]
    for _ in range(2):
        partagee = fonds.partager(en_json(dessin_de_carte(sirens)), lambda s: s if s == sirens[0] else None)
    valeurs = partagee["layer"][0]["data"]["values"]
    assert [v["geometry"] for v in valeurs] == [0, 0]
    assert [v["h"] for v in valeurs] == [f"epci/{sirens[0]}.html", None]
    contours = json.loads(fonds.script().removeprefix("window.__FONDS__=").removesuffix(";\n"))
    assert contours == [CONTOUR]


def test_le_script_d_une_page_ne_peut_pas_fermer_une_balise() -> None:
    assert "</script>" not in script_de_page({"f": {"titre": "</script><b>"}})


def dessinateur(contenu: str, complet: bool) -> Dessin:
    fig = Figure.depuis_json(json.loads(contenu))
    a_explorer = explorable(fig, {}) if complet and isinstance(fig.forme, formes.Barres) else None
    return dataclasses.replace(image_d_essai(contenu, complet), exploration=en_json(a_explorer) if a_explorer else "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    projet = projet_neuf(tmp_path_factory.mktemp("explorer") / "projet")
    Magasin(projet).remplir()
    atelier = atelier_d_essai(projet)
    imageries = {jeu: Imagerie(projet.entrepot / jeu / "img", dessinateur, "essai", Ouvriers(0)) for jeu in Jeu}
    atelier = dataclasses.replace(atelier, imageries=imageries, moteur=moteur)
    construire(projet, [Jeu.REEL, Jeu.DEMONSTRATION], projet.racine / "site", atelier)
    return projet.racine / "site"


@pytest.fixture
def onglet(site: Path) -> Iterator[object]:
    if CHROMIUM is None:
        pytest.skip("Chromium n'est pas installé : sur Debian ou Ubuntu, installez le paquet « chromium ».")
    api = pytest.importorskip("playwright.sync_api", reason="Playwright manque : installez les dépendances « dev ».")
    with api.sync_playwright() as lanceur:
        fenetre = lanceur.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = fenetre.new_page(offline=True)
        page.appels, page.plaintes = [], []
        page.on("request", lambda requete: page.appels.append(requete.url))
        page.on("console", lambda message: page.plaintes.append(message.text))
        page.on("pageerror", lambda erreur: page.plaintes.append(str(erreur)))
        yield page
        fenetre.close()


@pytest.mark.navigateur
@pytest.mark.lent
def test_une_figure_s_explore_au_clavier_sans_reseau_puis_redevient_fixe(onglet, site: Path) -> None:
    onglet.goto((site / "demonstration/flux.html").as_uri())
    assert not any("vega.js" in appel for appel in onglet.appels), "le moteur ne se charge qu'à la demande"
    onglet.get_by_role("button", name="Explorer cette figure").focus()
    onglet.keyboard.press("Enter")
    scene = onglet.locator(".scene")
    scene.locator("svg").wait_for()
    assert not onglet.locator("#fig-flux-atteinte .image").is_visible()
    scene.focus()
    onglet.keyboard.press("ArrowDown")
    assert onglet.locator(".exploration [role=status]").inner_text() == "État – Taux : 91,2\u202f%"
    onglet.get_by_role("button", name="Revenir à l'image fixe").click()
    assert onglet.locator("#fig-flux-atteinte .image").is_visible()
    assert [appel for appel in onglet.appels if not appel.startswith(("file:", "data:"))] == []
    assert onglet.plaintes == []


@pytest.mark.navigateur
@pytest.mark.lent
def test_si_le_moteur_manque_l_image_fixe_reste_et_la_page_le_dit(onglet, site: Path) -> None:
    onglet.route("**/vega.js", lambda route: route.abort())
    onglet.goto((site / "demonstration/flux.html").as_uri())
    onglet.get_by_role("button", name="Explorer cette figure").click()
    onglet.get_by_text("L'exploration n'a pas pu s'ouvrir").wait_for()
    assert onglet.locator("#fig-flux-atteinte .image svg").is_visible()


@pytest.mark.navigateur
@pytest.mark.lent
def test_une_fiche_donne_ses_images_avec_leurs_textes(onglet, site: Path, tmp_path: Path) -> None:
    onglet.goto((site / f"demonstration/epci/{EPCI[0].siren}.html").as_uri())
    recus = {}
    for format_ in ("SVG", "PNG"):
        with onglet.expect_download() as attendu:
            onglet.get_by_role("button", name=f"Image {format_}").click()
        attendu.value.save_as(tmp_path / format_)
        recus[attendu.value.suggested_filename] = (tmp_path / format_).read_bytes()
    assert recus["fiche-flux.png"].startswith(b"\x89PNG")
    svg = recus["fiche-flux.svg"].decode()
    assert "Quatre EPCI sur dix" in svg
    assert "données fictives" in svg
    assert "Source" in svg
    assert "href" not in svg.replace("xlink=", "")
