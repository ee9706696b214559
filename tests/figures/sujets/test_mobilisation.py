"""COPIL du 8 février 2024 : les nombres déclarés et comptés du domaine, § 4.6, tous deux visibles."""

from collections.abc import Callable

import polars as pl
import pytest

from bilan.figures.sujets import Contexte, chiffres, mobilisation
from bilan.figures.sujets.descriptions import en_phrase

Lire = Callable[[str], pl.DataFrame]


@pytest.fixture
def copil(publie: Lire) -> tuple[pl.DataFrame, pl.DataFrame]:
    return publie("copil_participation_2024.csv"), publie("copil_inscrits_2024.csv")


def test_declare_et_compte_se_lisent_cote_a_cote(copil: tuple[pl.DataFrame, ...], contexte: Contexte) -> None:
    figure = mobilisation.declare_et_compte(*copil, contexte)
    lus = {nom: (d, c) for nom, d, c in figure.donnees.select("libelle", "declare", "compte").iter_rows()}
    assert lus["Structures"] == (83, 85)
    assert lus["Bailleurs"] == (31, 31)
    assert lus["EPCI"] == (24, 25)
    assert lus["Communes"] == (9, 10)
    assert lus["Services de l'État"] == (10, 11)
    assert "132" in figure.titre and "83" in figure.titre and "85" in figure.titre
    assert "font 82" in figure.note and "EPCI, communes et services de l'État" in figure.note


def test_l_evolution_va_de_116_a_132_inscrits(copil: tuple[pl.DataFrame, ...], contexte: Contexte) -> None:
    figure = mobilisation.evolution(*copil, contexte)
    precedents = dict(figure.donnees.select("libelle", "precedent").iter_rows())
    assert precedents == {
        "Personnes inscrites": 116,
        "Structures": 75,
        "Bailleurs": 29,
        "EPCI": 21,
        "Services de l'État": 7,
    }
    assert "De 116 à 132" in figure.titre


def test_la_carte_montre_les_25_epci_presents_dont_trois_non_soumis(
    copil: tuple[pl.DataFrame, ...], contexte: Contexte
) -> None:
    figure = mobilisation.carte_presence(copil[1], contexte)
    assert figure.donnees.height == 52
    comptes = dict(figure.donnees.group_by("classe").len().iter_rows())
    assert comptes == {
        "Inscrit et soumis à la réforme": 22,
        "Inscrit, non soumis": 3,
        "Soumis, non inscrit": 4,
        None: 23,
    }
    assert "CC Coeur du Var" in figure.lecture


def test_les_six_points_gardent_responsable_et_echeance(publie: Lire, contexte: Contexte) -> None:
    figure = mobilisation.points_arbitres(publie("points_arbitres_2024.csv"), contexte)
    troisieme = figure.donnees.row(2, named=True)
    assert figure.donnees.height == 6
    assert (troisieme["responsable"], troisieme["echeance"], troisieme["etat"]) == (
        "Bailleurs",
        "31 mars 2024",
        "Validé",
    )


def test_le_chiffre_cle_des_structures_dit_les_deux_nombres(
    copil: tuple[pl.DataFrame, ...], contexte: Contexte
) -> None:
    figure = chiffres.structures_au_copil(*copil, contexte)
    assert figure.titre.startswith("85 structures") and "83" in figure.lecture


def test_un_sigle_garde_ses_capitales_dans_la_phrase() -> None:
    assert [en_phrase(nom) for nom in ("EPCI", "Communes", "État des lieux")] == ["EPCI", "communes", "État des lieux"]
