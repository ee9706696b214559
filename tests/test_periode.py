"""Périodes : écritures acceptées, bornes civiles, enchaînement."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilan.erreurs import ErreurUsage
from bilan.periode import Periode

periodes = st.builds(Periode, st.integers(2000, 2099), st.integers(0, 4))


@given(periodes)
def test_une_periode_ecrite_se_relit(periode: Periode) -> None:
    assert Periode.lire(str(periode)) == periode


@given(periodes)
def test_la_precedente_finit_la_veille(periode: Periode) -> None:
    if periode.annee > 2000:
        assert periode.precedente.fin == periode.debut - timedelta(days=1)
        assert periode.precedente.est_annee == periode.est_annee


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_le_trimestre_d_une_date_la_contient(jour: date) -> None:
    trimestre = Periode.de_date(jour)
    assert trimestre.debut <= jour <= trimestre.fin


def test_les_trimestres_d_un_cumul_vont_du_premier_au_dernier() -> None:
    assert [str(t) for t in Periode.lire("2024T3").trimestres] == ["2024T1", "2024T2", "2024T3"]
    assert [str(t) for t in Periode.lire("2024").trimestres] == ["2024T1", "2024T2", "2024T3", "2024T4"]


@pytest.mark.parametrize("texte", ["2024T5", "T1 2024", "24", "2024-01", "", "2024T1\nprint(1)", "1999"])
def test_une_ecriture_inconnue_dit_ce_qui_est_attendu(texte: str) -> None:
    with pytest.raises(ErreurUsage, match="2024T3"):
        Periode.lire(texte)


@pytest.mark.parametrize(
    ("texte", "long", "court"),
    [("2024T1", "1er trimestre 2024", "T1 2024"), ("2024T3", "3e trimestre 2024", "T3 2024"),
     ("2024", "année 2024", "2024")],
)
def test_les_libelles_sont_francais(texte: str, long: str, court: str) -> None:
    assert (Periode.lire(texte).libelle, Periode.lire(texte).libelle_court) == (long, court)
