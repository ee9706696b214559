"""Magasin des exécutions : une clé, une page ; un index de ce qui vaut."""

from dataclasses import replace
from pathlib import Path

import pytest

from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.erreurs import ErreurUsage
from bilan.projet import Jeu

RUN = Run(
    cle="abc123", carnet="20_cotation", page="cotation", territoire="93", jeu="reel", periode="2024",
    connu_le="2024-12-31", profil="interne", parametres={"periode": "2024"}, titre="Cotation", statut="ok",
    blocs=[{"type": "markdown", "texte": "# Cotation"}],
)  # fmt: skip


def test_une_execution_enregistree_se_relit(tmp_path: Path) -> None:
    entrepot = EntrepotRuns(tmp_path, Jeu.REEL)
    assert entrepot.derniers() == []
    entrepot.enregistrer(RUN)
    assert entrepot.derniers() == [RUN]
    assert entrepot.cle("20_cotation", "93") == "abc123"
    assert (entrepot.dossier("abc123") / "page.json").is_file()


def test_la_nouvelle_cle_prend_la_place_et_l_ancienne_reste_lisible(tmp_path: Path) -> None:
    entrepot = EntrepotRuns(tmp_path, Jeu.REEL)
    entrepot.enregistrer(RUN)
    entrepot.enregistrer(replace(RUN, cle="def456", statut="echec", echec={"cellule": 3, "source": "1/0"}))
    entrepot.enregistrer(replace(RUN, cle="nice", territoire="200030195"))
    assert [run.cle for run in entrepot.derniers()] == ["nice", "def456"]
    assert entrepot.lire("abc123") == RUN
    entrepot.retenir("20_cotation", "93", "abc123")
    assert entrepot.cle("20_cotation", "93") == "abc123"
    entrepot.oublier("20_cotation", "200030195")
    assert [run.cle for run in entrepot.derniers()] == ["abc123"]


@pytest.mark.parametrize("cle", ["../ailleurs", "", "/etc", "a b", "x" * 200])
def test_une_cle_ne_sort_pas_du_magasin(tmp_path: Path, cle: str) -> None:
    with pytest.raises(ErreurUsage):
        EntrepotRuns(tmp_path, Jeu.REEL).dossier(cle)


def test_une_execution_inconnue_se_dit(tmp_path: Path) -> None:
    with pytest.raises(ErreurUsage, match="bilan executer"):
        EntrepotRuns(tmp_path, Jeu.REEL).lire("inconnue")
