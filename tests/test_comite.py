"""L'édition du comité du 8 février 2024, versée au dépôt : légère, complète, et toujours ce que fait le code."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from bilan.comite import Comite, ecarts, verifier
from bilan.projet import Projet

PROJET = Projet.trouver(Path(__file__))
VERSEE = PROJET.reports / "publies" / "2024-02-08-copil"
COMITE = Comite("2024", date(2024, 12, 31))
POIDS = 3_000_000


def test_l_edition_versee_a_ses_pieces_et_tient_en_trois_megaoctets() -> None:
    pieces = {p.relative_to(VERSEE).as_posix(): p.stat().st_size for p in VERSEE.rglob("*") if p.is_file()}
    attendues = {"synthese-regionale.pdf", "diaporama.pptx", "annexe.xlsx", "cotation-carte-etats.png", "figures.json"}
    assert attendues <= pieces.keys() and {"etat/reel/etat.json", "etat/reel/mesures.parquet"} <= pieces.keys()
    assert min(pieces.values()) > 0 and sum(pieces.values()) <= POIDS


def test_l_edition_versee_dit_ce_dont_elle_vient() -> None:
    etat = json.loads((VERSEE / "etat" / "reel" / "etat.json").read_text(encoding="utf-8"))
    assert (etat["periode"], etat["connu_le"], etat["millesime"]) == ("2024", "2024-12-31", 2026)
    assert {"code", "regle", "geographie", "correction"} == set(etat["entrees"])


def test_les_chiffres_publies_du_comite_y_sont() -> None:
    """Compte rendu du COPIL : 132 inscrits, 83 structures dites et 85 comptées ; 6 698 agréments sur 11 000."""
    releve = (VERSEE / "figures.json").read_text(encoding="utf-8").replace("\u202f", " ").replace("\u00a0", " ")
    for dit in ("Cotation effective ou imminente dans 4 EPCI, prévue dans 15, plus tardive dans 7",
                "6 698 logements agréés en 2023, 60,9 % de l", "132 inscrits ; 83 structures déclarées, 85 comptées"):
        assert dit in releve, dit


def test_un_ecart_nomme_la_figure_et_ce_qui_a_change() -> None:
    avant = {"a/x": {"titre": "T", "colonnes": ["c"], "lignes": [["1"], ["2"]]}, "a/y": {}, "a/z": {}}
    apres = {"a/x": {"titre": "T", "colonnes": ["c"], "lignes": [["1"], ["3"]]}, "a/w": {}, "a/z": {}}
    assert ecarts(avant, apres) == ["a/w : nouvelle.", "a/x : « 2 » devient « 3 ».", "a/y : n'existe plus."]


@pytest.mark.lent
def test_le_code_fait_toujours_les_memes_figures() -> None:
    dites: list[str] = []
    bougees = verifier(PROJET, COMITE, VERSEE, dites.append)
    assert bougees == [], "Figures qui ont bougé : " + " ".join(bougees)
    assert re.search(r"0.échec", dites[-1])
