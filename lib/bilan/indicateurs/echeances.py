"""Échéances de la réforme, lues dans les règles datées : le calcul n'en écrit aucune en dur."""

from datetime import date

from bilan.indicateurs.contexte import Regles

BASCULE_FLUX = "date_bascule_flux"
BILAN_LEGAL, BILAN_TOLERE = "echeance_bilan_annuel", "tolerance_bilan_annuel"
REMONTEE = "echeance_remontee_conventions"
CIBLE_Q1 = "cible_q1_hors_qpv_pct"


def bascule_en_flux(regles: Regles, jour: date) -> date:
    """Rend le dernier jour où signer les conventions de flux (loi 3DS 2022-217, art. 22)."""
    return _date(regles.valeur(BASCULE_FLUX, jour))


def remontee_des_conventions(regles: Regles, jour: date) -> date:
    """Rend le dernier jour où remonter les conventions signées à la DREAL (COPIL du 8 février 2024)."""
    return _date(regles.valeur(REMONTEE, jour))


def bilan_annuel(regles: Regles, annee: int, code: str = BILAN_LEGAL) -> date:
    """Rend le jour où le bilan de l'`annee` est dû (CCH R.441-5-1), ou toléré."""
    mois, jour = (int(part) for part in str(regles.valeur(code, date(annee + 1, 1, 1))).split("-")[-2:])
    return date(annee + 1, mois, jour)


def cible(regles: Regles, code: str, jour: date) -> float:
    """Rend une cible légale, en %, en vigueur le `jour` (loi Égalité et Citoyenneté 2017-86)."""
    return float(regles.valeur(code, jour))


def _date(valeur: object) -> date:
    return valeur if isinstance(valeur, date) else date.fromisoformat(str(valeur))
