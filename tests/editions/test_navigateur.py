"""Le site dans un navigateur : hors réseau, par double-clic, au clavier, à 320 pixels."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.navigateur, pytest.mark.lent]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGES = ("index.html", "reel/index.html", "reel/cotation.html", "reel/mobilisation.html", "demonstration/copil.html",
         "demonstration/epci/200054807.html", "demonstration/epci/index.html", "demonstration/glossaire.html",
         "demonstration/accessibilite.html", "demonstration/mentions.html")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def navigateur() -> Iterator[object]:
    if CHROMIUM is None:
        pytest.skip("Chromium n'est pas installé : sur Debian ou Ubuntu, installez le paquet « chromium ».")
    moteur = pytest.importorskip("playwright.sync_api", reason="Playwright manque : installez les dépendances « dev ».")
    with moteur.sync_playwright() as lanceur:
        fenetre = lanceur.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield fenetre
        fenetre.close()


@pytest.fixture
def ouvrir(navigateur, site_intact: Path):
    """Ouvre une page dans le même onglet, coupé du réseau, qui note ses appels et ses plaintes."""
    onglet = navigateur.new_page(offline=True)
    onglet.plaintes, onglet.appels = [], []
    onglet.on("console", lambda message: onglet.plaintes.append(message.text))
    onglet.on("pageerror", lambda erreur: onglet.plaintes.append(str(erreur)))
    onglet.on("request", lambda requete: onglet.appels.append(requete.url))

    def ouvrir(page: str, largeur: int = 1280):
        onglet.set_viewport_size({"width": largeur, "height": 800})
        onglet.goto((site_intact / page).as_uri())
        return onglet

    yield ouvrir
    onglet.close()


def test_aucune_page_n_appelle_l_exterieur_ni_ne_se_plaint(ouvrir) -> None:
    for page in PAGES:
        onglet = ouvrir(page)
        assert onglet.plaintes == [], page
        assert [a for a in onglet.appels if not a.startswith(("file:", "data:"))] == [], page


def test_aucune_page_ne_deborde_a_320_pixels(ouvrir) -> None:
    for page in PAGES:
        onglet = ouvrir(page, largeur=320)
        assert onglet.evaluate("document.documentElement.scrollWidth") <= 320, page


def test_la_recherche_se_passe_d_accents_et_de_souris(ouvrir) -> None:
    onglet = ouvrir("demonstration/index.html")
    champ = onglet.get_by_label("Chercher un EPCI")
    champ.fill("AIX provence")
    assert onglet.locator("#recherche-resultats a").first.inner_text().startswith("Aix-Marseille-Provence")
    assert onglet.get_by_text("1 réponse.").is_visible()
    champ.press("ArrowDown")
    onglet.keyboard.press("Enter")
    onglet.wait_for_url("**/epci/200054807.html")
    assert onglet.get_by_role("heading", level=1).inner_text() == "Métropole d'Aix-Marseille-Provence"


def test_une_recherche_vaine_le_dit_et_echap_efface(ouvrir) -> None:
    onglet = ouvrir("demonstration/epci/index.html")
    champ = onglet.get_by_label("Chercher un EPCI")
    champ.fill("zzzz")
    assert onglet.get_by_text("Aucune réponse.").is_visible()
    champ.press("Escape")
    assert champ.input_value() == ""


def test_le_clavier_saute_au_contenu_et_ouvre_les_donnees(ouvrir) -> None:
    onglet = ouvrir("reel/cotation.html")
    onglet.keyboard.press("Tab")
    assert onglet.evaluate("document.activeElement.textContent") == "Aller au contenu"
    onglet.keyboard.press("Enter")
    assert onglet.evaluate("document.activeElement.id") == "contenu"
    repli = onglet.locator("#fig-cotation-barres summary")
    repli.focus()
    onglet.keyboard.press("Enter")
    assert onglet.locator("#fig-cotation-barres table").is_visible()


def test_un_clic_sur_la_carte_ouvre_la_fiche(ouvrir) -> None:
    onglet = ouvrir("demonstration/copil.html")
    onglet.locator("#fig-copil-carte svg a").first.click()
    onglet.wait_for_url("**/epci/*.html")
    assert onglet.get_by_role("heading", level=1).is_visible()


def test_l_impression_ouvre_les_donnees(ouvrir) -> None:
    onglet = ouvrir("reel/cotation.html")
    onglet.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    onglet.emulate_media(media="print")
    assert onglet.locator("#fig-cotation-barres table").is_visible()
    assert not onglet.locator(".navigation").is_visible()
