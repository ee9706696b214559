"""Les phrases tiennent aux bords : 0, 1, tous, aucun, négatif, égal, manquant, masqué."""

import doctest
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bilan import francais
from bilan.erreurs import ErreurUsage
from bilan.francais.phrases import (
    CONVENTIONS,
    EPCI,
    LOGEMENTS,
    Solidite,
    comparaison,
    de_plus,
    dire,
    dont,
    en_tete,
    environ,
    evolution,
    parmi,
    part,
    part_des,
    rang,
    refus,
    reserves,
)
from bilan.projet import Seuils

_ESSAIS = settings(max_examples=60, deadline=None)
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
    assert comparaison(25, 25, feminin=True) == "égale"
    assert comparaison(None, 25) == comparaison(25, float("nan")) == "non comparable"
    assert comparaison(20, 25) == "inférieur de 5,0\u00a0points"


def test_un_ordre_de_grandeur_dit_de_quel_cote_il_est() -> None:
    assert [environ(v) for v in (11980, 12098, 12000, 42, 0, -11980)] == [
        "près de 12\u202f000",
        "un peu plus de 12\u202f000",
        "12\u202f000",
        "42",
        "0",
        "près de −12\u202f000",
    ]


def test_une_part_sans_denominateur_est_inconnue() -> None:
    assert [part(1, 0), part(None, 4), part(0, 4), part(4, 4), part(1, 4)] == [
        "n.d.",
        "n.d.",
        "aucune part",
        "la totalité",
        "25,0\u202f%",
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
    assert reserves(fragile, Seuils()) == ("couverture partielle : 50\u202f% du parc", "valeur provisoire")
    assert reserves(Solidite("observe", 200, 1.0), Seuils()) == ()


def test_un_arrondi_ne_fait_ni_rien_ni_tout() -> None:
    assert [part(1, 10_000), part(9_999, 10_000)] == ["moins de 0,1\u202f%", "plus de 99,9\u202f%"]


@pytest.mark.parametrize(
    ("total", "partie", "attendu"),
    [
        (0, None, "aucun logement"), (12, None, "12\u00a0logements, dont un nombre inconnu en QPV"),
        (12, 0, "12\u00a0logements, dont aucun en QPV"), (12, 1, "12\u00a0logements, dont 1 en QPV"),
        (12, 12, "12\u00a0logements, tous en QPV"), (1, 1, "1\u00a0logement, en QPV"),
    ],
)  # fmt: skip
def test_une_partie_se_dit_apres_son_tout(total: int, partie: int | None, attendu: str) -> None:
    assert dont(total, partie, LOGEMENTS, "en QPV") == attendu


@pytest.mark.parametrize(
    ("numerateur", "denominateur", "attendu"),
    [
        (1, 4, "25,0\u202f% des 4\u00a0conventions"), (0, 4, "aucune des 4\u00a0conventions"),
        (4, 4, "la totalité des 4\u00a0conventions"), (1, 1, "la seule convention"), (0, 1, "aucune convention"),
        (None, 4, "une part inconnue des conventions"), (3, 0, "une part inconnue des conventions"),
    ],
)  # fmt: skip
def test_une_part_dit_de_quoi_elle_est_la_part(numerateur: int | None, denominateur: int | None, attendu: str) -> None:
    assert part_des(numerateur, denominateur, CONVENTIONS) == attendu


@pytest.mark.parametrize(
    ("ecart", "attendu"),
    [
        (3.2, "3,2\u00a0points de plus"),
        (-1.0, "1,0\u00a0point de moins"),
        (-0.01, "autant"),
        (None, "un écart inconnu"),
    ],
)
def test_un_ecart_se_dit_en_plus_ou_en_moins(ecart: float | None, attendu: str) -> None:
    assert de_plus(ecart) == attendu


def test_deux_valeurs_ne_font_pas_un_classement() -> None:
    deux = {"le Var": 9.0, "le Gard": 5.0, "l'Ain": None}
    assert (rang(deux, "le Var"), en_tete(deux)) == ("non classé", "")


def test_la_tete_nomme_tous_les_ex_aequo_et_se_tait_si_tous_le_sont() -> None:
    assert en_tete({"le Var": 9.0, "le Gard": 5.0, "l'Ain": 5.0}) == "le Var"
    assert en_tete({"le Var": 9.0, "le Gard": 9.0, "l'Ain": 5.0}) == "le Var et le Gard, ex æquo"
    assert en_tete({"le Var": 9.0, "le Gard": 9.0, "l'Ain": 9.0}) == ""


def test_on_ne_compte_pas_plus_que_le_tout() -> None:
    for compter in (lambda: parmi(3, 2, EPCI, SIGNER), lambda: dont(2, -1, LOGEMENTS, "en QPV")):
        with pytest.raises(ErreurUsage, match="de 0 au tout"):
            compter()


def test_un_adjectif_s_accorde_en_genre_et_en_nombre() -> None:
    assert [CONVENTIONS.accorde(n, "signé") for n in (0, 1, 2)] == ["signée", "signée", "signées"]
    assert [EPCI.accorde(n, "soumis") for n in (1,)] == ["soumis"]


def test_ce_qui_est_refuse_n_est_pas_meme_ecrit() -> None:
    def ecrite() -> str:
        raise AssertionError("la phrase refusée a été écrite")

    assert dire(ecrite, Seuils(), Solidite("observe"), Solidite("secret")) == refus(Solidite("secret"), Seuils())


def test_les_reserves_de_deux_valeurs_se_disent_une_fois() -> None:
    fragile = Solidite("observe", maturite="revise", couverture=0.5)
    assert dire(lambda: "on attribue moins.", Seuils(), fragile, fragile) == (
        "On attribue moins (couverture partielle : 50\u202f% du parc ; valeur révisée)."
    )
    assert dire(lambda: "on attribue moins", Seuils(), Solidite("observe")) == "On attribue moins."


def test_la_solidite_se_lit_dans_la_mesure() -> None:
    mesure = {"statut": "observe", "denominateur": 12.0, "couverture": 0.9, "maturite": "provisoire"}
    assert Solidite.de_mesure(mesure, base="denominateur") == Solidite("observe", 12.0, 0.9, "provisoire")
    assert refus(Solidite.de_mesure(mesure), Seuils()) == ""


def test_les_exemples_de_la_notice_sont_vrais() -> None:
    assert doctest.testmod(francais).failed == 0
    assert doctest.testmod(francais).attempted > 10


def _nombres(phrase: str) -> list[int]:
    return [int(lu.replace("\u202f", "")) for lu in re.findall(r"\d[\d\u202f]*", phrase)]


@_ESSAIS
@given(st.integers(0, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_un_compte_se_relit_dans_sa_phrase(couple: tuple[int, int]) -> None:
    partie, total = couple
    phrase = parmi(partie, total, CONVENTIONS, ("est signée", "sont signées"))
    attendus = [] if total < 2 else [total] if partie in (0, 1, total) else [partie, total]
    assert _nombres(phrase) == attendus
    assert ("n'" in phrase) == (partie == 0)
    assert _nombres(dont(total, partie, LOGEMENTS, "loués")) == (
        [] if total == 0 else [total] if partie in (0, total) else [total, partie]
    )


@_ESSAIS
@given(st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from(["point", "logement"]), st.integers(0, 2))
def test_jamais_de_signe_devant_un_nombre_et_toujours_le_bon_mot(ecart: float, unite: str, decimales: int) -> None:
    sens, plus = evolution(ecart, unite, decimales), de_plus(ecart, unite, decimales)
    assert not re.search(r"[+−-]", sens + plus)
    arrondi = round(ecart, decimales)
    assert ("hausse" in sens, "baisse" in sens, sens == "stable") == (arrondi > 0, arrondi < 0, arrondi == 0)
    assert ("de plus" in plus, "de moins" in plus, plus == "autant") == (arrondi > 0, arrondi < 0, arrondi == 0)
    assert (f"{unite}s" in sens) == (abs(arrondi) >= 2)


@_ESSAIS
@given(st.floats(100, 1e9, allow_nan=False))
def test_un_ordre_de_grandeur_reste_a_un_vingtieme_pres(valeur: float) -> None:
    phrase = environ(valeur)
    (rond,) = _nombres(phrase)
    assert abs(rond - valeur) <= valeur / 20 + 1
    assert not (phrase.startswith("près") and rond < valeur)
    assert not (phrase.startswith("un peu plus") and rond > valeur)


@_ESSAIS
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.none() | st.integers(0, 4), min_size=1))
def test_un_rang_compte_ceux_qui_sont_devant(valeurs: dict[str, int | None]) -> None:
    presentes = sorted((v for v in valeurs.values() if v is not None), reverse=True)
    for cle, valeur in valeurs.items():
        dit = rang(valeurs, cle)
        if valeur is None or len(presentes) < 3:
            assert dit == "non classé"
        else:
            assert _nombres(dit) == [1 + presentes.index(valeur)]
            assert ("ex æquo" in dit) == (presentes.count(valeur) > 1)
