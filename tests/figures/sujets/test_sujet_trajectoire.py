"""Dans le temps : la trajectoire de l'année, la prévision des soustraits, le recul des calendriers."""

from collections.abc import Callable
from datetime import date

import polars as pl

from bilan.figures.modele import Figure
from bilan.figures.sujets import Contexte, glissements, trajectoire

Mesurer = Callable[..., pl.DataFrame]
Introuvables = Callable[[Figure], list[str]]


def test_la_saison_de_l_annee_precedente_l_emporte_sur_le_quart_par_trimestre(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    au_t2 = {"indicateur": "F5", "periode": "2024T2", "denominateur": 200, "repondants": 3, "attendus": 4}
    f5 = mesurer(
        au_t2 | {"numerateur": 80},
        au_t2 | {"numerateur": 100, "ventilation": "reference", "modalite": "LINEAIRE"},
        au_t2 | {"numerateur": 90, "ventilation": "reference", "modalite": "SAISON_N_1"},
    )
    figure = trajectoire.trajectoire(f5, contexte)
    assert figure.titre.endswith("40,0\u202f% de l'objectif de l'année : 5,0\u00a0points de moins que le repère")
    assert introuvables(figure) == []
    assert figure.note.endswith("Rupture de série du 2023-01-01 au 2024-12-31.")
    assert "Rupture" not in trajectoire.trajectoire(f5.head(2), contexte).note


def test_les_soustraits_se_comparent_a_leur_prevision(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    mesures = mesurer(
        {"indicateur": "F6", "numerateur": 12, "denominateur": 100},
        {"indicateur": "F6v", "numerateur": -2, "denominateur": 14, "repondants": 1, "attendus": 1},
        {"indicateur": "F6v", "ventilation": "categorie", "modalite": "VENTE", "numerateur": -2, "denominateur": 14},
    )
    figure = trajectoire.soustraits(mesures, contexte)
    assert figure.titre == "12,0\u202f% des logements libérés sont soustraits du flux, 2 de moins que prévu"
    assert "12 logements soustraits pour 14 prévus" in figure.lecture and introuvables(figure) == []


def test_un_calendrier_recule_ou_ne_recule_pas(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    jalon = {"indicateur": "E6g", "ventilation": "jalon", "denominateur": 4}
    recul = {"indicateur": "E6", "ventilation": "jalon|statistique", "unite": "jours"}
    mesures = mesurer(
        jalon | {"modalite": "CIA", "numerateur": 1},
        jalon | {"modalite": "COTATION", "numerateur": 0},
        recul | {"modalite": "CIA|maximum", "valeur": 120},
        recul | {"modalite": "CIA|mediane", "valeur": -3},
    )
    registre = pl.DataFrame({"date_arrete": [date(2023, 6, 30), date(2024, 6, 30), date(2025, 6, 30)]})
    figure = glissements.glissements(mesures, registre, contexte)
    assert figure.titre == "Un seul des 8\u00a0calendriers a reculé depuis l'arrêté précédent"
    # L'arrêté de 2025 est après la période : la comparaison porte sur les deux précédents.
    assert figure.note.endswith("Rupture de série du 2023-06-30 au 2024-06-30.")
    assert "Rupture" not in glissements.glissements(mesures, registre.head(1), contexte).note
    assert "1\u00a0date en recul sur 4\u00a0comparées, jusqu'à 120\u00a0jours" in figure.lecture
    assert introuvables(figure) == []
