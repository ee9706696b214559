"""Suivi du COPIL : ce que les registres disent d'une décision, et rien d'inventé quand aucun ne la mesure."""

from collections.abc import Callable

import polars as pl

from bilan.figures.modele import Figure
from bilan.figures.sujets import Contexte, catalogue, suivi_copil

Mesurer = Callable[..., pl.DataFrame]
Introuvables = Callable[[Figure], list[str]]


def test_les_chiffres_publies_ne_mesurent_que_la_cotation(
    mesurer: Mesurer, publie: Callable[[str], pl.DataFrame], contexte: Contexte, introuvables: Introuvables
) -> None:
    groupe = {"ventilation": "etat_cotation", "modalite": "EFFECTIVE_OU_IMMINENTE"}
    mesures = mesurer(
        {"indicateur": "E5", "numerateur": 4, "denominateur": 26} | groupe,
        {"indicateur": "V1", "statut": "non_transmis"},
    )
    figure = suivi_copil.suivi(publie("points_arbitres_2024.csv"), mesures, contexte)
    assert figure.titre == "Un seul des 6\u00a0points arbitrés se mesure dans un registre"
    assert figure.lecture == "Point 2, cotation : 4 sur 26 EPCI soumis ont une cotation effective ou imminente."
    assert introuvables(figure) == []
    assert figure.donnees["delai"].to_list() == ["échu", "échu", "échu", "échu", "sans date", "sans date"]


def test_une_cotation_en_service_l_emporte_sur_le_groupe_publie(
    mesurer: Mesurer, publie: Callable[[str], pl.DataFrame], contexte: Contexte
) -> None:
    mesures = mesurer(
        {"indicateur": "E5", "numerateur": 9, "denominateur": 26},
        {"indicateur": "V1", "numerateur": 480, "denominateur": 687},
        {"indicateur": "B1", "numerateur": 27, "denominateur": 30},
    )
    figure = suivi_copil.suivi(publie("points_arbitres_2024.csv"), mesures, contexte)
    dits = dict(figure.donnees.select("sujet", "mesure").iter_rows())
    assert dits["Cotation"] == "9 sur 26 EPCI soumis ont leur cotation en service"
    assert dits["Gestion en flux"] == "480 sur 687 conventions attendues sont signées"
    assert dits["Chantiers 2024"] == "27 sur 30 bailleurs ont remis leur bilan"
    assert dits["Référentiel régional"] is None


def test_la_lecture_d_un_point_garde_les_capitales_d_un_sigle(
    mesurer: Mesurer, publie: Callable[[str], pl.DataFrame], contexte: Contexte
) -> None:
    points = publie("points_arbitres_2024.csv").head(1).with_columns(sujet=pl.lit("CALEOL de l'État"))
    mesures = mesurer({"indicateur": "C1", "numerateur": 3, "denominateur": 4})
    assert "Point 1, CALEOL de l'État : 3 sur 4" in suivi_copil.suivi(points, mesures, contexte).lecture


def test_le_catalogue_dit_ce_qui_est_repete(contexte: Contexte, introuvables: Introuvables) -> None:
    ligne = {"objet": "", "parametres": "jeu", "jeux": "", "mesures": "", "figures": 1.0}
    lignes = [
        ligne | {"nom": "20_cotation", "repete": "une fois", "page": "cotation"},
        ligne | {"nom": "70_fiche_epci", "repete": "une fois par EPCI", "page": "epci/{territoire}"},
    ]
    figure = catalogue.carnets(pl.DataFrame(lignes), contexte)
    assert figure.titre == "2\u00a0carnets, dont 1 répété par territoire" and introuvables(figure) == []
