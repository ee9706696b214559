"""La trajectoire se lit contre la saison de l'année précédente dès qu'elle est connue."""

import jouet
import polars as pl
import pytest
from preuve_sql import connexion, ecarts

from bilan.indicateurs.calcul import calculer
from bilan.periode import Periode


@pytest.fixture(scope="module")
def deux_annees():
    """La région jouet, dont l'année 2023 a été la même que 2024."""
    flux = jouet.tables()["flux_bilan"]
    tables = jouet.tables() | {"flux_bilan": pl.concat([flux, flux.with_columns(pl.col("annee") - 1)])}
    periodes = tuple(Periode.lire(p) for p in ("2023", "2023T1", "2023T2", "2024", "2024T1", "2024T2"))
    contexte = jouet.contexte(periodes=periodes)
    return tables, contexte, calculer(tables, contexte, ["F5"])


def test_le_repere_est_la_part_de_l_an_passe_attribuee_a_la_meme_date(deux_annees):
    mesures = deux_annees[2].filter(
        (pl.col("territoire") == "99")
        & (pl.col("periode") == "2024T2")
        & (pl.col("modalite") == "ETAT_PRIO|SAISON_N_1")
    )
    # JOUET0001 : 8 + 1 sur 20 ; JOUET0002 : 3 sur 7 ; JOUET0003 n'a pas de bilan annuel et n'y entre pas.
    assert mesures.select("numerateur", "denominateur").row(0) == (12, 27)
    assert mesures["couverture"][0] == pytest.approx(280 / 330)


def test_une_annee_d_avant_le_flux_n_est_que_la_saison(deux_annees):
    tables, contexte, _ = deux_annees
    codes = ["N2", "F1", "B1", "T1"]
    avec, sans = (calculer(lues, contexte, codes) for lues in (tables, jouet.tables()))
    assert avec.filter(pl.col("periode").str.starts_with("2023") & (pl.col("statut") == "observe")).is_empty()
    assert avec.equals(sans)


def test_sans_annee_precedente_il_n_y_a_que_le_repere_lineaire():
    mesures = calculer(jouet.tables(), jouet.contexte(), ["F5"])
    assert set(mesures.filter(pl.col("ventilation") == "reference")["modalite"]) == {"LINEAIRE"}


def test_le_sql_retrouve_la_saison(deux_annees):
    tables, contexte, mesures = deux_annees
    assert ecarts(connexion(tables, contexte), "trajectoire", mesures).is_empty()
