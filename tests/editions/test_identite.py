"""Les mêmes exécutions donnent les mêmes octets, d'un processus, d'un fuseau et d'une graine de hachage à l'autre."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tirage import preparer, tirer

from bilan.projet import Projet

AILLEURS = {"TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8"}


@pytest.mark.lent
def test_toutes_les_editions_se_refont_a_l_identique_dans_un_autre_processus(projet: Projet, tmp_path: Path) -> None:
    preparer(projet)
    ici = tirer(projet, tmp_path / "ici")
    graine = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    ailleurs = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("tirage.py")), str(projet.racine), str(tmp_path / "ailleurs")],
        env={**os.environ, **AILLEURS, "PYTHONHASHSEED": graine}, cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ailleurs.returncode == 0, ailleurs.stderr
    assert {Path(nom).suffix for nom in ici} >= {".html", ".pptx", ".xlsx", ".pdf", ".csv", ".parquet", ".json"}
    assert json.loads(ailleurs.stdout) == ici
