"""Chaque indicateur, refait par du SQL : même chiffre, pour chaque territoire, chaque modalité, chaque période."""

import jouet
import polars as pl
import pytest
from preuve_sql import REQUETES, connexion, ecarts

from bilan.indicateurs.calcul import calculer
from bilan.indicateurs.rapports import CLE
from bilan.indicateurs.registre import INDICATEURS


@pytest.fixture(scope="module")
def jouet_en_sql():
    return connexion(jouet.tables(), jouet.contexte()), calculer(jouet.tables(), jouet.contexte())


@pytest.fixture(scope="module")
def demonstration_en_sql(demonstration):
    sources = {nom: livraisons or None for nom, livraisons in demonstration.parquets.items()}
    journal = {"livraisons": demonstration.tables["livraisons"]}
    return connexion(sources | journal, demonstration.contexte), demonstration.mesures


@pytest.mark.parametrize("requete", REQUETES)
def test_le_sql_retrouve_chaque_mesure_de_la_region_jouet(jouet_en_sql, requete):
    base, mesures = jouet_en_sql
    differences = ecarts(base, requete, mesures)
    assert differences.is_empty(), differences


@pytest.mark.lent
@pytest.mark.parametrize("requete", REQUETES)
def test_le_sql_retrouve_chaque_mesure_de_l_annee_de_demonstration(demonstration_en_sql, requete):
    base, mesures = demonstration_en_sql
    differences = ecarts(base, requete, mesures)
    assert differences.is_empty(), differences


def test_un_indicateur_sans_sa_preuve_en_sql_fait_echouer_la_suite(jouet_en_sql):
    base, mesures = jouet_en_sql
    decales = mesures.with_columns(pl.col("numerateur", "denominateur", "valeur") + 1)
    vus = set().union(*(ecarts(base, requete, decales)["indicateur"] for requete in REQUETES))
    assert vus == set(INDICATEURS)


@pytest.mark.parametrize("requete", REQUETES)
def test_la_preuve_voit_une_mesure_fausse_ou_manquante(jouet_en_sql, requete):
    base, mesures = jouet_en_sql
    vues = ecarts(base, requete, mesures.with_columns(pl.col("valeur") * (1 + 1e-6)))
    famille = ["indicateur", "territoire_type", "ventilation"]
    une = vues.filter(pl.len().over(famille) == pl.len().over(famille).max()).head(1)
    amputees = mesures.join(une, on=["indicateur", *CLE], how="anti")
    assert (vues.height > 1, ecarts(base, requete, amputees).height) == (True, 1)
