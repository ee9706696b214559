"""Le parcours des EPCI et la comparaison de deux arrêtés, sur un registre écrit à la main."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from bilan.figures.sujets import Contexte, deux_arretes, parcours
from bilan.figures.sujets.parcours import ETAPES

AMP, NICE = "200054807", "200030195"
DUREES = {"CIA": 6, "PPGDID": 6}
_COLONNES = [n for e in ETAPES for n in (e.faite, e.prevue, e.fin) if n]


def _ligne(epci: str, arrete: date, etat: str = "PREVUE", **dates: date) -> dict[str, Any]:
    return {"epci_siren": epci, "date_arrete": arrete, "etat_cotation": etat, **dict.fromkeys(_COLONNES), **dates}


JUIN, DECEMBRE = date(2024, 6, 30), date(2024, 12, 31)
REGISTRE = pl.DataFrame(
    [
        _ligne(AMP, JUIN, cil_date_installation=date(2018, 3, 1), cia_date_signature=date(2019, 1, 15),
               date_prevue_cotation=date(2025, 1, 1)),
        _ligne(AMP, DECEMBRE, cil_date_installation=date(2018, 3, 1), cia_date_signature=date(2019, 1, 15),
               ppgdid_date_adoption=date(2024, 9, 1), ppgdid_date_fin=date(2026, 1, 10),
               date_prevue_cotation=date(2025, 4, 11)),
        _ligne(NICE, JUIN, "DELAI_PLUS_LONG"),
        _ligne(NICE, DECEMBRE, "PREVUE", date_prevue_cil=date(2025, 2, 1)),
    ],
    schema_overrides=dict.fromkeys(_COLONNES, pl.Date),
)  # fmt: skip


@pytest.fixture(scope="module")
def en_mars(contexte: Contexte) -> Contexte:
    return replace(contexte, connu_le=date(2025, 3, 31))


def _statut(donnees: pl.DataFrame, epci: str, etape: str) -> tuple[str, date | None]:
    ligne = donnees.filter(epci_siren=epci, etape=etape).row(0, named=True)
    return ligne["statut"], ligne["jour"]


def test_un_repere_est_fait_prevu_glisse_ou_arrive_a_son_terme(en_mars: Contexte) -> None:
    lus = parcours.reperes(REGISTRE, DUREES, en_mars)
    assert _statut(lus, AMP, "CIL") == ("fait", date(2018, 3, 1))
    assert _statut(lus, AMP, "Cotation") == ("glissé", date(2025, 4, 11))
    assert _statut(lus, NICE, "CIL") == ("prévu", date(2025, 2, 1))
    assert _statut(lus, NICE, "CIA") == ("prévu", None)


def test_une_cia_expire_six_ans_apres_sa_signature_sauf_si_le_registre_dit_autre_chose(en_mars: Contexte) -> None:
    lus = parcours.reperes(REGISTRE, DUREES, en_mars)
    assert _statut(lus, AMP, "fin CIA") == ("expiré", date(2025, 1, 15))
    assert _statut(lus, AMP, "fin PPGDID") == ("échéance", date(2026, 1, 10))


def test_un_document_expire_n_est_plus_une_etape_franchie(en_mars: Contexte) -> None:
    figure = parcours.frise_regionale(REGISTRE, DUREES, en_mars)
    assert figure.titre.startswith("Aucun des 2")
    assert "tel que connu le 31 mars 2025" in figure.sous_titre
    assert figure.lecture.endswith("prévu le 11 avril 2025, annoncé auparavant pour le 1er janvier 2025.")


def test_la_fiche_annonce_le_terme_le_plus_proche(en_mars: Contexte) -> None:
    assert parcours.frise_d_un_epci(REGISTRE, DUREES, AMP, en_mars).titre.endswith(
        "la CIA a expiré le 15 janvier 2025"
    )


def test_deux_arretes_disent_ce_qui_a_bouge_et_de_combien(en_mars: Contexte) -> None:
    figure = deux_arretes.comparaison(REGISTRE, (JUIN, DECEMBRE), en_mars)
    lues = {(ligne[2], ligne[3]): ligne[6] for ligne in figure.donnees.select(
        "epci", "code_departement", "etape", "genre", "avant", "apres", "glissement").iter_rows()}  # fmt: skip
    assert lues == {
        ("Cotation", "Date repoussée"): 100.0,
        ("PPGDID", "Étape franchie"): None,
        ("Cotation", "Change de groupe"): None,
    }
    assert "24 EPCI soumis sans les deux arrêtés" in figure.note.replace("\u202f", " ").replace("\xa0", " ")


def test_un_seul_arrete_ne_se_compare_pas(en_mars: Contexte) -> None:
    assert deux_arretes.comparables(REGISTRE.filter(date_arrete=JUIN), en_mars) is None
    assert deux_arretes.comparables(REGISTRE, en_mars) == (JUIN, DECEMBRE)


def test_deux_arretes_se_choisissent_et_leur_comparaison_dit_les_ruptures_de_serie(en_mars: Contexte) -> None:
    ancien = date(2023, 6, 30)
    registre = pl.concat([REGISTRE, REGISTRE.filter(date_arrete=JUIN).with_columns(date_arrete=ancien)])
    assert deux_arretes.comparables(registre, en_mars) == (JUIN, DECEMBRE)
    assert deux_arretes.comparables(registre, en_mars, date(2024, 1, 31)) == (ancien, DECEMBRE)
    assert deux_arretes.comparables(registre, en_mars, date(2023, 1, 31)) is None
    note = deux_arretes.comparaison(registre, (ancien, DECEMBRE), en_mars).note
    assert note.endswith("Rupture de série du 2023-06-30 au 2024-12-31.")
