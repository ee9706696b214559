"""Les états gardés : on se compare à la dernière édition publiée, et à un document de travail seulement à défaut."""

from pathlib import Path

import pytest

from bilan.entrepot.etats import GARDES, EntrepotEtats, EtatPublie
from bilan.projet import INTERNE, PUBLIC, Jeu, Projet


@pytest.fixture
def mesures(tmp_path: Path) -> Path:
    chemin = tmp_path / "mesures.parquet"
    chemin.write_bytes(b"PAR1")
    return chemin


def etat(empreinte: str, connu_le: str = "2024-12-31") -> EtatPublie:
    return EtatPublie("reel", "2024", connu_le, 2026, empreinte, {})


def test_un_document_de_travail_ne_prend_pas_la_place_de_la_derniere_edition_publiee(tmp_path, mesures) -> None:
    etats = EntrepotEtats(Projet(tmp_path), Jeu.REEL)
    etats.retenir(etat("brouillon"), mesures, document_de_travail=True)
    seul = etats.reference(etat("demain"), None)
    assert seul is not None and seul.est_de_travail, "faute d'édition publiée"
    etats.retenir(etat("publiee"), mesures)
    etats.retenir(etat("essai"), mesures, document_de_travail=True)
    trouve = etats.reference(etat("demain"), None)
    assert trouve is not None and trouve.etat == etat("publiee") and not trouve.est_de_travail
    assert etats.reference(etat("demain"), "2023-12-31") is None


def test_un_document_de_travail_publie_devient_une_edition_publiee(tmp_path, mesures) -> None:
    etats = EntrepotEtats(Projet(tmp_path), Jeu.REEL, PUBLIC)
    etats.retenir(etat("a"), mesures, document_de_travail=True)
    assert etats.publies_avant("b") == [], "le public n'a rien lu"
    etats.retenir(etat("a"), mesures)
    etats.retenir(etat("a"), mesures, document_de_travail=True)
    assert [(garde.etat, garde.est_de_travail) for garde in etats.tous()] == [(etat("a"), False)]
    assert [garde.etat for garde in etats.publies_avant("b")] == [etat("a")] and etats.publies_avant("a") == []


@pytest.mark.parametrize(("profil", "travail", "restent"), [
    (INTERNE, False, GARDES), (INTERNE, True, GARDES), (PUBLIC, True, GARDES), (PUBLIC, False, GARDES + 3),
])  # fmt: skip
def test_les_brouillons_ne_chassent_pas_les_editions_publiees(tmp_path, mesures, profil, travail, restent) -> None:
    etats = EntrepotEtats(Projet(tmp_path), Jeu.REEL, profil)
    etats.retenir(etat("autre"), mesures, document_de_travail=not travail)
    for rang in range(GARDES + 3):
        etats.retenir(etat(str(rang)), mesures, document_de_travail=travail)
    gardes = etats.tous()
    assert gardes[0].etat == etat("autre")
    assert [garde.etat.empreinte for garde in gardes[1:]] == [str(n) for n in range(GARDES + 3)][-restent:]
