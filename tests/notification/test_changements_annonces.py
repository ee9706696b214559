"""Le courriel dit ce qui a changé depuis l'édition comparée : des comptes, jamais un détail."""

from pathlib import Path

import polars as pl

from bilan.entrepot.changements import Comparaison, EntrepotChangements
from bilan.notification.message import changements as dire
from bilan.notification.releve import Releve, changements
from bilan.projet import Jeu, Projet


def test_les_changements_se_comptent_par_genre_toutes_causes_ensemble(tmp_path: Path) -> None:
    projet = Projet(tmp_path)
    comptes = {"statut|fait": 3, "statut|correction": 1, "livraison|fait": 5}
    EntrepotChangements(projet.entrepot, Jeu.REEL).ecrire(pl.DataFrame(), Comparaison("2024-12-31", comptes=comptes))
    phrase = changements(projet, Jeu.REEL).replace("\u00a0", " ")
    assert phrase == "depuis l'édition connue le 31 décembre 2024 : statuts d'EPCI, 4 ; fichiers livrés, 5"


def test_sans_rien_a_comparer_le_courriel_n_en_dit_rien(tmp_path: Path) -> None:
    assert changements(Projet(tmp_path), Jeu.REEL) == ""


def test_le_courriel_annonce_ce_qui_a_change_une_seule_fois(projet: Projet) -> None:
    avant = Releve("", "")
    apres = Releve("", "", changements={"reel": "depuis l'édition de l'hiver : statuts d'EPCI, 4"})
    annonce = "Chiffres publiés, depuis l'édition de l'hiver : statuts d'EPCI, 4."
    assert dire(projet.collection, avant, apres) == [annonce]
    assert dire(projet.collection, apres, apres) == ["aucun de ces chiffres ; les pages ou le code."]
