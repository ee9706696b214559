"""La porte : un envoi entre entier dans l'entrepôt, ou repart avec fichier, ligne, colonne et correction."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bilan.collecte.depot import deposer, deposer_dossier
from bilan.collecte.envoi import Envoi
from bilan.entrepot.tables import EntrepotTables
from bilan.erreurs import DonneesRefusees
from bilan.projet import Jeu, Projet

ENTETE = (
    "annee;periode;mode_cumul;bailleur_siren;bailleur_nom;reservataire_categorie;code_departement;code_commune;"
    "epci_siren;typologie;financement;qpv;periode_construction;type_offre;logements_proposes;logements_attribues"
)
NICE = "2024;T1;TRIMESTRE;999000011;OPH Fictif;ETAT_PRIO;06;06088;;T3;PLUS;HORS_QPV;1975-1989;RELOCATION;12;10"
ENVOI = Envoi("bilan.csv", "flux_bilan", "999000011", "2024T1", date(2024, 3, 31), date(2024, 4, 15))


def _ecrire(dossier: Path, *lignes: str, nom: str = "bilan.csv", encodage: str = "utf-8") -> Path:
    dossier.mkdir(parents=True, exist_ok=True)
    chemin = dossier / nom
    chemin.write_bytes(("\n".join([ENTETE, *lignes]) + "\n").encode(encodage))
    return chemin


def _lire(projet: Projet, jeu: Jeu = Jeu.DEMONSTRATION) -> list[dict[str, object]]:
    return EntrepotTables(projet.entrepot, jeu).lire("flux_bilan").to_dicts()


def _est_vide(projet: Projet) -> bool:
    return not list(projet.entrepot.rglob("*.parquet")) and not list(projet.entrepot.rglob("*.json"))


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_un_envoi_entre_quel_que_soit_son_encodage(projet: Projet, tmp_path: Path, encodage: str) -> None:
    chemin = _ecrire(tmp_path, NICE.replace("OPH Fictif", "Habitat été ?"), encodage=encodage)
    assert deposer(projet, Jeu.DEMONSTRATION, chemin, ENVOI).a_change
    (ligne,) = _lire(projet)
    assert ligne["bailleur_nom"] == "Habitat été ?"
    assert (ligne["code_commune"], ligne["code_departement"], ligne["logements_proposes"]) == ("06088", "06", 12)
    assert ligne["date_arrete"] == date(2024, 3, 31)
    assert ligne["baux_signes"] is None


@pytest.mark.parametrize(
    ("faute", "attendus"),
    [
        (("06088", "6088"), ["ligne 3", "« code_commune »", "« 6088 »", "zéro", "« 06088 »"]),
        ((";06;", ";6;"), ["ligne 3", "« code_departement »", "« 06 »"]),
        ((";06;", ";13;"), ["ligne 3", "département 06"]),
        (("06088", "06000"), ["ligne 3", "code postal"]),
        (("999000011", "999000012"), ["ligne 3", "SIREN"]),
        (("ETAT_PRIO", "Prefecture"), ["ligne 3", "« Prefecture »", "plus proches"]),
        ((";12;10", ";douze;10"), ["ligne 3", "« logements_proposes »", "« douze »"]),
        ((";12;10", ";;10"), ["ligne 3", "« logements_proposes »", "manque"]),
        ((";12;10", ";-12;10"), ["ligne 3", "trop petite"]),
        ((";12;10", ";12;10;8"), ["ligne 3", "17 cases au lieu de 16"]),
        (("OPH Fictif", '"OPH Fictif'), ["guillemet"]),
        (("OPH Fictif", "=cmd|' /C calc'!A0"), ["ligne 3", "formule"]),
    ],
)
def test_un_envoi_fautif_est_refuse_la_faute_situee_et_rien_n_est_ecrit(
    projet: Projet, tmp_path: Path, faute: tuple[str, str], attendus: Sequence[str]
) -> None:
    chemin = _ecrire(tmp_path, NICE.replace("T3", "T2"), NICE.replace(*faute))
    with pytest.raises(DonneesRefusees) as refus:
        deposer(projet, Jeu.DEMONSTRATION, chemin, ENVOI)
    for attendu in ["« bilan.csv »", "Rien n'a été écrit", *attendus]:
        assert attendu in refus.value.message
    assert refus.value.code_sortie == 3
    assert _est_vide(projet)


def test_deux_lignes_de_meme_cle_sont_refusees(projet: Projet, tmp_path: Path) -> None:
    with pytest.raises(DonneesRefusees, match="même clé"):
        deposer(projet, Jeu.DEMONSTRATION, _ecrire(tmp_path, NICE, NICE.replace(";12;10", ";1;1")), ENVOI)


def test_les_arrondissements_de_marseille_se_rejoignent_sans_perdre_un_logement(projet: Projet, tmp_path: Path) -> None:
    marseille = NICE.replace(";06;06088", ";13;13201"), NICE.replace(";06;06088", ";13;13216"), NICE
    deposer(projet, Jeu.DEMONSTRATION, _ecrire(tmp_path, *marseille), ENVOI)
    champs = ("code_commune", "logements_proposes", "logements_attribues")
    assert {tuple(ligne[champ] for champ in champs) for ligne in _lire(projet)} == {
        ("13055", 24, 20), ("06088", 12, 10),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entete", "attendu"),
    [
        (("logements_proposes", "logement_propose"), "« logements_proposes »"),
        (("typologie;", "typologie;typologie;"), "deux fois"),
        (("annee;", "exercice;"), "exercice"),
    ],
)
def test_une_entete_fautive_est_refusee(projet: Projet, tmp_path: Path, entete: tuple[str, str], attendu: str) -> None:
    chemin = _ecrire(tmp_path, NICE)
    chemin.write_text(chemin.read_text().replace(*entete, 1))
    with pytest.raises(DonneesRefusees, match=attendu):
        deposer(projet, Jeu.DEMONSTRATION, chemin, ENVOI)


@pytest.mark.parametrize("octets", [b"", b"\n\n", b"PK\x03\x04\x00\x00", b"bonjour", b"\xff\xfe\x00"])
def test_un_fichier_qui_n_est_pas_un_csv_est_refuse(projet: Projet, tmp_path: Path, octets: bytes) -> None:
    chemin = tmp_path / "bilan.csv"
    chemin.write_bytes(octets)
    with pytest.raises(DonneesRefusees, match=r"bilan\.csv"):
        deposer(projet, Jeu.DEMONSTRATION, chemin, ENVOI)
    assert _est_vide(projet)


def test_un_fichier_manquant_est_nomme(projet: Projet, tmp_path: Path) -> None:
    with pytest.raises(DonneesRefusees, match=r"absent\.csv"):
        deposer(projet, Jeu.DEMONSTRATION, tmp_path / "absent.csv", ENVOI)


def test_le_meme_fichier_deux_fois_ne_change_rien(projet: Projet, tmp_path: Path) -> None:
    chemin = _ecrire(tmp_path, NICE)
    assert deposer(projet, Jeu.DEMONSTRATION, chemin, ENVOI).a_change
    assert not deposer(projet, Jeu.DEMONSTRATION, chemin, ENVOI).a_change
    assert len(_lire(projet)) == 1


BORDEREAU = "fichier;table;emetteur;periode;date_arrete;date_connue\n"


def _dossier(projet: Projet, *lignes: str) -> Path:
    dossier = projet.demonstration / "livraisons"
    dossier.mkdir(parents=True, exist_ok=True)
    (dossier / "livraisons.csv").write_text(BORDEREAU + "".join(f"{ligne}\n" for ligne in lignes), encoding="utf-8")
    return dossier


A = "a.csv;flux_bilan;999000011;2024T1;2024-03-31;2024-04-15"
B = "b.csv;flux_bilan;999000029;2024T1;2024-03-31;2024-05-02"


def test_un_dossier_entre_ensemble_ou_pas_du_tout(projet: Projet) -> None:
    dossier = _dossier(projet, A, B)
    _ecrire(dossier, NICE, nom="a.csv")
    _ecrire(dossier, NICE.replace("06088", "6088"), nom="b.csv")
    with pytest.raises(DonneesRefusees, match=r"b\.csv.*ligne 2"):
        deposer_dossier(projet, Jeu.DEMONSTRATION, dossier)
    assert _est_vide(projet)
    _ecrire(dossier, NICE.replace("999000011", "999000029"), nom="b.csv")
    assert len(deposer_dossier(projet, Jeu.DEMONSTRATION, dossier).ajoutees) == 2
    assert not deposer_dossier(projet, Jeu.DEMONSTRATION, dossier).a_change
    assert len(_lire(projet)) == 2


def test_un_dossier_fait_foi_pour_ce_qui_en_vient(projet: Projet) -> None:
    dossier = _dossier(projet, A, B)
    _ecrire(dossier, NICE, nom="a.csv")
    _ecrire(dossier, NICE.replace("999000011", "999000029"), nom="b.csv")
    deposer_dossier(projet, Jeu.DEMONSTRATION, dossier)
    _dossier(projet, A)
    _ecrire(dossier, NICE.replace(";12;10", ";13;10"), nom="a.csv")
    fait = deposer_dossier(projet, Jeu.DEMONSTRATION, dossier)
    assert (len(fait.ajoutees), len(fait.retirees)) == (1, 2)
    assert [ligne["logements_proposes"] for ligne in _lire(projet)] == [13]
    avant = EntrepotTables(projet.entrepot, Jeu.DEMONSTRATION).lire("flux_bilan", connu_le=date(2024, 4, 20))
    assert avant["logements_proposes"].to_list() == [13]


@pytest.mark.parametrize(
    ("ligne", "attendu"),
    [
        (A.replace("a.csv", "absent.csv"), r"absent\.csv.*annoncé"),
        (A.replace("a.csv", "../a.csv"), "hors du dossier"),
        (A.replace("2024-04-15", "15/04/2024"), "ligne 2.*AAAA-MM-JJ"),
        (A.replace("999000011", ""), "emetteur"),
        (A.replace("flux_bilan", "flux_billan"), "flux_bilan"),
    ],
)
def test_un_bordereau_fautif_dit_sa_ligne(projet: Projet, ligne: str, attendu: str) -> None:
    from bilan.erreurs import ErreurBilan

    dossier = _dossier(projet, ligne)
    _ecrire(dossier, NICE, nom="a.csv")
    with pytest.raises(ErreurBilan, match=attendu):
        deposer_dossier(projet, Jeu.DEMONSTRATION, dossier)
    assert _est_vide(projet)


def test_un_dossier_sans_bordereau_est_refuse(projet: Projet, tmp_path: Path) -> None:
    with pytest.raises(DonneesRefusees, match=r"livraisons\.csv"):
        deposer_dossier(projet, Jeu.DEMONSTRATION, tmp_path)


def test_deposer_ce_qui_est_deja_la_ne_charge_pas_polars(projet: Projet) -> None:
    dossier = _dossier(projet, A)
    _ecrire(dossier, NICE, nom="a.csv")
    deposer_dossier(projet, Jeu.DEMONSTRATION, dossier)
    code = f"""
import sys
from pathlib import Path
from bilan.collecte.depot import deposer_dossier
from bilan.projet import Jeu, Projet
depot = deposer_dossier(Projet(Path({str(projet.racine)!r})), Jeu.DEMONSTRATION, Path({str(dossier)!r}))
sys.exit(depot.a_change or "polars" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
