"""Les commandes de l'analyste : interroger sans pouvoir écrire, faire et vérifier un carnet."""

import json
from datetime import date
from pathlib import Path

import papermill
import polars as pl
import pytest
from click.testing import CliRunner
from tests.poche import COLLECTION

from bilan.carnets.cellules import lire_document
from bilan.carnets.contrat import ContratCarnet
from bilan.carnets.squelette import creer, manques
from bilan.cli.affichage import montrer
from bilan.cli.analyse import carnet, sante, sql
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.sql import Interrogation
from bilan.erreurs import AlerteSante, ErreurUsage
from bilan.projet import Jeu, Projet

RACINE = Path(__file__).parents[2]
MESURE = {
    "jeu": "demonstration", "indicateur": "F3", "territoire_type": "region", "territoire": "93",
    "ventilation": "reservataire", "modalite": "ETAT_PRIO", "periode": "2024", "numerateur": 30.0,
    "denominateur": 100.0, "valeur": 30.0, "unite": "%", "statut": "observe", "couverture": 1.0, "repondants": 3,
    "attendus": 3, "maturite": "definitif",
}  # fmt: skip


@pytest.fixture
def projet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Projet:
    (tmp_path / "collection.toml").write_text(COLLECTION, encoding="utf-8")
    monkeypatch.setenv("BILAN_RACINE", str(tmp_path))
    projet = Projet(tmp_path)
    EntrepotMesures(projet.entrepot, Jeu.DEMONSTRATION).ecrire(pl.DataFrame([MESURE]))
    return projet


def test_une_requete_lit_les_mesures(projet: Projet) -> None:
    lues = Interrogation(projet, Jeu.DEMONSTRATION).lire("SELECT territoire, valeur FROM mesures")
    assert lues.rows() == [("93", 30.0)]


def test_une_table_sans_livraison_se_lit_vide_et_avec_ses_colonnes(projet: Projet) -> None:
    lues = Interrogation(projet, Jeu.DEMONSTRATION, date(2025, 1, 1)).lire("SELECT * FROM flux_bilan")
    assert lues.is_empty() and "logements_attribues" in lues.columns


@pytest.mark.parametrize(
    "requete",
    ["CREATE TABLE a AS SELECT 1", "DROP VIEW mesures", "COPY (SELECT 1) TO '{}/x.csv'", "DELETE FROM mesures",
     "ATTACH '{}/x.duckdb'", "SELECT 1; SELECT 2", "SELECT * FROM read_csv('{}/collection.toml')"],
)  # fmt: skip
def test_rien_ne_s_ecrit_et_aucun_fichier_ne_se_lit(projet: Projet, requete: str) -> None:
    avant = sorted(projet.racine.rglob("*"))
    with pytest.raises(ErreurUsage):
        Interrogation(projet, Jeu.DEMONSTRATION).lire(requete.format(projet.racine))
    assert sorted(projet.racine.rglob("*")) == avant


def test_une_table_inconnue_propose_les_plus_proches(projet: Projet) -> None:
    with pytest.raises(ErreurUsage, match=r"« flux_bilans » n'existe pas .* flux_bilan"):
        Interrogation(projet, Jeu.DEMONSTRATION).lire("SELECT * FROM flux_bilans")


@pytest.mark.parametrize(
    ("requete", "dit"),
    [("SELECT valeu FROM mesures", "La colonne « valeu » n'existe pas ; les plus proches : valeur"),
     ("SELECT m.valeu FROM mesures m", "La colonne « valeu » n'existe pas ; les plus proches : valeur"),
     ('SELECT 1 FROM mesures WHERE indicateur = "F3"', "s'écrit entre apostrophes ('F3')"),
     ("SELEC 1", "ne se lit pas à partir de « SELEC »"),
     ("SELECT indicateur, count(*) FROM mesures", "ajoutez-la à GROUP BY"),
     ("SELECT moyenne(1)", "La fonction « moyenne » n'existe pas"),
     ("SELECT 1 / 0 :: TIMESTAMP", "d'après ce que dit DuckDB")],
)  # fmt: skip
def test_une_requete_fautive_se_corrige_d_apres_une_phrase(projet: Projet, requete: str, dit: str) -> None:
    with pytest.raises(ErreurUsage) as refus:
        Interrogation(projet, Jeu.DEMONSTRATION).lire(requete)
    assert dit in refus.value.message and "\n" not in refus.value.message


