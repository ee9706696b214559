"""Le catalogue : lu dans les métadonnées, et rejoué dès qu'un carnet change."""

from pathlib import Path

from bilan.carnets.catalogue import COLONNES, empreinte_des_carnets, lignes_du_catalogue
from bilan.carnets.cles_de_lecture import CATALOGUE
from bilan.carnets.fraicheur import raisons
from bilan.carnets.journal import Execution
from bilan.projet import Projet

PROJET = Projet.trouver(Path(__file__))


def test_le_catalogue_a_une_ligne_par_carnet_declare() -> None:
    lignes = lignes_du_catalogue(PROJET)
    assert [ligne["nom"] for ligne in lignes] == [c.nom for c in PROJET.collection.carnets]
    assert all(tuple(ligne) == COLONNES and ligne["objet"] for ligne in lignes)
    par_nom = {ligne["nom"]: ligne for ligne in lignes}
    fiche = par_nom["72_fiche_bailleur"]
    assert (fiche["repete"], fiche["jeux"]) == ("une fois par bailleur", "démonstration, profil interne")
    assert fiche["parametres"].endswith(", bailleur")


def test_un_carnet_modifie_fait_rejouer_le_catalogue() -> None:
    avant = Execution("reel/00_catalogue/93", "ok", lectures={CATALOGUE: "hier"})
    assert raisons(avant, {}, {CATALOGUE: empreinte_des_carnets(PROJET)}) == ["carnets de la collection modifiés"]
    assert raisons(avant, {}, {CATALOGUE: "hier"}) == []
