"""Fiches d'un département et d'un bailleur : la région en repère, les EPCI qui ne s'emboîtent pas."""

from collections.abc import Callable

import polars as pl

from bilan.figures import tableau
from bilan.figures.modele import Figure
from bilan.figures.sujets import Contexte, departement, lieu

Mesurer = Callable[..., pl.DataFrame]
Introuvables = Callable[[Figure], list[str]]
HAUTES_ALPES = lieu.Lieu("departement", "05", "Hautes-Alpes")
OPH = lieu.Lieu("bailleur", "999000011", "OPH d'essai")
GAP = "200067825"


def _au(ou: lieu.Lieu) -> dict[str, str]:
    return {"territoire_type": ou.maille, "territoire": ou.code}


def test_chaque_indicateur_garde_sa_derniere_annee_connue(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    t2 = {"indicateur": "T2", "periode": "2021", "numerateur": 1}
    mesures = mesurer(t2 | {"valeur": 10.3} | _au(HAUTES_ALPES), t2 | {"valeur": 6.8})
    figure = lieu.comparaison(mesures, ("V1", "T2"), HAUTES_ALPES, contexte)
    assert figure.titre == "Hautes-Alpes : un seul des 2\u00a0indicateurs est connu"
    assert figure.lecture == "Mobilité dans le parc social, 2021 : 10,3\u202f% ; région, 6,8\u202f%."
    assert introuvables(figure) == [] and figure.donnees["ici"][0] == "n.d."


def test_un_bailleur_se_lit_a_cote_de_la_region(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    als = {"ventilation": "reservataire", "modalite": "ALS"}
    f3 = {"indicateur": "F3"} | als
    f1 = {"numerateur": 30, "denominateur": 25, "attendus": 1, "repondants": 1} | _au(OPH)
    mesures = mesurer(
        f3 | {"numerateur": 30, "denominateur": 40} | _au(OPH),
        f3 | {"numerateur": 30, "denominateur": 100},
        f1 | {"indicateur": "F1"},
        f1 | als | {"indicateur": "F1"},
        f1 | als | {"indicateur": "F2", "valeur": 5, "unite": "logements"},
    )
    parts = lieu.parts(mesures.filter(indicateur="F3"), OPH, contexte)
    assert parts.titre.endswith("75,0\u202f% des attributions ; région, 30,0\u202f%") and introuvables(parts) == []
    objectifs = lieu.objectifs(mesures, OPH, contexte)
    assert "soit 120,0\u202f%" in objectifs.lecture and introuvables(objectifs) == []
    assert "bailleurs" not in objectifs.note


def test_un_epci_a_cheval_figure_dans_chacun_de_ses_departements(
    mesurer: Mesurer, contexte: Contexte, introuvables: Introuvables
) -> None:
    gap = {"territoire_type": "epci", "territoire": GAP}
    n2 = mesurer({"indicateur": "N2", "numerateur": 12, "valeur": 12, "unite": "logements"} | gap)
    e5 = mesurer(
        {"indicateur": "E5", "ventilation": "etat_cotation", "modalite": "PREVUE", "numerateur": 1, "denominateur": 1}
        | gap
    )
    figure = departement.epci(e5, n2, HAUTES_ALPES, contexte)
    ligne = figure.donnees.row(by_predicate=pl.col("epci_siren") == GAP, named=True)
    assert (ligne["partage"], ligne["soumission"], ligne["attribues"]) == ("à cheval : 04, 05", "soumis", 12)
    assert figure.titre == "Hautes-Alpes : un seul des 9\u00a0EPCI est soumis à la réforme"
    assert "la somme des EPCI n'est pas celle du département" in figure.note and introuvables(figure) == []
    secret = n2.with_columns(numerateur=None, valeur=None, statut=pl.lit("secret"))
    masque = departement.epci(e5, secret, HAUTES_ALPES, contexte)
    assert tableau.lignes(masque)[masque.donnees["epci_siren"].to_list().index(GAP)][-1] == "s"
    voisin = departement.epci(e5, n2, lieu.Lieu("departement", "04", "Alpes-de-Haute-Provence"), contexte)
    assert GAP in voisin.donnees["epci_siren"].to_list()
