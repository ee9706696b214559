"""La liste de relance : qui manque, du plus grand au plus petit, et ce que cela pèse."""

from collections.abc import Callable
from typing import Any

import polars as pl

from bilan.figures.sujets import Contexte, relance

PARC = pl.DataFrame(
    {"bailleur_siren": ["A", "B", "C"], "bailleur": ["Alpha", "Bêta", "Gamma"], "logements": [600, 20, 380]}
)


def _recus(mesurer: Callable[..., pl.DataFrame], **recus: int) -> pl.DataFrame:
    commun: dict[str, Any] = {"indicateur": "B1", "territoire_type": "bailleur", "denominateur": 1}
    return mesurer(*[commun | {"territoire": siren, "numerateur": recu} for siren, recu in recus.items()])


def test_les_plus_grands_manquants_viennent_d_abord(mesurer: Callable[..., pl.DataFrame], contexte: Contexte) -> None:
    figure = relance.a_relancer(_recus(mesurer, A=1, B=0, C=0), PARC, contexte)
    assert figure.donnees["bailleur"].to_list() == ["Gamma", "Bêta"]
    assert figure.titre.startswith("2 bailleurs")
    assert figure.note.replace("\u202f", " ") == (
        "1 bailleur fait 95 % du parc dont le bilan manque, soit 38,0 % du parc attendu."
    )


def test_sans_manquant_la_figure_le_dit(mesurer: Callable[..., pl.DataFrame], contexte: Contexte) -> None:
    figure = relance.a_relancer(_recus(mesurer, A=1, B=1, C=1), PARC, contexte)
    assert figure.donnees.is_empty()
    assert "Tous" in figure.vide


def test_le_parc_attendu_est_le_dernier_et_porte_les_noms_connus() -> None:
    parc = pl.DataFrame({"niveau": ["bailleur_commune"] * 3 + ["region"], "annee": [2024, 2024, 2023, 2024],
                         "bailleur_siren": ["A", "A", "A", None], "nb_logements": [10, 5, 99, 1000]})  # fmt: skip
    conventions = pl.DataFrame({"bailleur_siren": ["A"], "bailleur_nom": ["Alpha"]})
    assert relance.parc_attendu(parc, conventions).rows() == [("A", 15, "Alpha")]
    assert relance.parc_attendu(parc, conventions.clear()).rows() == [("A", 15, "SIREN A")]
