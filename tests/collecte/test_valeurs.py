"""Lire une valeur : ce que les gens écrivent, ce qu'il faut en comprendre, ce qu'il faut refuser."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilan.collecte import valeurs
from bilan.collecte.valeurs import Refus


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1\u2009234,0", 1234), (" 12 ", 12),
        ("12.0", 12), ("0", 0), ("−3", -3), ("+4", 4), ("1.234,00", 1234), ("1,234.0", 1234),
    ],
)  # fmt: skip
def test_un_entier_se_lit_sous_toutes_ses_ecritures(texte: str, attendu: int) -> None:
    assert valeurs.entier(texte) == attendu


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [("45,7", 45.7), ("45.7", 45.7), ("30 %", 30.0), ("30\u202f%", 30.0), ("1 234,5", 1234.5), ("1.234,5", 1234.5)],
)
def test_un_decimal_se_lit_avec_virgule_point_ou_pour_cent(texte: str, attendu: float) -> None:
    assert valeurs.decimal(texte) == attendu


@given(st.integers(-(10**12), 10**12))
def test_un_entier_ecrit_a_la_francaise_se_relit(nombre: int) -> None:
    assert valeurs.entier(f"{nombre:,}".replace(",", "\u202f")) == nombre


@given(st.decimals(-(10**6), 10**6, places=2))
def test_un_decimal_ecrit_a_la_francaise_se_relit(nombre: Any) -> None:
    assert valeurs.decimal(f"{nombre:.2f}".replace(".", ",")) == float(nombre)


@pytest.mark.parametrize(
    "texte", ["douze", "12 logements", "1,2,3", "12/13", "1e3", "0x10", "inf", "nan", "--3", "=1+1", "9" * 40, "①"]
)
def test_ce_qui_n_est_pas_un_nombre_est_refuse(texte: str) -> None:
    with pytest.raises(Refus):
        valeurs.decimal(texte)


def test_une_moitie_de_logement_est_refusee() -> None:
    with pytest.raises(Refus, match="entier"):
        valeurs.entier("12,5")


@pytest.mark.parametrize(
    "texte",
    ["31/03/2024", "2024-03-31", "2024-03-31 00:00:00", "31-03-2024", "31.03.24", "31 mars 2024", "31 MARS 2024",
     "45382", "45382.0"],
)  # fmt: skip
def test_une_date_se_lit_sous_toutes_ses_ecritures(texte: str) -> None:
    assert valeurs.jour(texte) == date(2024, 3, 31)


def test_une_date_de_classeur_mac_compte_depuis_1904() -> None:
    assert valeurs.jour("43920", origine=1904) == date(2024, 3, 31)
    assert valeurs.jour("1er août 2024") == date(2024, 8, 1)


@pytest.mark.parametrize("texte", ["31/02/2024", "2024-13-01", "mars 2024", "hier", "12", "2024", "31 germinal 2024"])
def test_une_date_impossible_est_refusee(texte: str) -> None:
    with pytest.raises(Refus):
        valeurs.jour(texte)


@pytest.mark.parametrize(
    ("lecteur", "texte", "attendu"),
    [
        (valeurs.code_commune, "06088", "06088"), (valeurs.code_commune, "2a004", "2A004"),
        (valeurs.code_commune, "13055.0", "13055"), (valeurs.code_departement, "06", "06"),
        (valeurs.code_siren, "200 054 807", "200054807"), (valeurs.code_siren, "20005480700016", "200054807"),
        (valeurs.texte_libre, "  CA \u00a0 du  Sisteronais ", "CA du Sisteronais"),
    ],
)  # fmt: skip
def test_un_code_garde_son_ecriture(lecteur: Callable[[str], str], texte: str, attendu: str) -> None:
    assert lecteur(texte) == attendu


@pytest.mark.parametrize(
    ("lecteur", "texte", "dit"),
    [
        (valeurs.code_commune, "6088", "06088"), (valeurs.code_departement, "6", "06"),
        (valeurs.code_commune, "Nice", "code INSEE"), (valeurs.code_siren, "20005480", "zéro"),
        (valeurs.code_siren, "200054808", "vérifiez"), (valeurs.texte_libre, "=HYPERLINK(1)", "caractère"),
        (valeurs.texte_libre, "@SUM(A1)", "caractère"),
    ],
)  # fmt: skip
def test_un_code_abime_est_refuse_et_la_correction_est_dite(
    lecteur: Callable[[str], str], texte: str, dit: str
) -> None:
    with pytest.raises(Refus) as refus:
        lecteur(texte)
    assert dit in refus.value.correction


def test_un_code_de_liste_se_reconnait_par_code_libelle_ou_synonyme() -> None:
    permises = {"ALS": "Action Logement Services", "COMMUNE": "Commune"}
    assert valeurs.code_de_liste("ALS", permises, {}) == "ALS"
    assert valeurs.code_de_liste("action logement  services", permises, {}) == "ALS"
    assert valeurs.code_de_liste("1 % logement", permises, {"1 logement": "ALS"}) == "ALS"
    with pytest.raises(Refus) as refus:
        valeurs.code_de_liste("Mairie", permises, {})
    assert "« COMMUNE »" in refus.value.correction


@pytest.mark.parametrize("texte", ["", " ", "n.d.", "NC", "-", "\u00a0", "///", "N.R."])
def test_une_absence_n_est_pas_un_zero(texte: str) -> None:
    assert valeurs.est_absente(texte)
    assert not valeurs.est_absente("0")
