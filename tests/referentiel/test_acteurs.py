"""Les 132 inscriptions du COPIL du 8 février 2024 : 94 graphies, 85 structures (domaine, § 4.6)."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from bilan.erreurs import DonneesRefusees
from bilan.projet import Projet
from bilan.referentiel.acteurs import Acteurs, normaliser_nom

PROJET = Projet.trouver(Path(__file__))


@pytest.fixture(scope="module")
def acteurs() -> Acteurs:
    return Acteurs.ouvrir(PROJET.referentiel)


@pytest.fixture(scope="module")
def graphies() -> list[str]:
    inscrits = pl.read_csv(PROJET.publie / "copil_inscrits_2024.csv", separator=";", infer_schema=False)
    return inscrits["structure_telle_qu_ecrite"].to_list()


def test_les_132_inscriptions_donnent_85_structures(acteurs: Acteurs, graphies: list[str]) -> None:
    identification = acteurs.identifier(graphies)
    assert (len(graphies), len(set(graphies))) == (132, 94)
    assert identification.inconnues == ()
    assert len({structure.nom for structure in identification.structures if structure}) == 85


def test_le_compte_par_categorie_est_celui_de_la_liste(acteurs: Acteurs, graphies: list[str]) -> None:
    presentes = {structure for structure in acteurs.identifier(graphies).structures if structure}
    assert Counter(structure.categorie for structure in presentes) == {
        "BAILLEUR": 31, "EPCI": 25, "COMMUNE": 10, "DEPARTEMENT": 2, "AGENCE_URBANISME": 1, "ETAT": 11, "PILOTAGE": 5,
    }


@pytest.mark.parametrize(
    ("graphie", "code"),
    [
        ("CA Dracénie Provence Verdon Agglo", "248300493"),
        ("CA DRACENIE PROVENCE VERDON AGGLOMERATION", "248300493"),
        ("CA du Sisteronais-Buëch", "200068765"),
        ("CC Sisteronais Buech-Mairie de Sisteron", "200068765"),
        ("Grand Avignon", "248400251"),
        ("Commune de Sainte Maxime", "83115"),
        ("Ville de Marseille", "13055"),
    ],
)
def test_une_collectivite_est_reconnue_par_son_code(acteurs: Acteurs, graphie: str, code: str) -> None:
    structure = acteurs.reconnaitre(graphie)
    assert structure is not None
    assert structure.code == code


def test_la_casse_les_accents_et_les_traits_d_union_ne_comptent_pas() -> None:
    assert normaliser_nom("  ICF Habitat Sud-Est  MÉDITERRANÉE ") == normaliser_nom("ICF Habitat Sud Est Méditerranée")
    assert normaliser_nom("Cœur du Var") == normaliser_nom("COEUR DU VAR")


def test_deux_noms_proches_restent_deux_structures(acteurs: Acteurs) -> None:
    habitat, social = acteurs.reconnaitre("CDC HABITAT"), acteurs.reconnaitre("CDC Habitat Social")
    assert habitat is not None and social is not None
    assert habitat != social


def test_une_graphie_inconnue_est_relevee_avec_trois_propositions_et_jamais_acceptee(acteurs: Acteurs) -> None:
    identification = acteurs.identifier(["Erilia", "Treize Habitat", "Treize Habitat"])
    assert identification.structures[1] is None
    (inconnue,) = identification.inconnues
    assert len(inconnue.propositions) == 3
    assert "Treize Habitat" in str(inconnue) and "acteurs_alias.csv" in str(inconnue)


def test_un_alias_qui_designe_deux_structures_est_refuse(tmp_path: Path) -> None:
    (tmp_path / "acteurs.csv").write_text("nom;categorie;code\nErilia;BAILLEUR;\nLogirem;BAILLEUR;\n", encoding="utf-8")
    (tmp_path / "acteurs_alias.csv").write_text("graphie;structure\nERILIA;Logirem\n", encoding="utf-8")
    with pytest.raises(DonneesRefusees, match="désigne à la fois"):
        Acteurs.ouvrir(tmp_path)


def test_un_alias_vers_une_structure_absente_est_refuse(tmp_path: Path) -> None:
    (tmp_path / "acteurs.csv").write_text("nom;categorie;code\nErilia;BAILLEUR;\n", encoding="utf-8")
    (tmp_path / "acteurs_alias.csv").write_text("graphie;structure\n13H;13 Habitat\n", encoding="utf-8")
    with pytest.raises(DonneesRefusees, match="n'est pas dans acteurs"):
        Acteurs.ouvrir(tmp_path)
