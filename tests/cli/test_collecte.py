"""Les commandes de la collecte : ce qu'elles disent, ce qu'elles écrivent, et leurs codes de sortie."""

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.collecte.corpus import Feuille, ecrire_xlsx, verite

from bilan.cli import main
from bilan.projet import Projet


@pytest.fixture
def racine(tmp_path: Path) -> Path:
    depot = Projet.trouver()
    (tmp_path / "data").mkdir()
    shutil.copy(depot.racine / "collection.toml", tmp_path)
    (tmp_path / "data" / "referentiel").symlink_to(depot.referentiel)
    return tmp_path


@dataclass
class Fini:
    returncode: int
    stdout: str
    stderr: str


class Commande:
    """La commande `bilan`, appelée dans ce processus comme au terminal."""

    def __init__(self, patch: pytest.MonkeyPatch, sortie: pytest.CaptureFixture[str]) -> None:
        self._patch, self._sortie = patch, sortie

    def __call__(self, racine: Path, *arguments: str) -> Fini:
        self._patch.setenv("BILAN_RACINE", str(racine))
        self._patch.setattr(sys, "argv", ["bilan", *arguments])
        code = 0
        try:
            main()
        except SystemExit as fin:
            code = int(fin.code or 0)
        return Fini(code, *self._sortie.readouterr())


@pytest.fixture
def bilan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commande:
    return Commande(monkeypatch, capsys)


def test_controler_dit_le_statut_et_rend_0_ou_3(racine: Path, bilan: Commande) -> None:
    bon = ecrire_xlsx(racine / "bon.xlsx", Feuille(verite()))
    fini = bilan(racine, "controler", str(bon), "--retours", str(racine / "retours"), "--integrer")
    assert fini.returncode == 0
    assert re.fullmatch(
        r"bon\.xlsx : Fichier accepté : 5\u00a0lignes retenues, rien à vérifier\. Livraison \d{6}-\w+\.",
        fini.stdout.strip(),
    )
    faux = ecrire_xlsx(racine / "faux.xlsx", Feuille([ligne | {"code_commune": "06000"} for ligne in verite()]))
    fini = bilan(racine, "controler", str(faux), "--retours", str(racine / "retours"), "--integrer")
    assert fini.returncode == 3
    assert "« faux.xlsx »" in fini.stderr
    assert len(list((racine / "retours").iterdir())) == 6
    assert len(list((racine / "data" / "entrepot").rglob("*.parquet"))) == 1


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("controler",), "Aucun fichier"),
        (("controler", "x.csv", "--table", "flux_billan"), "flux_bilan"),
        (("nouveau", "2025-1"), "2024T3"),
        (("nouveau", "2025T1"), "parc_rpls"),
        (("controler", "--bilan", "--periode", "T1"), "2024T3"),
        (("retirer-livraison", "000009-x", "--motif", "erreur"), "000009-x"),
    ],
)
def test_une_demande_fausse_rend_2_et_dit_ce_qui_est_attendu(
    racine: Path, bilan: Commande, arguments: tuple[str, ...], attendu: str
) -> None:
    fini = bilan(racine, *arguments)
    assert fini.returncode == 2
    assert attendu in fini.stderr


def test_correspondance_proposer_ecrit_une_ebauche(racine: Path, bilan: Commande) -> None:
    fini = bilan(racine, "correspondance", "proposer", str(ecrire_xlsx(racine / "export.xlsx", Feuille(verite()))))
    assert fini.returncode == 0
    assert '"Code INSEE" = "code_commune"' in fini.stdout


def test_l_aide_est_en_francais(racine: Path, bilan: Commande) -> None:
    aide = bilan(racine, "controler", "--help").stdout
    assert "Contrôle les fichiers reçus" in aide
    assert "Show this message" not in aide and "default:" not in aide
