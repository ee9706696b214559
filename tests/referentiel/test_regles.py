"""Oracles : les textes cités par le domaine (§ 1.1 à 1.10, 3 et 7)."""

from datetime import date
from pathlib import Path

import pytest

from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.referentiel.regles import Regles


@pytest.fixture(scope="module")
def regles(referentiel: Path) -> Regles:
    return Regles.ouvrir(referentiel)


@pytest.mark.parametrize(
    ("code", "valeur"),
    [("plafond_etat_pct", 30), ("plafond_etat_agents_pct", 5), ("plafond_collectivites_pct", 20),
     ("cible_q1_hors_qpv_pct", 25), ("cible_prioritaires_pct", 25), ("cible_prefet_prioritaires_pct", 25),
     ("date_bascule_flux", date(2023, 11, 24)), ("date_cotation", date(2023, 12, 31)),
     ("echeance_bilan_annuel", "02-28"), ("tolerance_bilan_annuel", "03-31"),
     ("echeance_remontee_conventions", date(2024, 3, 31)), ("duree_cia_ans", 6), ("duree_ppgdid_ans", 6)],
)
def test_les_regles_en_vigueur_au_comite_de_2025(regles: Regles, code: str, valeur: object) -> None:
    assert regles.valeur(code, date(2025, 2, 8)) == valeur


def test_les_parts_de_l_etat_se_composent(regles: Regles) -> None:
    jour = date(2024, 6, 30)
    assert regles.valeur("cible_prefet_prioritaires_pct", jour) == (
        regles.valeur("plafond_etat_pct", jour) - regles.valeur("plafond_etat_agents_pct", jour)
    )


def test_la_loi_3ds_deplace_l_echeance_du_flux(regles: Regles) -> None:
    assert regles.valeur("date_bascule_flux", date(2021, 12, 31)) == date(2021, 11, 24)
    assert regles.valeur("date_bascule_flux", date(2022, 2, 20)) == date(2021, 11, 24)
    assert regles.valeur("date_bascule_flux", date(2022, 2, 21)) == date(2023, 11, 24)


def test_de_la_bascule_a_la_remontee_il_y_a_128_jours(regles: Regles) -> None:
    jour = date(2024, 12, 31)
    ecart = regles.valeur("echeance_remontee_conventions", jour) - regles.valeur("date_bascule_flux", jour)
    assert ecart.days == 128


def test_la_tolerance_ne_vaut_que_pour_le_premier_exercice(regles: Regles) -> None:
    attendues = {2024: "02-28", 2025: "03-31", 2026: "02-28"}
    assert {annee: regles.valeur("tolerance_bilan_annuel", date(annee, 1, 1)) for annee in attendues} == attendues


def test_chaque_version_dit_son_texte_et_ce_que_l_on_en_sait(regles: Regles) -> None:
    versions = [version for regle in regles for version in regle.versions]
    assert all(version.texte.strip() and version.statut in ("verifie", "non_verifie") for version in versions)
    assert not regles.version("date_cotation", date(2024, 1, 1)).est_verifiee
    assert regles.version("date_bascule_flux", date(2024, 1, 1)).est_verifiee
    assert not regles.version("plafond_collectivites_pct", date(2024, 1, 1)).est_verifiee
    assert regles.version("plafond_collectivites_pct", date(2015, 1, 1)).est_verifiee


def test_une_regle_inconnue_ou_pas_encore_en_vigueur(regles: Regles) -> None:
    with pytest.raises(ErreurUsage, match=r"« plafond_etat » .*« plafond_etat_pct »"):
        regles.valeur("plafond_etat", date(2024, 1, 1))
    with pytest.raises(ErreurUsage, match=r"pas en vigueur au 1er janvier 2019 .* le 22 février 2020"):
        regles.valeur("plafond_etat_pct", date(2019, 1, 1))
    assert regles.regle("plafond_etat_pct").le(date(2019, 1, 1)) is None


_REGLE = '[[regles]]\ncode = "a"\ntitre = "A"\n'
_VERSION = '[[regles.versions]]\nvaleur = 1\ndate_effet = {}\ntexte = "t"\nstatut = "{}"\n'


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [("[[regles]", "ne peut pas être lu"),
     ("", "ne peut pas être lu"),
     (_REGLE + _VERSION.format("2024-01-01", "vrai"), "statut"),
     (_REGLE + _VERSION.format("2024-01-01", "verifie") + _VERSION.format("2020-01-01", "verifie"), "croissante"),
     ((_REGLE + _VERSION.format("2024-01-01", "verifie")) * 2, "deux fois")],
)
def test_un_fichier_de_regles_fautif_se_nomme(tmp_path: Path, contenu: str, attendu: str) -> None:
    (tmp_path / "regles.toml").write_text(contenu, encoding="utf-8")
    with pytest.raises(DonneesRefusees, match=attendu):
        Regles.ouvrir(tmp_path)


def test_un_fichier_de_regles_absent_se_nomme(tmp_path: Path) -> None:
    with pytest.raises(DonneesRefusees, match=r"regles\.toml » manque"):
        Regles.ouvrir(tmp_path)
