"""L'accessibilité dans un navigateur : axe-core sur chaque genre de page, et les règles du RGAA qu'il ne voit pas."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import EPCI, Magasin, atelier_d_essai, barres, carte, chiffre, projet_neuf, tableau
from test_navigateur import CHROMIUM, OPTIONS

from bilan.editions.site import construire
from bilan.editions.textes import Textes
from bilan.projet import Jeu

pytestmark = [pytest.mark.navigateur, pytest.mark.lent]

RACINE = Path(__file__).parents[2]
LARGEURS = (1280, 320)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site qui a un exemplaire de chaque genre de page, échec et révision compris, en document de travail."""
    projet = projet_neuf(tmp_path_factory.mktemp("axe") / "projet")
    magasin = Magasin(projet)
    magasin.remplir()
    fiche = EPCI[0].siren
    magasin.ecrire(Jeu.DEMONSTRATION, "70_fiche_epci", f"epci/{fiche}", [carte("fiche-carte"), barres("fiche-flux")],
                   territoire=fiche, titre=EPCI[0].nom)
    magasin.ecrire(Jeu.DEMONSTRATION, "71_fiche_departement", "departement/13", [barres("departement-flux")],
                   territoire="13", titre="Bouches-du-Rhône")
    magasin.ecrire(Jeu.DEMONSTRATION, "72_fiche_bailleur", "bailleur/999000001", [barres("bailleur-flux")],
                   territoire="999000001", titre="OPH Exemple")
    magasin.ecrire(Jeu.DEMONSTRATION, "00_catalogue", "catalogue", [tableau("catalogue-carnets")], titre="Carnets")
    magasin.ecrire(Jeu.DEMONSTRATION, "40_caleol", "caleol", [barres("caleol-b", maturite="revise")], titre="CALEOL",
                   statut="echec", echec={"cellule": 3, "source": "1 / 0", "message": "division par zéro"})
    magasin.ecrire(Jeu.DEMONSTRATION, "50_production", "production", [chiffre("production-n")], titre="Production")
    construire(projet, [Jeu.REEL, Jeu.DEMONSTRATION], projet.racine / "site", atelier_d_essai(projet), True)
    return projet.racine / "site"


@pytest.fixture(scope="module")
def onglet(site: Path) -> Iterator[object]:
    if CHROMIUM is None:
        pytest.skip("Chromium n'est pas installé : sur Debian ou Ubuntu, installez le paquet « chromium ».")
    moteur = pytest.importorskip("playwright.sync_api", reason="Playwright manque : installez les dépendances « dev ».")
    with moteur.sync_playwright() as lanceur:
        fenetre = lanceur.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        # axe s'inscrit dans la page, ce que la politique de contenu du site interdit à tout autre.
        page = fenetre.new_context(offline=True, bypass_csp=True).new_page()
        page.appels = []
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
        page.on("request", lambda requete: page.appels.append(requete.url))
        yield page
        fenetre.close()


