"""Les données ouvertes, validées par frictionless et relues comme un tiers les relirait."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from frictionless import Package

from bilan.editions.ouvertes import ouvrir_donnees, taire_les_bilans
from bilan.entrepot.fichiers import empreinte, empreinte_fichier
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.projet import Jeu, Projet
from bilan.tables.mesure import Mesure

SECRET_BAILLEUR = "123456782"
PRIVE = "Bailleur qui n'a rien publié"


def _mesures(jeu: Jeu) -> pl.DataFrame:
    """Sept lignes : une libre, une fondée sur des bilans, un bailleur, une ventilation de bailleur, une série
    inconnue partout, et deux EPCI dont un ne se mesure pas."""
    base = {"jeu": jeu.value, "periode": "2024", "ventilation": "ensemble", "modalite": "ensemble", "unite": "%",
            "statut": "observe", "maturite": "definitif", "couverture": None, "repondants": None, "attendus": None}
    lignes = [
        {"indicateur": "P1", "territoire_type": "region", "territoire": "93", "numerateur": 6698.0,
         "denominateur": 11000.0, "valeur": 60.890909},
        {"indicateur": "F4", "territoire_type": "region", "territoire": "93", "numerateur": 86.0, "denominateur": 400.0,
         "valeur": 21.5, "couverture": 0.95, "repondants": 27, "attendus": 30},
        {"indicateur": "F4", "territoire_type": "bailleur", "territoire": SECRET_BAILLEUR, "valeur": 3.0},
        {"indicateur": "F4", "territoire_type": "region", "territoire": "93", "ventilation": "bailleur",
         "modalite": SECRET_BAILLEUR, "valeur": 3.0},
        {"indicateur": "E5", "territoire_type": "region", "territoire": "93", "statut": "non_transmis"},
        {"indicateur": "P1n", "territoire_type": "epci", "territoire": "200054807", "valeur": 1043.0},
        {"indicateur": "P1n", "territoire_type": "epci", "territoire": "240400440", "statut": "sans_objet"},
    ]
    vides = {"numerateur": None, "denominateur": None, "valeur": None}
    complet = pl.DataFrame([base | vides | ligne for ligne in lignes], infer_schema_length=None)
    return Mesure.validate(complet.select(Mesure.column_names()), cast=True)


def _agrements(nom: str) -> pl.DataFrame:
    return pl.DataFrame({
        "annee": [2023, 2022], "territoire_gestion_code": ["05", "04"], "territoire_gestion_nom": [nom, "Alpes ; sud"],
        "type_gestion": ["DDT", "DDT"], "produit": ["ENSEMBLE", "ENSEMBLE"], "nb_agrees": [18, None],
        "objectif": [153, 162], "dont_residences": [None, None], "source": ["AR Hlm", "AR Hlm"],
        "date_arrete": [date(2023, 12, 31), date(2022, 12, 31)],
    }, schema_overrides={"dont_residences": pl.Int64})


@pytest.fixture
def ouvert(projet: Projet, tmp_path: Path) -> Path:
    """Dossier ouvert du jeu réel : une livraison publiée, une autre qui ne l'est pas."""
    EntrepotMesures(projet.entrepot, Jeu.REEL).ecrire(_mesures(Jeu.REEL))
    tables = EntrepotTables(projet.entrepot, Jeu.REEL)
    projet.publie.mkdir(parents=True)
    publie = projet.publie / "agrements_2023.csv"
    publie.write_text("annee;…", encoding="utf-8")
    jour = date(2024, 1, 31)
    tables.charger("agrements", _agrements("Hautes-Alpes"),
                   Livraison("AR Hlm", "2023", jour, jour, "data/publie/agrements_2023.csv", empreinte_fichier(publie)))
    tables.charger("agrements", _agrements(PRIVE),
                   Livraison("DDT", "2024", jour, jour, "data/publie/agrements_2023.csv", empreinte(b"autre")))
    ouvrir_donnees(projet, Jeu.REEL, tmp_path / "ouvert")
    return tmp_path / "ouvert"


@pytest.mark.lent
def test_le_paquet_est_valide_pour_frictionless(ouvert: Path) -> None:
    rapport = Package(str(ouvert / "datapackage.json")).validate()
    assert rapport.valid, rapport.flatten(["type", "message"])
    assert [tache.name for tache in rapport.tasks] == ["mesures", "agrements"]


@pytest.mark.lent
def test_frictionless_refuse_un_code_hors_de_la_nomenclature(ouvert: Path) -> None:
    csv = ouvert / "agrements.csv"
    csv.write_text(csv.read_text(encoding="utf-8").replace("DDT", "PREFET", 1), encoding="utf-8")
    assert not Package(str(ouvert / "datapackage.json")).validate().valid


