"""Toutes les figures de tous les carnets, aux deux profils : elles se lisent, ne débordent pas, ne sont pas vides."""

import polars as pl
import pytest
from atelier import Jouee, jouer, jouer_tout
from cadrage import debords, marques
from releve import introuvables

from bilan.figures import tableau
from bilan.figures.altair.rendu import Mise, specification
from bilan.figures.formes import CartesMultiples, Cercles, ChiffreCle, Choroplethe, Tableau
from bilan.figures.modele import Figure
from bilan.indicateurs.registre import INDICATEURS
from bilan.projet import Jeu, Projet
from bilan.referentiel.geometries import Fonds

pytestmark = [pytest.mark.lent]


@pytest.fixture(scope="module")
def projet(annee_mesuree: Projet) -> Projet:
    """Le projet entier, ses mesures faites et masquées pour le public ; on ne fait qu'y lire."""
    return annee_mesuree


@pytest.fixture(scope="module")
def jouees(projet: Projet) -> list[Jouee]:
    return list(jouer_tout(projet, par_maille=1))


def test_chaque_carnet_publie_des_figures_aux_deux_profils(projet: Projet, jouees: list[Jouee]) -> None:
    attendus = {(c.nom, jeu) for c in projet.collection.carnets for jeu in c.jeux}
    assert attendus == {(j.carnet, j.jeu) for j in jouees if j.profil == "interne"}
    assert {j.jeu for j in jouees if j.profil == "public"} == set(Jeu)


def test_les_nombres_d_une_lecture_sont_dans_sa_table(jouees: list[Jouee]) -> None:
    fautives = {f"{j} : {j.figure.lecture} → {manquent}" for j in jouees if (manquent := introuvables(j.figure))}
    assert not fautives, "\n".join(sorted(fautives))


def test_aucune_figure_n_est_vide_ni_rognee(projet: Projet, jouees: list[Jouee]) -> None:
    fonds = Fonds.ouvrir(projet.referentiel, region=projet.collection.region)
    fautives = []
    for jouee in {f"{j.figure.id} {j.territoire} {j.jeu} {j.profil}": j for j in jouees}.values():
        dessin = specification(jouee.figure, fonds, mise=Mise(autonome=True))
        fautives += [f"{jouee} : {texte}" for texte in debords(dessin)]
        muette = isinstance(jouee.figure.forme, Tableau | ChiffreCle) or jouee.figure.vide
        if not muette and not marques(dessin):
            fautives.append(f"{jouee} : rien n'est dessiné")
    assert not fautives, "\n".join(fautives)


def test_deux_colonnes_d_une_table_n_ont_jamais_le_meme_titre(jouees: list[Jouee]) -> None:
    titres = {str(j): [tableau.entete(colonne) for colonne in j.figure.colonnes] for j in jouees}
    assert {ou for ou, lus in titres.items() if len(set(lus)) < len(lus)} == set()


def test_un_volume_se_mesure_en_cercles_et_ne_se_colorie_jamais(jouees: list[Jouee]) -> None:
    cercles = {j.figure.id: j.figure for j in jouees if isinstance(j.figure.forme, Cercles)}
    coloriees = {j.figure.id: j.figure for j in jouees if isinstance(j.figure.forme, Choroplethe | CartesMultiples)}
    assert cercles and len(coloriees) >= 5
    assert {f.id for f in cercles.values() if _unites(f) != {"logements"}} == set()
    assert {f.id for f in coloriees.values() if "logements" in _unites(f)} == set()


def _unites(figure: Figure) -> set[str]:
    return {INDICATEURS[code].unite for code in figure.indicateurs}


def test_la_date_a_laquelle_se_comparer_se_choisit(projet: Projet) -> None:
    par_nom = {c.nom: c for c in projet.collection.carnets}
    lues = {
        figure.id: figure
        for nom, avant in (("20_cotation", "2024-02-28"), ("80_ce_qui_a_change", "2023-12-31"))
        for figure in jouer(projet, par_nom[nom], Jeu.DEMONSTRATION, "interne", "93", connu_le_avant=avant)
    }
    assert "entre le 8 février 2024 et le 31 décembre 2024" in lues["cotation-deux-arretes"].titre
    causes = lues["changements-causes"]
    assert "depuis l'état connu le 31 décembre 2023" in causes.sous_titre
    assert "la liste des quartiers prioritaires a changé" in causes.note
    assert causes.donnees.row(by_predicate=pl.col("genre") == "Valeurs révisées", named=True)["total"] is None
    assert "changements-valeurs" not in lues and lues["changements-livraisons"].donnees["nouvelles"].sum() > 0


def test_chaque_figure_dit_ce_que_l_on_savait_et_quand(jouees: list[Jouee]) -> None:
    assert [str(j) for j in jouees if "tel que connu le" not in j.figure.source] == []