@pytest.fixture(scope="module")
def axe() -> str:
    paquet = pytest.importorskip("axe_playwright_python", reason="axe manque : installez les dépendances « dev ».")
    return next(Path(paquet.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")


def pages(site: Path) -> list[str]:
    return sorted(chemin.relative_to(site).as_posix() for chemin in site.rglob("*.html"))


def genres(site: Path) -> list[str]:
    """Rend une page de chaque genre : celles qui disent la même chose dans les deux éditions n'y sont qu'une fois."""
    return [page for page in pages(site) if page.startswith("demonstration/")
            or page in ("index.html", "reel/index.html", "reel/cotation.html", "reel/mobilisation.html")]


def aller(onglet, site: Path, page: str, largeur: int) -> None:
    onglet.set_viewport_size({"width": largeur, "height": 900})
    onglet.goto((site / page).as_uri())


def test_axe_ne_releve_rien_sur_aucun_genre_de_page(onglet, site: Path, axe: str) -> None:
    releves = []
    for page in genres(site):
        for largeur in LARGEURS:
            aller(onglet, site, page, largeur)
            onglet.evaluate(axe)
            passage = onglet.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert len(passage["passes"]) > 5, "axe n'a rien examiné"
            releves += [(page, largeur, v["id"], v["nodes"][0]["html"]) for v in passage["violations"]]
    assert releves == []


def test_axe_voit_un_defaut_quand_il_y_en_a_un(onglet, site: Path, axe: str) -> None:
    aller(onglet, site, "reel/index.html", 1280)
    onglet.evaluate("document.querySelector('#recherche-champ').previousElementSibling.remove()")
    onglet.evaluate("document.documentElement.removeAttribute('lang')")
    onglet.evaluate(axe)
    assert {v["id"] for v in onglet.evaluate("axe.run()")["violations"]} >= {"html-has-lang", "label"}


def test_la_page_d_accessibilite_nomme_la_version_d_axe_qui_a_servi(onglet, site: Path, axe: str) -> None:
    aller(onglet, site, "reel/accessibilite.html", 1280)
    onglet.evaluate(axe)
    version = onglet.evaluate("axe.version")
    assert Textes.lire(RACINE / "reports" / "gabarits" / "site").axe.moteur.startswith(f"axe-core {version},")
    lu = onglet.locator("main").inner_text()
    assert f"axe-core {version}" in lu
    assert "24 novembre 2026" in lu
    assert "non audité" in lu


def test_aucune_page_ne_defile_en_largeur_et_ses_images_y_tiennent(onglet, site: Path) -> None:
    for page in pages(site):
        aller(onglet, site, page, 320)
        assert onglet.evaluate("document.documentElement.scrollWidth") <= 320, page
        larges = onglet.evaluate(
            "[...document.querySelectorAll('figure .image svg, figure .image img')]"
            ".filter(e => e.getBoundingClientRect().right > 320).length"
        )
        assert larges == 0, page


def test_sur_un_petit_ecran_les_valeurs_se_lisent_dans_le_tableau_ouvert(onglet, site: Path) -> None:
    aller(onglet, site, "demonstration/flux.html", 320)
    assert onglet.locator("#fig-flux-atteinte table").is_visible()
    aller(onglet, site, "demonstration/flux.html", 1280)
    assert not onglet.locator("#fig-flux-atteinte table").is_visible()


def test_chaque_image_a_son_texte_et_chaque_figure_une_table_legendee(onglet, site: Path) -> None:
    vues = 0
    for page in pages(site):
        aller(onglet, site, page, 1280)
        figures = onglet.evaluate(
            """[...document.querySelectorAll('figure')].map(f => ({
                id: f.id,
                textes: [...f.querySelectorAll('.image svg')].map(s => s.getAttribute('aria-label') || ''),
                tables: [...f.querySelectorAll('table')].map(t => t.caption ? t.caption.textContent : ''),
                portees: [...f.querySelectorAll('th')].map(t => t.scope),
            }))"""
        )
        for figure in figures:
            vues += 1
            assert all(len(texte) > 20 for texte in figure["textes"]), (page, figure["id"])
            assert len(figure["tables"]) == 1, (page, figure["id"])
            assert figure["tables"][0], (page, figure["id"])
            assert set(figure["portees"]) == {"col", "row"}, (page, figure["id"])
    assert vues > 8


def test_tout_ce_qui_s_active_s_atteint_au_clavier_et_se_voit(onglet, site: Path) -> None:
    for page in ("index.html", "demonstration/flux.html", "demonstration/epci/200054807.html", "reel/index.html"):
        aller(onglet, site, page, 1280)
        attendus = onglet.evaluate(
            "[...document.querySelectorAll('a[href], button, input, summary')]"
            ".filter(e => e.tabIndex >= 0 && e.checkVisibility()).length"
        )
        atteints: set[str] = set()
        for _ in range(attendus + 20):
            onglet.keyboard.press("Tab")
            vu = onglet.evaluate(
                "(() => { const e = document.activeElement; if (!e || e === document.body) return null;"
                " const s = getComputedStyle(e);"
                " return [[...document.querySelectorAll('*')].indexOf(e) + '', s.outlineStyle, e.tagName]; })()"
            )
            if vu is None:
                break
            assert vu[1] != "none", (page, vu)
            if vu[2] in ("A", "BUTTON", "INPUT", "SUMMARY"):
                atteints.add(vu[0])
        assert len(atteints) >= attendus, page


def test_aucune_requete_ne_quitte_la_machine(onglet) -> None:
    assert onglet.appels
    assert [appel for appel in onglet.appels if not appel.startswith(("file:", "data:"))] == []
