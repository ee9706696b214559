"""Le français des chiffres aux bords : rien, zéro, un, deux, négatif, arrondi."""

from datetime import date

import pytest

from bilan import francais


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendu"),
    [(12098, 0, "12\u202f098"), (None, 0, "n.d."), (float("nan"), 1, "n.d."), (-0.04, 1, "0,0"), (-3.25, 1, "−3,2"),
     (60.89, 1, "60,9")],
)  # fmt: skip
def test_un_nombre(valeur: float | None, decimales: int, attendu: str) -> None:
    assert francais.nombre(valeur, decimales) == attendu


def test_un_ecart_de_taux_se_dit_en_points() -> None:
    assert [francais.points(v) for v in (3.2, -1.0, 0.0, None)] == [
        "+3,2\u00a0points",
        "−1,0\u00a0point",
        "0,0\u00a0point",
        "n.d.",
    ]


def test_le_pluriel_commence_a_deux() -> None:
    assert [francais.compter(n, "logement") for n in (0, 1, 2)] == [
        "0\u00a0logement",
        "1\u00a0logement",
        "2\u00a0logements",
    ]


def test_le_premier_du_mois() -> None:
    assert francais.date_longue(date(2026, 1, 1)) == "1er janvier 2026"
    assert francais.date_longue(date(2026, 1, 11)) == "11 janvier 2026"
    assert francais.date_courte(date(2026, 3, 31)) == "31/03/2026"


def test_une_enumeration() -> None:
    assert [francais.enumerer(e) for e in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a et b", "a, b et c"]


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [(720.0, "720"), (264.12, "264,1"), (14073.0, "14\u202f073"), (2.96, "3,0"), (0.04, "0,0"), (None, "n.d."),
     (-3.0, "\u22123"), (0, "0")],
)  # fmt: skip
def test_un_nombre_sans_decimale_inutile(valeur: float | None, attendu: str) -> None:
    assert francais.au_plus(valeur) == attendu
