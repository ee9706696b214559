"""Un poste dont le dossier provisoire a un nom trop long joue quand même les carnets."""

import shutil
import tempfile
from multiprocessing.connection import Listener
from pathlib import Path

import pytest

from bilan.carnets.prises import dossier_des_prises


@pytest.mark.parametrize("longueur", [1, 120])
def test_une_prise_se_pose_quel_que_soit_le_dossier_provisoire(
    longueur: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provisoire = tmp_path / ("d" * longueur)
    provisoire.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(provisoire))
    dossier = dossier_des_prises()
    try:
        for nom in ("zygote", "noyau-ipc-5"):
            with Listener(str(dossier / nom), family="AF_UNIX"):
                assert (dossier / nom).is_socket()
    finally:
        shutil.rmtree(dossier)


def test_un_dossier_provisoire_court_est_respecte(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as court:
        monkeypatch.setattr(tempfile, "tempdir", court)
        assert dossier_des_prises().parent == Path(court)
