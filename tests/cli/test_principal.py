"""La commande parle français, refuse clairement et rend les codes documentés."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

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


def test_hors_d_un_projet_la_commande_dit_ou_chercher(tmp_path: Path) -> None:
    refus = _bilan("executer", BILAN_RACINE=str(tmp_path))
    assert refus.returncode == 2
    assert "collection.toml" in refus.stderr


def test_le_catalogue_compile_est_celui_du_catalogue_lisible() -> None:
    with (LANGUES / "messages.po").open("rb") as po:
        attendu = io.BytesIO()
        write_mo(attendu, read_po(po))
    assert (LANGUES / "messages.mo").read_bytes() == attendu.getvalue()
