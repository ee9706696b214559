"""Sécurité et vie privée : une exécution sans réseau, sans secret dans ce qu'elle écrit, sans donnée personnelle."""

import json
import os
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from tests.coupe import SECRETS, sans_reseau

from bilan.tables.catalogue import CATALOGUE

RACINE = Path(__file__).parents[1]
_PERSONNE = re.compile(
    rb"[\w.+-]+@(?!exemple\.invalid|[\w-]+\.invalid)[\w-]+\.[a-z]{2,}"  # adresse électronique
    rb"|(?<![\d.])0[1-9](?:[ .]\d\d){4}(?!\d)"  # téléphone
    rb"|(?<![\d.,])[12][ .]?\d\d[ .]?(?:0[1-9]|1[0-2])[ .]?\d[\dAB][ .]?\d{3}[ .]?\d{3}[ .]?\d\d(?!\d)"  # NIR
)
_CIVILITE = re.compile(r"\b(?:M\.|Mme|Mlle|Monsieur|Madame) [A-ZÉÈ][\w'-]+")


@pytest.mark.lent
def test_une_execution_entiere_se_passe_du_reseau(reel_execute: Path) -> None:
    assert (reel_execute / "reports" / "courant" / "reel" / "production.html").is_file()


@pytest.mark.lent
def test_aucun_secret_de_l_environnement_n_entre_dans_ce_qui_s_ecrit(reel_execute: Path) -> None:
    ecrits = [p for dossier in ("data/entrepot", "reports") for p in (reel_execute / dossier).rglob("*") if p.is_file()]
    assert any(p.name == "carnet.ipynb" for p in ecrits) and any(p.suffix == ".sqlite" for p in ecrits)
    fuites = {
        f"{p.relative_to(reel_execute)} : {nom}"
        for p in ecrits
        for nom, valeur in SECRETS.items()
        if valeur.rsplit("/", 1)[-1].encode() in p.read_bytes()
    }
    assert fuites == set()


@pytest.mark.lent
def test_un_carnet_execute_ne_garde_rien_de_l_environnement(reel_execute: Path) -> None:
    for chemin in (reel_execute / "data" / "entrepot").rglob("carnet.ipynb"):
        metadonnees = json.loads(chemin.read_text(encoding="utf-8"))["metadata"]
        assert "environment_variables" not in metadonnees.get("papermill", {})
        assert os.environ["HOME"].encode() not in json.dumps(metadonnees).encode()


def test_sans_reseau_une_connexion_vers_l_exterieur_echoue_vraiment(tmp_path: Path) -> None:
    """L'essai vaut ce que vaut sa coupure : sans elle, les tests ci-dessus passeraient toujours."""
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    env = {**os.environ, "BILAN_RACINE": str(tmp_path)}
    fait = sans_reseau(tmp_path, [sys.executable, "-c", code], env)
    assert fait.returncode != 0 and ("unreachable" in fait.stderr or "coupé" in fait.stderr)


def _verses(*dossiers: str) -> list[Path]:
    listes = subprocess.run(["git", "ls-files", "-z", *dossiers], cwd=RACINE, capture_output=True, check=True).stdout
    return [RACINE / nom for nom in listes.decode().split("\0") if nom and (RACINE / nom).is_file()]


def test_aucune_donnee_personnelle_dans_ce_qui_est_verse_au_depot() -> None:
    lus = [p for p in _verses("data", "notebooks", "docs", "collection.toml", "copil.toml") if p.suffix != ".parquet"]
    assert len(lus) > 40
    trouves = {f"{p.relative_to(RACINE)} : {t[0]!r}" for p in lus for t in [_PERSONNE.search(p.read_bytes())] if t}
    assert trouves == set()


@pytest.mark.parametrize(
    "texte", ["jeanne.untel@bailleur.fr", "06 12 34 56 78", "2 84 05 13 055 123 45", "184051305512345"]
)
def test_le_balayage_reconnait_une_donnee_personnelle(texte: str) -> None:
    assert _PERSONNE.search(f"13 Habitat;{texte};".encode())


def test_les_registres_nomment_des_structures_jamais_des_personnes() -> None:
    interdites = re.compile(r"prenom|courriel|mail|telephone|naissance|nir\b|civilite|nom_personne|signataire")
    colonnes = {f"{nom}.{colonne}" for nom, table in CATALOGUE.items() for colonne in table.column_names()}
    assert len(colonnes) > 100 and {c for c in colonnes if interdites.search(c)} == set()
    for registre in _verses("data/publie/copil*.csv"):
        assert _CIVILITE.search(registre.read_text(encoding="utf-8")) is None, registre.name


def test_aucune_cle_d_acces_au_depot() -> None:
    cle = re.compile(rb"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}")
    assert [p for p in _verses(".") if cle.search(p.read_bytes())] == []


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    chargeur = SourceFileLoader("audit", str(RACINE / ".ci" / "audit"))
    module = ModuleType("audit")
    module.__file__ = chargeur.path
    exec(chargeur.get_code("audit"), module.__dict__)
    return module


def _paquet(nom: str, *failles: str) -> dict[str, object]:
    return {"name": nom, "version": "1.0", "vulns": [{"id": f, "fix_versions": ["1.1"]} for f in failles]}


def test_une_faille_connue_bloque_et_dit_la_version_qui_la_corrige(audit: ModuleType) -> None:
    code, lignes = audit.bilan(json.dumps({"dependencies": [_paquet("sain"), _paquet("troue", "PYSEC-2026-1")]}))
    assert code == 1 and lignes == ["✘ troue 1.0 : PYSEC-2026-1, corrigée en 1.1"]


def test_sans_faille_l_audit_dit_combien_de_paquets_il_a_vus(audit: ModuleType) -> None:
    assert audit.bilan(json.dumps({"dependencies": [_paquet("sain")]})) == (0, ["Aucune faille connue dans 1 paquets."])


@pytest.mark.parametrize("rapport", ["", "Traceback", '{"dependencies": [{"name": "x", "skip_reason": "not found"}]}'])
def test_une_base_muette_ne_bloque_pas_et_ne_passe_pas_pour_une_absence_de_faille(
    audit: ModuleType, rapport: str
) -> None:
    code, lignes = audit.bilan(rapport)
    assert code == 0 and "Relancez « make audit »" in " ".join(lignes) and "Aucune faille" not in " ".join(lignes)


def test_sans_pip_audit_la_commande_le_dit_sans_bloquer() -> None:
    fait = subprocess.run(
        [sys.executable, str(RACINE / ".ci" / "audit"), "commande-absente"], capture_output=True, text=True, check=False
    )
    assert fait.returncode == 0 and "rien n'a été vérifié" in fait.stdout
