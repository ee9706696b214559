"""Les contrôles : un site sain passe, chaque défaut est trouvé et situé."""

from pathlib import Path

import pytest

from bilan.editions import controles
from bilan.editions.controles import controler


def test_le_site_d_essai_ne_donne_aucun_constat(site: Path) -> None:
    assert controler(site) == []


SABOTAGES = [
    ("reel/cotation.html", 'href="../assets/site.css"', 'href="../assets/perdu.css"', "ne mène à aucun fichier"),
    ("reel/cotation.html", 'href="#fig-cotation-barres"', 'href="#fig-perdue"', "ancre absente"),
    ("reel/index.html", 'href="cotation.html"', 'href="https://exemple.fr/"', "sort du site"),
    ("reel/index.html", 'href="cotation.html"', 'href="../../../secret.html"', "ne mène à aucun fichier"),
    ("reel/cotation.html", '<html lang="fr">', '<html lang="en">', "langue"),
    ("reel/cotation.html", "<h1>", "<h3>", "titre de niveau 1"),
    ("reel/cotation.html", '<h3 class="figure-titre"', '<h5 class="figure-titre"', "niveau 5 suit"),
    ("reel/cotation.html", 'id="fig-cotation-barres"', 'id="contenu"', "répété"),
    ("reel/cotation.html", "http-equiv", "data-x", "politique de contenu"),
    ("reel/cotation.html", ' aria-label="Diagramme', ' data-alt="Diagramme', "texte de remplacement"),
    ("reel/cotation.html", 'scope="col"', 'data-scope="col"', "sans portée"),
    ("reel/cotation.html", '<td class="n">n.d.</td>', '<td class="n">nan</td>', "cellule « nan »"),
    ("reel/index.html", 'for="recherche-champ"', 'for="autre"', "étiquette"),
    ("demonstration/flux.html", "bandeau-fictif", "bandeau-muet", "bandeau"),
    ("demonstration/flux.html", "onnées fictives", "onnées", "ne se dit pas fictive"),
    ("demonstration/telechargements/flux/flux-atteinte.svg", "fictives", "vraies", "ne dit pas que ses données"),
    ("reel/cotation.html", "</main>", "<script>1</script></main>", "script est inscrit"),
    ("reel/cotation.html", "</main>", "<!--" + "x" * 300_000 + "--></main>", "au-delà de 300 ko"),
    ("assets/site.css", "body {", "@import 'x.css'; body {", "feuille de style"),
    ("assets/site.js", '"use strict";', '"use strict"; fetch("x");', "le script appelle"),
]


@pytest.mark.parametrize(("page", "avant", "apres", "attendu"), SABOTAGES)
def test_un_defaut_est_trouve_et_situe(site: Path, page: str, avant: str, apres: str, attendu: str) -> None:
    chemin = site / page
    texte = chemin.read_text(encoding="utf-8")
    assert avant in texte
    chemin.write_text(texte.replace(avant, apres), encoding="utf-8")
    constats = controler(site)
    assert any(attendu in c.message and c.page == page for c in constats), constats


def test_un_site_trop_lourd_est_refuse(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controles, "POIDS_DU_SITE", 10_000)
    assert any("le site pèse" in c.message for c in controler(site))


def test_une_figure_sans_table_est_trouvee(site: Path) -> None:
    chemin = site / "reel/mobilisation.html"
    texte = chemin.read_text(encoding="utf-8")
    debut, fin = texte.index("<table>"), texte.index("</table>") + len("</table>")
    chemin.write_text(texte[:debut] + texte[fin:], encoding="utf-8")
    assert [c.message for c in controler(site)] == ["la figure « fig-mobilisation-structures » n'a pas sa table"]


def test_une_figure_attendue_et_absente_est_trouvee(site: Path) -> None:
    constats = controler(site, {"reel/cotation.html": frozenset({"cotation-carte", "cotation-oubliee"})})
    assert [str(c) for c in constats] == ["reel/cotation.html : la figure « cotation-oubliee » manque"]
