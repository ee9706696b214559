"""Publics prioritaires : des bornes quand on ne sait pas, une cible qui ne se devine pas, une liste qui se nomme."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from bilan.figures.modele import Figure
from bilan.figures.sujets import Contexte, publics, publics_cartes, publics_reperes
from bilan.periode import Periode

Mesurer = Callable[..., pl.DataFrame]
Introuvables = Callable[[Figure], list[str]]
VAR = {"territoire_type": "departement", "territoire": "83"}
CASA, PAILLONS = "240600585", "240600593"


def _encadree(code: str, compte: float, haute: float, parmi: float, **lieu: str) -> list[dict[str, object]]:
    ici = {"indicateur": code, "denominateur": parmi, "attendus": 26, "repondants": 24, **lieu}
    bornes = [("basse", compte), ("haute", haute)]
    return [ici | {"numerateur": compte}] + [
        ici | {"ventilation": "borne", "modalite": nom, "numerateur": n} for nom, n in bornes
    ]


@pytest.fixture
def quartile(mesurer: Mesurer) -> pl.DataFrame:
    return mesurer(
        *_encadree("A1", 180, 240, 1000),
        *_encadree("A1", 15, 20, 100, **VAR),
        {"indicateur": "A0", "numerateur": 80, "denominateur": 1400},
        {"indicateur": "A1s", "numerateur": 1, "denominateur": 26},
        {"indicateur": "A1", "territoire_type": "epci", "territoire": CASA, "numerateur": 30, "denominateur": 100},
        {"indicateur": "A1e", "territoire_type": "epci", "territoire": CASA, "valeur": 5.0, "unite": "points"},
        {"indicateur": "A1", "territoire_type": "epci", "territoire": PAILLONS, "numerateur": 1, "denominateur": 4},
    )


def test_une_part_incertaine_se_lit_avec_sa_borne(
    quartile: pl.DataFrame, contexte: Contexte, introuvables: Introuvables
) -> None:
    figure = publics.premier_quartile(quartile, 25.0, contexte)
    assert figure.lecture.endswith("soit 18,0\u202f%, et au plus 24,0\u202f% selon les ressources inconnues.")
    assert "hors quartier prioritaire" in figure.lecture and introuvables(figure) == []
    var = figure.donnees.row(by_predicate=pl.col("lieu") == "Var", named=True)
    assert (var["valeur"], var["haute"]) == (15, 20)
    assert figure.donnees["absence"].to_list().count("non_transmis") == 5


def test_sans_ressource_inconnue_la_phrase_n_invente_pas_d_incertitude(mesurer: Mesurer, contexte: Contexte) -> None:
    figure = publics.quartiles_en_qpv(mesurer(*_encadree("A2", 60, 60, 100)), 50.0, contexte)
    assert "au plus" not in figure.lecture and "60,0\u202f%" in figure.titre


@pytest.mark.parametrize(("annee", "liste", "jamais"), [(2024, "Liste de 2024", "antérieure"), (2023, "Liste de 2015",
                                                                                               "postérieure")])
def test_chaque_figure_dit_sa_liste_de_quartiers(
    quartile: pl.DataFrame, contexte: Contexte, annee: int, liste: str, jamais: str
) -> None:
    ailleurs = replace(contexte, periode=Periode(annee))
    lues = quartile.with_columns(periode=pl.lit(str(annee)))
    for figure in (
        publics.premier_quartile(lues, 25.0, ailleurs),
        publics.dalo_en_qpv(lues.with_columns(indicateur=pl.lit("A4")).unique(subset=["territoire", "ventilation",
                                                                                      "modalite"]), ailleurs),
        publics_cartes.carte_premier_quartile(lues, ailleurs),
    ):
        assert liste in figure.note and jamais in figure.note


def test_la_carte_ne_juge_que_les_epci_soumis(
    quartile: pl.DataFrame, contexte: Contexte, introuvables: Introuvables
) -> None:
    figure = publics_cartes.carte_premier_quartile(quartile, contexte)
    par_siren = {ligne["epci_siren"]: ligne for ligne in figure.donnees.iter_rows(named=True)}
    assert par_siren[CASA]["classe"].startswith("25") and par_siren[PAILLONS]["absence"] == "sans_objet"
    assert par_siren[PAILLONS]["valeur"] is None
    assert figure.titre == "Un seul des 26\u00a0EPCI soumis atteint sa cible du premier quartile"
    assert introuvables(figure) == [] and "de plus que la cible" in figure.lecture


def test_un_petit_contingent_n_est_pas_juge(mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables) -> None:
    ici = {"ventilation": "reservataire"}
    mesures = mesurer(
        {"indicateur": "A3", "numerateur": 50, "denominateur": 161, "attendus": 26, "repondants": 26},
        *(
            ici | {"indicateur": code, "modalite": qui, "numerateur": n, "denominateur": sur}
            for code, qui, n, sur in (
                ("A3", "ETAT_PRIO", 40, 50), ("A3d", "ETAT_PRIO", 10, 50), ("A3", "ALS", 10, 100),
                ("A3", "REGION", 11, 11),
            )
        ),
    )
    figure = publics.contingents(mesures, 25.0, contexte)
    assert figure.titre.startswith("Publics prioritaires : un seul des 2\u00a0contingents atteint la cible de 25")
    assert "dont 20,0\u202f% de ménages DALO" in figure.lecture and introuvables(figure) == []


def test_un_croisement_non_transmis_laisse_ses_bornes(mesurer: Mesurer, contexte: Contexte) -> None:
    croisement = {"indicateur": "A4", "statut": "non_transmis"}
    bornes = _encadree("A4", 1, 80, 100)[1:]
    figure = publics.dalo_en_qpv(mesurer(croisement, *bornes), contexte)
    region = figure.donnees.row(-1, named=True)
    assert (region["valeur"], region["basse"], region["haute"]) == (None, 1, 80)
    assert figure.titre.startswith("Entre 1,0\u202f% et 80,0\u202f% des ménages DALO")


def test_les_reperes_publies_gardent_leur_annee(
    publie: Callable[[str], pl.DataFrame], contexte: Contexte, introuvables: Introuvables
) -> None:
    figure = publics_reperes.reperes_publies(publie("reperes_qpv_2024.csv"), contexte)
    assert figure.titre == "De 128 à 135\u00a0quartiers prioritaires" and introuvables(figure) == []
