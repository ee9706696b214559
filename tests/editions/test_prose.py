"""La prose des carnets, rendue sans danger et sans saut de titre."""

import re

import pytest

from bilan.editions import prose


def niveaux(html: str) -> list[int]:
    return [int(n) for n in re.findall(r"<h(\d)", html)]


@pytest.mark.parametrize(
    ("markdown", "avant", "attendu"),
    [
        ("## A\n\n### B", 1, [2, 3]),
        ("# A\n\n#### B", 1, [2, 3]),
        ("#### A", 1, [2]),
        ("#### A\n\n## B", 2, [3, 2]),
    ],
)
def test_les_titres_ne_sautent_pas_de_niveau(markdown: str, avant: int, attendu: list[int]) -> None:
    html, dernier = prose.rendre(markdown, avant)
    assert niveaux(html) == attendu
    assert dernier == attendu[-1]


def test_le_html_d_un_carnet_se_lit_au_lieu_de_s_executer() -> None:
    html, _ = prose.rendre('<img src=x onerror="alert(1)">\n\n<script>1</script>', 1)
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("adresse", ["https://exemple.fr", "javascript:alert(1)", "//exemple.fr", "data:text/html,x"])
def test_un_lien_qui_sort_de_l_edition_reste_du_texte(adresse: str) -> None:
    assert "<a " not in prose.phrase(f"[voir]({adresse})")


def test_un_lien_interne_reste_un_lien() -> None:
    assert prose.phrase("[voir](glossaire.html#s-cotation)") == '<a href="glossaire.html#s-cotation">voir</a>'


def test_la_fiche_du_carnet_donne_titre_chapo_et_reste() -> None:
    fiche = prose.fiche("# La cotation\n\nOù en sont les EPCI.\n\n**Entrées** : E1.\n\n| P |\n|---|\n| x |\n")
    assert fiche is not None
    assert fiche.titre == "La cotation"
    assert fiche.chapo.strip() == "Où en sont les EPCI."
    assert '<th scope="col">P</th>' in fiche.technique
    assert "Où en sont" not in fiche.technique


def test_une_cellule_ordinaire_n_est_pas_une_fiche() -> None:
    assert prose.fiche("## Section\n\ntexte") is None


def test_les_sections_sont_celles_du_sommaire() -> None:
    html, _ = prose.rendre("## Élan et départ\n\n### Détail", 1)
    assert prose.sections("## Élan et départ\n\n### Détail") == ["Élan et départ"]
    assert f'id="{prose.ancre("Élan et départ")}"' in html
    assert prose.ancre("Élan et départ") == "s-elan-et-depart"