def test_le_csv_est_celui_qu_un_programme_attend(ouvert: Path) -> None:
    octets = (ouvert / "agrements.csv").read_bytes()
    assert not octets.startswith(b"\xef\xbb\xbf") and b"\r" not in octets
    assert octets.decode().splitlines()[1:] == [
        "2022,04,Alpes ; sud,DDT,ENSEMBLE,,162,,AR Hlm,2022-12-31",
        "2023,05,Hautes-Alpes,DDT,ENSEMBLE,18,153,,AR Hlm,2023-12-31",
    ]


def test_le_csv_pour_tableur_est_a_la_francaise(ouvert: Path) -> None:
    octets = (ouvert / "tableur" / "mesures.csv").read_bytes()
    assert octets.startswith(b"\xef\xbb\xbf") and b"60,890909" in octets and b";" in octets
    dates = (ouvert / "tableur" / "agrements.csv").read_text(encoding="utf-8-sig")
    assert "31/12/2023" in dates and '"Alpes ; sud"' in dates


def test_csv_et_parquet_disent_la_meme_chose(ouvert: Path) -> None:
    for nom in ("mesures", "agrements"):
        parquet = pl.read_parquet(ouvert / f"{nom}.parquet")
        csv = pl.read_csv(ouvert / f"{nom}.csv", schema=parquet.schema)
        assert csv.equals(parquet) and not parquet.is_empty()


def test_le_schema_parle_francais_et_dit_les_codes(ouvert: Path) -> None:
    schema = json.loads((ouvert / "agrements.schema.json").read_text(encoding="utf-8"))
    champs = {champ["name"]: champ for champ in schema["fields"]}
    assert champs["nb_agrees"]["title"] == "Logements agréés" and champs["nb_agrees"]["type"] == "integer"
    assert champs["type_gestion"]["constraints"]["enum"] == ["DELEGATAIRE", "DDT", "REGION"]
    assert champs["territoire_gestion_code"]["example"] == "200054807"
    assert all(champ["description"] for champ in champs.values())
    mesures = json.loads((ouvert / "mesures.schema.json").read_text(encoding="utf-8"))
    assert mesures["primaryKey"][:2] == ["jeu", "indicateur"]


def test_rien_ne_nomme_un_bailleur_ni_une_livraison_qui_n_est_pas_publiee(ouvert: Path) -> None:
    for chemin in ouvert.rglob("*.*"):
        octets = chemin.read_bytes()
        assert SECRET_BAILLEUR.encode() not in octets and PRIVE.encode() not in octets


def test_une_mesure_comptee_sur_des_bilans_reste_secrete_tant_que_le_secret_ne_l_a_pas_lue(ouvert: Path) -> None:
    mesures = pl.read_parquet(ouvert / "mesures.parquet")
    lues = {(i, t): (s, n, v) for i, t, s, n, v in mesures.select(
        "indicateur", "territoire", "statut", "numerateur", "valeur").iter_rows()}
    assert lues == {
        ("P1", "93"): ("observe", 6698.0, 60.890909), ("F4", "93"): ("secret", None, None),
        ("P1n", "200054807"): ("observe", None, 1043.0), ("P1n", "240400440"): ("sans_objet", None, None),
    }


def test_taire_deux_fois_ne_change_rien() -> None:
    une = taire_les_bilans(_mesures(Jeu.REEL))
    assert taire_les_bilans(une).equals(une)


def test_le_paquet_porte_la_licence_et_la_date_des_donnees(ouvert: Path) -> None:
    paquet = json.loads((ouvert / "datapackage.json").read_text(encoding="utf-8"))
    assert paquet["licenses"][0]["name"] == "etalab-2.0" and paquet["created"] == "2025-12-31T00:00:00Z"
    assert "Licence Ouverte 2.0" in (ouvert / "LICENCE").read_text(encoding="utf-8")


def test_le_jeu_fictif_n_ouvre_que_ses_mesures_et_le_dit_partout(projet: Projet, tmp_path: Path) -> None:
    EntrepotMesures(projet.entrepot, Jeu.DEMONSTRATION).ecrire(_mesures(Jeu.DEMONSTRATION))
    assert ouvrir_donnees(projet, Jeu.DEMONSTRATION, tmp_path) == ["mesures"]
    for nom in ("datapackage.json", "mesures.schema.json", "LICENCE"):
        assert "Données fictives" in (tmp_path / nom).read_text(encoding="utf-8")
