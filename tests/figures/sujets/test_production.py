"""Agréments : 60,9 % en 2023, 69,1 % en 2022, et jamais une courbe prolongée (domaine, § 4.5 et 7)."""

from collections.abc import Callable

import polars as pl
import pytest

from bilan.figures.sujets import Contexte, chiffres, production

Mesurer = Callable[..., pl.DataFrame]


@pytest.fixture
def annees(mesurer: Mesurer) -> pl.DataFrame:
    return mesurer(
        {"indicateur": "P1n", "periode": "2022", "numerateur": 8354, "denominateur": 12098, "valeur": 8354},
        {"indicateur": "P1n", "periode": "2023", "numerateur": 6698, "denominateur": 11000, "valeur": 6698},
        {"indicateur": "P1n", "periode": "2023T3", "numerateur": 264, "denominateur": 11000, "valeur": 264},
        {"indicateur": "P1n", "periode": "2024", "denominateur": 9000, "statut": "non_transmis"},
    )


def test_le_titre_dit_la_derniere_annee_dont_le_taux_est_connu(annees: pl.DataFrame, contexte: Contexte) -> None:
    figure = production.par_annee(annees, contexte)
    assert figure.titre == "6\u202f698 logements agréés en 2023, 60,9\u202f% de l'objectif"
    assert figure.donnees["annee"].to_list() == ["2022", "2023", "2024"]
    assert figure.donnees["taux"].round(1).to_list() == [69.1, 60.9, None]


def test_les_territoires_de_2022_vont_de_41_a_62_pour_cent(mesurer: Mesurer, contexte: Contexte) -> None:
    gestion = {"indicateur": "P1", "territoire_type": "territoire_gestion", "periode": "2022"}
    p1 = mesurer(
        gestion | {"territoire": "200054807", "numerateur": 2046, "denominateur": 4950},
        gestion | {"territoire": "200030195", "numerateur": 1063, "denominateur": 1721},
        gestion | {"territoire": "241300417", "numerateur": 98, "denominateur": 173},
    )
    figure = production.par_territoire(p1, 2022, contexte)
    assert figure.id == "production-territoires-n2"
    assert figure.donnees["taux"].round().to_list() == [62, 57, 41]
    assert figure.donnees["territoire"][0] == "Métropole Nice Côte d'Azur"


def test_la_meme_date_de_deux_annees_se_compare(publie: Callable[[str], pl.DataFrame], contexte: Contexte) -> None:
    fichiers = ("2022_septembre", "2022_decembre", "2022", "2023_septembre", "2023")
    agrements = pl.concat([publie(f"agrements_{nom}.csv") for nom in fichiers], how="vertical_relaxed")
    figure = production.a_meme_date(agrements, contexte)
    assert figure.titre == "Au 15 septembre 2023, 264\u00a0logements agréés, contre 600 un an plus tôt"
    assert "6\u202f227 au 15 décembre 2022" in figure.lecture
    assert "on ne prolonge jamais" in figure.note


def test_le_chiffre_cle_prend_la_derniere_annee_connue(mesurer: Mesurer, contexte: Contexte) -> None:
    p1 = mesurer(
        {"indicateur": "P1", "periode": "2023", "numerateur": 6698, "denominateur": 11000},
        {"indicateur": "P1", "periode": "2024", "denominateur": 9000, "statut": "non_transmis"},
    )
    figure = chiffres.chiffre(p1, "P1", contexte)
    assert figure.titre == "60,9\u202f% de l'objectif d'agréments atteint"
    assert figure.donnees["periode"].item() == "2023"
