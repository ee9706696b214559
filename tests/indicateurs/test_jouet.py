"""Chaque formule, vérifiée à la main sur la région jouet : le calcul écrit est dans `jouet/attendu.csv`."""

from datetime import date
from fractions import Fraction

import jouet
import polars as pl
import pytest

from bilan.indicateurs.calcul import calculer
from bilan.indicateurs.registre import INDICATEURS
from bilan.projet import Projet
from bilan.referentiel.regles import Regles

CLE = ("indicateur", "territoire_type", "territoire", "ventilation", "modalite", "periode")


@pytest.fixture(scope="module")
def mesures():
    lignes = calculer(jouet.tables(), jouet.contexte())
    return {tuple(ligne[nom] for nom in CLE): ligne for ligne in lignes.iter_rows(named=True)}


@pytest.mark.parametrize("attendue", jouet.attendu(), ids=lambda ligne: "-".join(ligne[nom] for nom in CLE))
def test_la_mesure_est_celle_du_calcul_a_la_main(mesures, attendue):
    mesure = mesures[tuple(attendue[nom] for nom in CLE)]
    assert mesure["statut"] == attendue["statut"]
    for nom in ("numerateur", "denominateur", "valeur"):
        voulu = float(attendue[nom]) if attendue[nom] else None
        assert mesure[nom] == (voulu if voulu is None else pytest.approx(voulu, abs=1e-6)), nom
    couverture = float(Fraction(attendue["couverture"])) if attendue["couverture"] else None
    assert mesure["couverture"] == (couverture if couverture is None else pytest.approx(couverture)), "couverture"


def test_chaque_indicateur_a_au_moins_une_ligne_verifiee_a_la_main():
    verifies = {ligne["indicateur"] for ligne in jouet.attendu()}
    assert verifies == set(INDICATEURS)


def test_un_epci_n_a_jamais_l_objectif_d_un_departement(mesures):
    modalites = {cle[4] for cle in mesures if cle[0] in {"F1", "F2"} and cle[1] == "epci"}
    assert modalites == {"COMMUNE", "EPCI"}


def test_les_mesures_sont_triees_et_reproductibles():
    une, autre = (calculer(jouet.tables(), jouet.contexte()) for _ in range(2))
    assert une.equals(autre)
    assert une.equals(une.sort("indicateur", *CLE[1:]))


def test_un_trimestre_reste_provisoire_tant_que_le_bilan_annuel_manque(mesures):
    cle = ("N2", "epci", "900000001", "ensemble", "ensemble", "2024T2")
    assert mesures[cle]["maturite"] == "definitif"  # ses deux bailleurs ont rendu leur bilan annuel
    assert mesures[("N2", "region", "99", "ensemble", "ensemble", "2024T2")]["maturite"] == "provisoire"


def test_on_relit_ce_que_l_on_savait_avant_que_les_regles_existent():
    regles = Regles.ouvrir(Projet.trouver().referentiel)
    anciennes = calculer(jouet.tables(), jouet.contexte(connu_le=date(2024, 2, 7), regles=regles))
    v1 = anciennes.filter((pl.col("indicateur") == "V1") & (pl.col("territoire_type") == "region"))
    assert set(v1["statut"]) == {"non_transmis"}


def test_un_jeu_sans_livraison_donne_des_mesures_non_transmises_et_jamais_zero():
    sans_flux = {nom: table for nom, table in jouet.tables().items() if nom in {"reperes", "agrements"}}
    mesures = calculer(sans_flux, jouet.contexte())
    n2 = mesures.filter((pl.col("indicateur") == "N2") & (pl.col("territoire_type") == "region"))
    assert n2.height > 0
    assert n2["statut"].unique().to_list() == ["non_transmis"]
