"""Les chiffres publiés : conformes au catalogue, sourcés ligne à ligne, et fidèles aux publications."""

import re
from datetime import date
from pathlib import Path

import dataframely as dy
import polars as pl
import pytest

from bilan.projet import Projet
from bilan.referentiel.acteurs import Acteurs
from bilan.tables.catalogue import CATALOGUE

PROJET = Projet.trouver(Path(__file__))
BORDEREAU = pl.read_csv(PROJET.publie / "livraisons.csv", separator=";", infer_schema=False)


def lire(fichier: str, nom: str) -> pl.DataFrame:
    lu = pl.read_csv(PROJET.publie / fichier, separator=";", infer_schema=False)
    dates = [colonne for colonne, genre in CATALOGUE[nom].columns().items() if isinstance(genre, dy.Date)]
    return CATALOGUE[nom].validate(lu.with_columns(pl.col(dates).str.to_date()), cast=True)


def table(nom: str) -> pl.DataFrame:
    return pl.concat([lire(f, nom) for f in BORDEREAU.filter(pl.col("table") == nom)["fichier"]])


@pytest.mark.parametrize(("fichier", "nom"), BORDEREAU.select("fichier", "table").rows())
def test_chaque_fichier_suit_le_schema_de_sa_table(fichier: str, nom: str) -> None:
    valide = lire(fichier, nom)
    assert valide.height > 0
    assert valide["source"].str.len_chars().min() > 10


def test_le_bordereau_nomme_tous_les_fichiers_et_eux_seuls() -> None:
    presents = {chemin.name for chemin in PROJET.publie.glob("*.csv")} - {"livraisons.csv"}
    assert set(BORDEREAU["fichier"]) == presents
    assert BORDEREAU.select("table", "emetteur", "periode").is_unique().all()


def test_rien_n_est_connu_avant_d_etre_arrete() -> None:
    assert all(
        date.fromisoformat(connue) >= date.fromisoformat(arrete)
        for arrete, connue in BORDEREAU.select("date_arrete", "date_connue").rows()
    )


def test_les_agrements_donnent_les_taux_publies() -> None:
    region = table("agrements").filter(
        (pl.col("territoire_gestion_code") == "93") & (pl.col("date_arrete") == pl.date(pl.col("annee"), 12, 31))
    )
    taux = dict(region.select("annee", (100 * pl.col("nb_agrees") / pl.col("objectif")).round(1)).rows())
    assert (taux[2022], taux[2023]) == (69.1, 60.9)


def test_les_memes_dates_disent_la_saison() -> None:
    region = table("agrements").filter(pl.col("territoire_gestion_code") == "93")
    points = dict(region.filter(pl.col("nb_agrees").is_not_null()).select("date_arrete", "nb_agrees").rows())
    assert points[date(2022, 9, 15)] == 600 and points[date(2023, 9, 15)] == 264 and points[date(2022, 12, 15)] == 6227


def test_les_departements_du_parc_font_la_region() -> None:
    parc = table("parc_rpls").filter(pl.col("annee") == 2025)
    departements = parc.filter(pl.col("niveau") == "departement")
    assert departements.height == 6 and parc.filter(pl.col("niveau") == "epci").height == 9
    region = parc.filter(pl.col("niveau") == "region")
    assert departements["nb_logements"].sum() == region["nb_logements"].item() == 347_610


def test_les_departements_de_la_demande_font_la_region() -> None:
    demandes = table("demandes_sne")
    region, departements = demandes.filter(pl.col("code") == "93"), demandes.filter(pl.col("code") != "93")
    assert departements["demandes_total"].sum() == region["demandes_total"].item() == 178_102


def test_les_trois_groupes_de_la_cotation_font_les_epci_soumis() -> None:
    reperes = dict(table("reperes").select("indicateur", "valeur").rows())
    groupes = [reperes[f"cotation_{groupe}"] for groupe in ("effective_ou_imminente", "prevue", "delai_plus_long")]
    assert groupes == [4, 15, 7] and sum(groupes) == reperes["epci_soumis"] == PROJET.collection.nombre_epci_soumis


def test_le_copil_declare_83_structures_dont_les_parties_font_82() -> None:
    declare = dict(table("copil_participation").select("categorie", "nb_structures").rows())
    assert declare.pop("ENSEMBLE") == 83
    assert sum(declare.values()) == 82


def test_les_inscrits_sont_ceux_que_reconnait_le_referentiel() -> None:
    inscrits = table("copil_inscrits").sort("rang")
    reconnues = Acteurs.ouvrir(PROJET.referentiel).identifier(inscrits["structure_telle_qu_ecrite"]).structures
    assert [s.nom for s in reconnues if s] == inscrits["structure"].to_list()
    assert [s.categorie for s in reconnues if s] == inscrits["categorie"].to_list()


def test_les_six_points_arbitres_ont_un_responsable() -> None:
    points = table("points_arbitres")
    assert points.height == 6
    troisieme = points.filter(pl.col("numero") == 3)
    assert troisieme.select("echeance", "responsable").row(0) == (date(2024, 3, 31), "Bailleurs")


def test_aucun_nom_de_personne_ni_adresse() -> None:
    civilites = re.compile(r"\b(?:M\.|Mme|Madame|Monsieur)\s|@")
    for chemin in PROJET.publie.iterdir():
        assert not civilites.search(chemin.read_text(encoding="utf-8")), chemin.name
