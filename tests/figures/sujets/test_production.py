"""Agréments : 60,9 % en 2023, 69,1 % en 2022, et jamais une courbe prolongée (domaine, § 4.5 et 7)."""

from collections.abc import Callable

import polars as pl
import pytest

from bilan.figures.sujets import Contexte, chiffres, production, production_cartes

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


def test_la_carte_montre_les_delegataires_connus_et_le_reste_des_departements(
    mesurer: Mesurer, contexte: Contexte
) -> None:
    gestion = {"indicateur": "P1", "territoire_type": "territoire_gestion", "periode": "2022"}
    p1 = mesurer(
        gestion | {"territoire": "200054807", "numerateur": 2046, "denominateur": 4950},
        gestion | {"territoire": "84", "numerateur": 600, "denominateur": 600},
    )
    assert production_cartes.derniere_annee(p1, contexte) == 2022
    figure = production_cartes.carte_des_territoires(p1, 2022, contexte)
    assert figure.titre == "En 2022, un seul des 2\u00a0territoires connus a atteint son objectif"
    lus = {code: tuple(reste) for code, *reste in figure.donnees.select("code", "classe", "absence").rows()}
    assert set(lus) == {"200054807", "04", "05", "06", "13", "83", "84"}
    assert lus["200054807"] == ("moins de 50\u202f%", None)
    assert lus["84"] == ("100\u202f% et plus", None)
    assert lus["13"] == (None, "non_transmis")


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
