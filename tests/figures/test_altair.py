"""Chaque forme a sa spécification : valide pour Altair, la même à chaque fois, et rien n'y est perdu."""

import json

import exemples
import polars as pl
import pytest
from syrupy.assertion import SnapshotAssertion

from bilan.erreurs import ErreurUsage
from bilan.figures import formes, palettes
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.altair.rendu import Mise, graphique, specification
from bilan.figures.modele import Colonne


def _textes(spec: dict) -> str:
    ecrits = (v["t"] for couche in spec["layer"] for v in couche["data"]["values"] if couche["mark"]["type"] == "text")
    return " ".join(t if isinstance(t, str) else " ".join(t) for t in ecrits)


def _spec(figure, **mise) -> dict:
    carte = isinstance(figure.forme, formes.Carte)
    return specification(figure, exemples.fonds() if carte else None, "../", Mise(base_liens="../", **mise))


@pytest.mark.parametrize("faire", exemples.TOUTES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("largeur", [None, 340])
def test_chaque_forme_est_la_meme_a_chaque_rendu(faire, largeur) -> None:
    premiere, seconde = (json.dumps(_spec(faire(), largeur=largeur)) for _ in range(2))
    assert premiere == seconde


@pytest.mark.parametrize("faire", exemples.TOUTES[:-3], ids=lambda f: f.__name__)
def test_chaque_forme_est_valide_pour_altair(faire) -> None:
    assert graphique(faire()).to_dict(validate=False)["description"] == "Douze EPCI sur vingt-six."


@pytest.mark.parametrize("faire", exemples.TOUTES, ids=lambda f: f.__name__)
def test_une_image_fictive_ou_provisoire_le_dit(faire) -> None:
    figure = faire()
    object.__setattr__(figure, "fictif", True)
    object.__setattr__(figure, "maturite", "provisoire")
    ecrit = _textes(_spec(figure))
    assert "Données fictives" in ecrit
    assert "(p)" in ecrit


def test_l_image_seule_porte_ses_textes_et_celle_de_la_page_non() -> None:
    figure = exemples.barres()
    assert figure.titre in _textes(_spec(figure, autonome=True))
    assert f"Source : {figure.source}" in _textes(_spec(figure, autonome=True))
    assert "Douze" not in _textes(_spec(figure))


def test_une_barre_absente_porte_son_signe_et_zero_reste_zero() -> None:
    ecrit = _textes(_spec(exemples.barres()))
    for attendu in ("100,0\u202f%", "0,0\u202f%", " s ", "n.d.", "Objectif légal : 25 %"):
        assert attendu in f"{ecrit} "


def test_un_repere_ne_barre_pas_la_valeur_d_une_barre() -> None:
    donnees = pl.DataFrame({"nom": ["loin", "juste dessous", "au-dessus"], "taux": [50.0, 97.0, 110.0]})
    forme = formes.Barres("nom", "taux", "pourcent", formes.Reference(100.0, "Objectif"))
    colonnes = (Colonne("nom", "Nom"), Colonne("taux", "Taux", "pourcent"))
    spec = _spec(exemples.figure("repere", forme, donnees, colonnes))
    ecrits = {
        v["t"]: (c["mark"]["align"], c["mark"]["color"], v["x"])
        for c in spec["layer"] if c["mark"]["type"] == "text" for v in c["data"]["values"]
    }
    assert ecrits["50,0\u202f%"][0] == ecrits["110,0\u202f%"][0] == "left"
    ancre, couleur, bout = ecrits["97,0\u202f%"]
    trait = next(c for c in spec["layer"] if c["mark"].get("strokeDash"))["data"]["values"][0]["x"]
    assert (ancre, couleur) == ("right", palettes.BLANC) and bout < trait


def test_un_long_texte_ne_prend_pas_la_place_des_autres_colonnes_d_un_tableau() -> None:
    long = "Ce que reçoit chaque réservataire, rapporté à ce que promettent les conventions signées. " * 3
    donnees = pl.DataFrame({"carnet": ["30_flux"], "objet": [long], "jeux": ["chiffres publiés, démonstration"]})
    colonnes = tuple(Colonne(nom, nom.capitalize()) for nom in donnees.columns)
    spec = _spec(exemples.figure("tableau-long", formes.Tableau(), donnees, colonnes), largeur=700)
    debuts = {v["t"]: v["x"] for c in spec["layer"] if c["mark"]["type"] == "text" for v in c["data"]["values"]
              if isinstance(v["t"], str)}  # fmt: skip
    assert debuts["chiffres publiés, démonstration"] + largeur_texte("chiffres publiés, démonstration") <= 700
    assert debuts["Jeux"] - debuts["Objet"] > 300


def test_une_figure_vide_dit_pourquoi() -> None:
    assert "Aucun bailleur n'a transmis de bilan." in _textes(_spec(exemples.vide()))


def test_une_valeur_manquante_coupe_la_courbe() -> None:
    trace = next(c for c in _spec(exemples.courbe())["layer"] if c["mark"]["type"] == "line")
    assert len({v["t"] for v in trace["data"]["values"]}) == 2


def test_une_etape_sans_date_est_nommee_a_part() -> None:
    assert "Sans date" in _textes(_spec(exemples.frise()))


def test_une_serie_que_la_forme_n_annonce_pas_est_refusee() -> None:
    figure = exemples.empilees()
    object.__setattr__(figure, "forme", formes.BarresEmpilees("document", "statut", "epci", ("adopté",), "avancement"))
    with pytest.raises(ErreurUsage, match="en cours"):
        _spec(figure)


def test_un_libelle_se_replie_sans_rien_perdre() -> None:
    nom = "CC du Pays des Sorgues et des Monts de Vaucluse"
    lignes = couper(nom, 120)
    assert " ".join(lignes) == nom
    assert max(largeur_texte(ligne) for ligne in lignes) <= 120


def test_une_ponctuation_haute_ne_commence_pas_une_ligne() -> None:
    texte = "le premier quartile de ressources ; la conférence : obligatoire"
    for largeur in range(60, 400, 7):
        assert not [ligne for ligne in couper(texte, largeur) if ligne.startswith((";", ":"))]


def test_dans_un_tableau_la_decision_longue_a_plus_de_place_que_le_responsable() -> None:
    donnees = pl.DataFrame({"n": ["1"], "quoi": ["recueillir les calendriers " * 12], "qui": ["les bailleurs " * 4]})
    colonnes = (Colonne("n", "N°"), Colonne("quoi", "Décision"), Colonne("qui", "Responsable"))
    spec = _spec(exemples.figure("points", formes.Tableau(), donnees, colonnes))
    par_titre = {
        valeur["t"] if isinstance(valeur["t"], str) else valeur["t"][0]: valeur["x"]
        for couche in spec["layer"] if couche["mark"]["type"] == "text" for valeur in couche["data"]["values"]
    }  # fmt: skip
    fin = spec["width"]
    assert (par_titre["Responsable"] - par_titre["Décision"]) > 1.5 * (fin - par_titre["Responsable"])


@pytest.mark.parametrize("faire", [exemples.barres, exemples.points], ids=lambda f: f.__name__)
def test_la_specification_ne_bouge_pas(faire, snapshot: SnapshotAssertion) -> None:
    spec = _spec(faire())
    assert {**spec, "config": "…"} == snapshot


def test_une_absence_tient_sa_place_a_droite_des_points() -> None:
    assert "n.d. / 31" in _textes(_spec(exemples.points()))


def test_une_table_refuse_une_carte_sans_fonds() -> None:
    with pytest.raises(ErreurUsage, match="fonds"):
        specification(exemples.carte())
    assert isinstance(exemples.table_des_epci(), pl.DataFrame)