@pytest.mark.usefixtures("projet")
def test_la_commande_ecrit_une_table_ou_un_csv() -> None:
    requete = "SELECT territoire, valeur, repondants, 2024 AS annee FROM mesures"
    rendu = CliRunner().invoke(sql, ["--csv", requete]).output
    assert rendu == "territoire;valeur;repondants;annee\n93;30.0;3;2024\n"
    sortie = CliRunner().invoke(sql, [requete]).output.splitlines()
    assert [ligne.split() for ligne in sortie[:1] + sortie[2:]] == [
        ["territoire", "valeur", "repondants", "annee"], ["93", "30,00", "3", "2024"], ["1", "ligne."],
    ]  # fmt: skip


def test_ce_qui_ne_tient_pas_en_largeur_se_lit_ligne_par_ligne() -> None:
    large = pl.DataFrame({f"colonne_{rang}": ["valeur"] * 7 for rang in range(20)})
    lignes = montrer(large, 160).splitlines()
    assert lignes[:2] == ["── ligne 1", "colonne_0    valeur"] and sum("──" in ligne for ligne in lignes) == 5
    assert "2\u00a0autres" in lignes[-1] and max(map(len, lignes)) < 80


@pytest.mark.usefixtures("projet")
def test_la_liste_des_tables_dit_ce_qu_elles_contiennent() -> None:
    sortie = CliRunner().invoke(sql, ["--tables"]).output
    assert "flux_bilan                Bilan du flux\n" in sortie and 'bilan sql "DESCRIBE flux_bilan"' in sortie
    assert "code_commune" in CliRunner().invoke(sql, ["DESCRIBE flux_bilan"]).output


@pytest.mark.usefixtures("projet")
def test_sans_terminal_la_requete_se_lit_sur_l_entree() -> None:
    assert CliRunner().invoke(sql, ["--csv"], input="SELECT 2 AS deux").output == "deux\n2\n"


# — Faire un carnet, le vérifier


def test_un_carnet_neuf_est_en_regle(projet: Projet) -> None:
    chemin = creer(projet, "65_loyers", "Les loyers")
    assert manques(projet, "65_loyers") == []
    assert ContratCarnet.de(lire_document(chemin)).titre == "Les loyers, {periode}"


@pytest.mark.parametrize("nom", ["loyers", "65_Loyers", "../65_loyers", "65 loyers"])
def test_un_nom_de_carnet_mal_forme_est_refuse_et_rien_n_est_ecrit(projet: Projet, nom: str) -> None:
    with pytest.raises(ErreurUsage, match="65_loyers"):
        creer(projet, nom)
    assert not projet.notebooks.exists()


def test_un_carnet_existant_n_est_jamais_ecrase(projet: Projet) -> None:
    creer(projet, "65_loyers")
    with pytest.raises(ErreurUsage, match="existe déjà"):
        creer(projet, "65_loyers")


def test_verifier_dit_en_francais_tout_ce_qui_manque(projet: Projet) -> None:
    chemin = creer(projet, "65_loyers")
    contenu = json.loads(chemin.read_text(encoding="utf-8"))
    contenu["metadata"]["bilan"]["mesures"] = ["F33"]
    contenu["cells"][0]["source"] = ["Sans titre"]
    contenu["cells"][3]["source"] = ["def longue():\n", *["    a = 1\n"] * 11]
    contenu["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["1"]}]
    chemin.write_text(json.dumps(contenu), encoding="utf-8")
    dit = CliRunner().invoke(carnet, ["verifier"]).exception
    assert isinstance(dit, ErreurUsage)
    for attendu in ("4 points", "fiche", "« F33 » n'existe pas", "« longue » fait plus de 10 lignes", "ses sorties"):
        assert attendu in dit.message.replace("\u00a0", " ")


def test_verifier_un_carnet_absent_propose_les_plus_proches(projet: Projet) -> None:
    creer(projet, "65_loyers")
    with pytest.raises(ErreurUsage, match="« 65_loyers »"):
        manques(projet, "65_loyer")


@pytest.mark.lent
def test_le_squelette_s_execute_tel_quel(projet: Projet) -> None:
    (projet.racine / "data" / "referentiel").symlink_to(RACINE / "data" / "referentiel")
    chemin = creer(projet, "65_loyers")
    joue = papermill.execute_notebook(chemin, projet.racine / "sortie.ipynb", kernel_name="python3", progress_bar=False)
    assert all(cellule.execution_count for cellule in joue.cells if cellule.cell_type == "code")


# — La santé


@pytest.mark.usefixtures("projet")
def test_la_sante_montre_chaque_point_et_alerte_par_son_code() -> None:
    rendu = CliRunner().invoke(sante, ["--libre-min", "0"])
    assert rendu.output.startswith("✘ Aucune exécution n'a encore réussi") and "✔" in rendu.output
    assert isinstance(rendu.exception, AlerteSante) and rendu.exception.code_sortie == 6
