"""Échéances de la réforme, lues dans les règles datées : le calcul n'en écrit aucune en dur."""

from datetime import date
from typing import Any, Protocol


class Regles(Protocol):
    """Ce que le calcul demande aux règles de droit : leur valeur à une date (`referentiel.regles.Regles`)."""

    def valeur(self, code: str, jour: date) -> Any:
        """Rend la valeur de la règle `code` en vigueur le `jour`."""
        ...


BASCULE_FLUX = "date_bascule_flux"
BILAN_LEGAL, BILAN_TOLERE = "echeance_bilan_annuel", "tolerance_bilan_annuel"
REMONTEE = "echeance_remontee_conventions"
CIBLE_Q1 = "cible_q1_hors_qpv_pct"


def bascule_en_flux(regles: Regles, jour: date) -> date:
    """Rend le dernier jour où signer les conventions de flux (loi 3DS 2022-217, art. 22)."""
    return _date(regles.valeur(BASCULE_FLUX, jour))


def premier_exercice(regles: Regles, jour: date) -> int:
    """Rend la première année du flux : l'exercice est l'année civile, et suit la bascule (COPIL du 8 février 2024).

    Une année d'avant se livre au même gabarit, et ne sert que de saison à F5.
    """
    return bascule_en_flux(regles, jour).year + 1


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
