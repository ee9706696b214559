"""Le suivi : des lignes simples hors d'un terminal, une ligne vivante dedans, en français."""

import io
import re

import pytest

from bilan.carnets import suivi
from bilan.carnets.suivi import SuiviSimple, SuiviVivant, ouvrir_suivi


def test_hors_d_un_terminal_une_ligne_par_dixieme_par_echec_et_a_la_fin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suivi.sys, "stderr", io.StringIO())
    dits: list[str] = []
    with ouvrir_suivi("Carnets", 20, dits.append) as ouvert:
        assert type(ouvert) is SuiviSimple
        for rang in range(20):
            ouvert.avancer(f"t{rang}", "cellule 3 fautive" if rang == 4 else "")
    assert dits[0] == "Carnets : 2/20" and "Carnets : t4 a échoué. cellule 3 fautive" in dits
    assert re.fullmatch(r"Carnets : 20/20 en \d+,\d s, 1\u00a0échec", dits[-1])
    assert len(dits) == 12


def test_sur_un_terminal_la_ligne_compte_la_cadence_le_reste_et_les_echecs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(suivi.sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with ouvrir_suivi("Carnets", 2, lambda _ligne: None) as ouvert:
        assert type(ouvert) is SuiviVivant
        ouvert.avancer("a", "")
        ouvert.avancer("b", "cellule [3] fautive")
    ecrit = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "b a échoué. cellule [3] fautive" in ecrit
    assert re.search(r"Carnets .*2/2 .*/s.*1\u00a0échec", ecrit)
