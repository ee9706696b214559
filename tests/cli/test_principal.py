"""La commande parle français, refuse clairement et rend les codes documentés."""

import errno
import io
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from tests.poche import COLLECTION
from xlsxwriter.exceptions import FileCreateError

from bilan.erreurs import manque_de_place

LANGUES = Path(__file__).parents[2] / "lib" / "bilan" / "cli" / "locale" / "fr" / "LC_MESSAGES"
ANGLAIS = re.compile(r"\b(Usage:|Show this|Error:|Try '|No such|Missing|Commands:|and exit)")


def _bilan(*arguments: str, **environnement: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "bilan"), *arguments],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8", **environnement},
    )


@pytest.mark.parametrize("commande", [(), ("executer",), ("referentiel",), ("demonstration", "generer")])
def test_l_aide_est_en_francais(commande: tuple[str, ...]) -> None:
    aide = _bilan(*commande, "--help")
    assert aide.returncode == 0
    assert "Usage :" in aide.stdout and "Affiche cette aide." in aide.stdout
    assert not ANGLAIS.search(aide.stdout), aide.stdout


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("executter",), "executer"),
        (("executer", "--jeu", "reels"), "'reel', 'demonstration'"),
        (("executer", "--ouvriers", "0"), "0"),
        (("executer", "--executeur", "dask"), "--ordonnanceur"),
        (("executer", "--ordonnanceur", "tcp://hote:8786"), "--executeur dask"),
    ],
)
def test_une_demande_mal_formee_tient_en_une_ligne_et_rend_2(arguments: tuple[str, ...], attendu: str) -> None:
    refus = _bilan(*arguments)
    assert refus.returncode == 2
    assert refus.stderr.startswith("Erreur : ") and refus.stderr.count("\n") == 1
    assert attendu in refus.stderr
    assert not ANGLAIS.search(refus.stderr)


def test_un_groupe_sans_commande_donne_son_aide_sans_parler_d_erreur() -> None:
    aide = _bilan("carnet")
    assert aide.returncode == 2 and aide.stderr.startswith("Usage : bilan carnet") and "nouveau" in aide.stderr


@pytest.mark.skipif(
    subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0,
    reason="il faut pouvoir monter un petit disque",
)
def test_disque_plein_la_commande_le_dit_et_n_ecrit_rien_a_moitie(tmp_path: Path) -> None:
    """Un vrai disque de 16 ko, pour un dictionnaire qui en fait davantage."""
    (tmp_path / "collection.toml").write_text(COLLECTION, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    montage = (
        f"mount -t tmpfs -o size=16k tmpfs {tmp_path}/docs && echo ancien > {tmp_path}/docs/dictionnaire.md && "
        f"bilan dictionnaire; echo $?; ls -A {tmp_path}/docs; cat {tmp_path}/docs/dictionnaire.md"
    )
    chemin = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    vu = subprocess.run(
        ["unshare", "-rm", "sh", "-c", montage], capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": chemin, "BILAN_RACINE": str(tmp_path)},
    )  # fmt: skip
    assert vu.stderr.startswith("Erreur : Le disque est plein ; libérez de la place"), vu.stderr
    assert vu.stdout.split() == ["1", "dictionnaire.md", "ancien"]


@pytest.mark.parametrize(
    ("erreur", "dit"),
    [(OSError(errno.ENOSPC, "No space left on device"), "Le disque est plein"),
     (OSError(errno.EDQUOT, "Disk quota exceeded"), "Le quota de disque est atteint"),
     (FileCreateError(OSError(errno.ENOSPC, "No space left on device")), "Le disque est plein"),
     (OSError("No space left on device (os error 28)"), "Le disque est plein"),
     (sqlite3.OperationalError("database or disk is full"), "Le disque est plein"),
     (OSError(errno.EACCES, "Permission denied"), ""),
     (ValueError("28"), "")],
)  # fmt: skip
def test_un_disque_plein_se_reconnait_quelle_que_soit_la_bibliotheque_qui_ecrivait(erreur: Exception, dit: str) -> None:
    assert manque_de_place(erreur) == dit


def test_hors_d_un_projet_la_commande_dit_ou_chercher(tmp_path: Path) -> None:
    refus = _bilan("executer", BILAN_RACINE=str(tmp_path))
    assert refus.returncode == 2
    assert "collection.toml" in refus.stderr


def test_le_catalogue_compile_est_celui_du_catalogue_lisible() -> None:
    with (LANGUES / "messages.po").open("rb") as po:
        attendu = io.BytesIO()
        write_mo(attendu, read_po(po))
    assert (LANGUES / "messages.mo").read_bytes() == attendu.getvalue()
