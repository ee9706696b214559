"""Les phrases tiennent aux bords : 0, 1, tous, aucun, négatif, égal, manquant, masqué."""

import pytest

from bilan.figures import articles
from bilan.figures.phrases import (
    CONVENTIONS,
    EPCI,
    Solidite,
    comparaison,
    environ,
    evolution,
    parmi,
    part,
    rang,
    refus,
    reserves,
)
from bilan.projet import Seuils

SIGNER = ("a signé", "ont signé")


@pytest.mark.parametrize(
    ("n", "total", "attendu"),
    [
        (0, 26, "aucun des 26\u00a0EPCI n'a signé"), (1, 26, "un seul des 26\u00a0EPCI a signé"),
        (12, 26, "12 des 26\u00a0EPCI ont signé"), (26, 26, "les 26\u00a0EPCI ont signé"),
        (1, 1, "le seul EPCI a signé"), (0, 1, "le seul EPCI n'a pas signé"), (0, 0, "aucun EPCI n'est concerné"),
    ],
)  # fmt: skip
def test_parmi_s_accorde_avec_le_nombre(n: int, total: int, attendu: str) -> None:
    assert parmi(n, total, EPCI, SIGNER) == attendu


def test_parmi_s_accorde_en_genre() -> None:
    assert parmi(0, 6, CONVENTIONS, ("est signée", "sont signées")) == "aucune des 6\u00a0conventions n'est signée"
    assert parmi(1, 6, CONVENTIONS, ("est signée", "sont signées")).startswith("une seule des 6")


@pytest.mark.parametrize(
    ("ecart", "attendu"),
    [(3.2, "en hausse de 3,2\u00a0points"), (-1.0, "en baisse de 1,0\u00a0point"), (0.04, "stable"),
     (None, "d'évolution inconnue")],
)  # fmt: skip
def test_une_evolution_n_a_pas_de_signe_colle(ecart: float | None, attendu: str) -> None:
    assert evolution(ecart) == attendu


def test_une_evolution_en_logements_s_accorde() -> None:
    assert evolution(-1, "logement", 0) == "en baisse de 1\u00a0logement"
    assert evolution(1200, "logement", 0) == "en hausse de 1\u202f200\u00a0logements"


def test_un_taux_se_compare_a_son_repere() -> None:
    assert comparaison(28.2, 25) == "supérieur de 3,2\u00a0points"
    assert comparaison(25.04, 25) == "égal"
    assert comparaison(20, 25) == "inférieur de 5,0\u00a0points"


def test_un_ordre_de_grandeur_dit_de_quel_cote_il_est() -> None:
    assert [environ(v) for v in (11980, 12098, 12000, 42)] == [
        "près de 12\u202f000", "un peu plus de 12\u202f000", "12\u202f000", "42"
    ]


def test_une_part_sans_denominateur_est_inconnue() -> None:
    assert [part(1, 0), part(None, 4), part(0, 4), part(4, 4), part(1, 4)] == [
        "n.d.", "n.d.", "aucune part", "la totalité", "25,0\u202f%"
    ]


def test_le_rang_dit_les_ex_aequo_et_les_absents() -> None:
    valeurs = {"a": 9.0, "b": 5.0, "c": 5.0, "d": None}
    assert [rang(valeurs, c, feminin=True) for c in "abd"] == ["1re", "2e ex æquo", "non classée"]


@pytest.mark.parametrize("statut", ["secret", "sans_objet", "non_transmis"])
def test_une_valeur_absente_ne_se_commente_pas(statut: str) -> None:
    assert refus(Solidite(statut), Seuils())


def test_une_petite_base_ne_se_commente_pas_et_le_dit() -> None:
    assert "12 pour un minimum de 20" in refus(Solidite("observe", base=12), Seuils())
    assert refus(Solidite("observe", base=20), Seuils()) == ""


def test_une_valeur_fragile_garde_ses_reserves() -> None:
    fragile = Solidite("observe", base=200, couverture=0.5, maturite="provisoire")
    assert reserves(fragile, Seuils()) == ("couverture partielle : 50\u202f% du parc", "valeur provisoire (p)")
    assert reserves(Solidite("observe", 200, 1.0), Seuils()) == ()


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
