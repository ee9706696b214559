"""Une courte série d'exécutions planifiées sous deux pannes ; `python -m tests.endurance.serie 40` les a toutes."""

import json
import sys
from pathlib import Path

import pytest
from tests.endurance.serie import mener

PANNES = ("mort", "abime")


@pytest.mark.lent
@pytest.mark.skipif(sys.platform != "linux", reason="les pannes se provoquent avec prlimit et les signaux de Linux")
def test_aucune_panne_ne_laisse_un_site_a_moitie_ne_perd_une_livraison_ni_ne_se_tait(tmp_path: Path) -> None:
    journal = tmp_path / "serie.jsonl"
    passages = mener(tmp_path / "projet", 93, journal, PANNES)
    assert [faute for passage in passages for faute in passage.fautes] == []
    assert passages[-1].code == 0, passages[-1].erreurs
    assert [passage.code for passage in passages if passage.panne == "abime"] == [3]
    consignes = [json.loads(ligne) for ligne in journal.read_text(encoding="utf-8").splitlines()]
    assert [(c["panne"], c["code"], c["verdict"]) for c in consignes] == [(p.panne, p.code, "sain") for p in passages]
    assert "est refusé : ligne " in consignes[1]["erreurs"], "la cause d'un échec est gardée"
