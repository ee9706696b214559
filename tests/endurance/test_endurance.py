"""Une courte série d'exécutions planifiées sous deux pannes ; `python -m tests.endurance.serie 40` les a toutes."""

import sys
from pathlib import Path

import pytest
from tests.endurance.serie import mener

PANNES = ("mort", "abime")


@pytest.mark.lent
@pytest.mark.skipif(sys.platform != "linux", reason="les pannes se provoquent avec prlimit et les signaux de Linux")
def test_aucune_panne_ne_laisse_un_site_a_moitie_ne_perd_une_livraison_ni_ne_se_tait(tmp_path: Path) -> None:
    passages = mener(tmp_path, len(PANNES) + 1, graine=93, pannes=PANNES)
    assert [faute for passage in passages for faute in passage.fautes] == []
    assert passages[-1].code == 0, passages[-1].dit
    assert [passage.code for passage in passages if passage.panne == "abime"] == [3]
