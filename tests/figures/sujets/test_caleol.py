"""CALEOL : des comptes, qui a répondu, et des bailleurs que seule l'édition interne nomme."""

from collections.abc import Callable

import polars as pl

from bilan.figures.modele import Figure
from bilan.figures.sujets import Contexte, caleol

Mesurer = Callable[..., pl.DataFrame]
Introuvables = Callable[[Figure], list[str]]


def _suivi(code: str, compte: float, parmi: float, **autres: object) -> dict[str, object]:
    ici = {"indicateur": code, "numerateur": compte, "denominateur": parmi, "repondants": 3, "attendus": 4}
    return ici | {"couverture": 0.9} | autres


def test_les_examens_citent_le_departement_le_plus_bas(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    la = {"territoire_type": "departement"}
    c1 = mesurer(
        _suivi("C1", 70, 100), _suivi("C1", 50, 60, territoire="84", **la), _suivi("C1", 20, 40, territoire="06", **la)
    )
    figure = caleol.examens(c1, contexte)
    assert "dans les Alpes-Maritimes : 20" in figure.lecture and introuvables(figure) == []
    assert "3 sur 4 bailleurs ont répondu, soit 90,0\u202f% du parc" in figure.note
    assert figure.donnees["absence"].to_list().count("non_transmis") == 4


def test_le_cumul_suit_les_trimestres(mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables) -> None:
    c1 = mesurer(*(_suivi("C1", 10 * t, 20 * t, periode=f"2024T{t}") for t in (1, 2, 3)), _suivi("C1", 99, 99))
    figure = caleol.cumul(c1, contexte)
    assert figure.titre == "30\u00a0ménages examinés depuis le 1er janvier au T3 2024"
    assert figure.donnees.height == 6 and introuvables(figure) == []


def test_les_relogements_se_rapportent_aux_situations(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    c1r = mesurer(
        _suivi("C1r", 4, 100), _suivi("C1r", 3, 80, territoire_type="departement", territoire="13")
    )
    figure = caleol.relogements(c1r, contexte)
    assert figure.titre == "4 relogements pour 100 situations d'inadaptation repérées"
    assert "dans les Bouches-du-Rhône, 3" in figure.lecture.lower().replace("bouches-du-rhône", "Bouches-du-Rhône")
    assert introuvables(figure) == []


def test_chaque_bailleur_porte_son_nom(mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables) -> None:
    ici = {"ventilation": "bailleur"}
    c1 = mesurer(_suivi("C1", 5, 5, modalite="1", **ici), _suivi("C1", 1, 4, modalite="2", **ici))
    figure = caleol.bailleurs(c1, {"1": "OPH Un", "2": "OPH Deux"}, contexte)
    assert figure.titre == "Un seul des 2\u00a0bailleurs a examiné toutes les occupations à examiner"
    assert figure.lecture.startswith("OPH Deux : 1 ") and introuvables(figure) == []
