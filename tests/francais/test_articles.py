"""Chaque territoire avec son article : les 101 départements et les EPCI de la région, élidés et contractés."""

import pytest

from bilan.francais import articles
from bilan.projet import Projet
from bilan.referentiel.territoires import Territoires


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Bouches-du-Rhône", "des Bouches-du-Rhône"), ("Var", "du Var"), ("Vaucluse", "de Vaucluse"),
        ("Alpes-de-Haute-Provence", "des Alpes-de-Haute-Provence"), ("Ain", "de l'Ain"), ("Savoie", "de la Savoie"),
        ("Hérault", "de l'Hérault"), ("Haute-Savoie", "de la Haute-Savoie"), ("Ille-et-Vilaine", "d'Ille-et-Vilaine"),
    ],
)  # fmt: skip
def test_l_article_du_departement(nom: str, attendu: str) -> None:
    assert articles.de_departement(nom) == attendu


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Métropole d'Aix-Marseille-Provence", "de la métropole d'Aix-Marseille-Provence"),
        ("CA de Sophia Antipolis", "de la CA de Sophia Antipolis"), ("Bordeaux Métropole", "de Bordeaux Métropole"),
        ("Orléans Métropole", "d'Orléans Métropole"),
    ],
)  # fmt: skip
def test_l_article_de_l_epci(nom: str, attendu: str) -> None:
    assert articles.d_epci(nom) == attendu


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Bouches-du-Rhône", "dans les Bouches-du-Rhône"), ("Var", "dans le Var"), ("Vaucluse", "en Vaucluse"),
        ("Ain", "dans l'Ain"), ("Paris", "à Paris"), ("La Réunion", "à La Réunion"),
        ("Loir-et-Cher", "en Loir-et-Cher"),
    ],
)  # fmt: skip
def test_on_est_dans_un_departement(nom: str, attendu: str) -> None:
    assert articles.dans_departement(nom) == attendu


def test_on_est_dans_une_communaute_et_a_une_metropole_sans_article() -> None:
    assert articles.dans_epci("CA du Grand Avignon (COGA)") == "dans la CA du Grand Avignon (COGA)"
    assert articles.dans_epci("Métropole Nice Côte d'Azur") == "dans la métropole Nice Côte d'Azur"
    assert articles.dans_epci("Bordeaux Métropole") == "à Bordeaux Métropole"


def test_que_s_elide() -> None:
    assert [articles.que(g) for g in ("la région", "aucun EPCI", "en Vaucluse", "l'Ain")] == [
        "que la région",
        "qu'aucun EPCI",
        "qu'en Vaucluse",
        "que l'Ain",
    ]


def test_chaque_epci_de_la_region_a_son_article() -> None:
    epci = Territoires.ouvrir(Projet.trouver().referentiel, millesime=2026, region="93").epci["epci"].to_list()
    assert len(epci) == 52
    assert {articles.d_epci(nom).split(" ")[1] for nom in epci} == {"la"}
