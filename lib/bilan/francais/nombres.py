"""Nombres, pourcentages, dates et accords, à la française (Babel dedans)."""

import math
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

FINE_INSECABLE = "\u202f"
INSECABLE = "\u00a0"
MOINS = "\u2212"

SIGNES = {"non_transmis": "n.d.", "sans_objet": "///", "secret": "s"}
"""Signe conventionnel de chaque absence (conventions, § 1.7)."""


def nombre(valeur: float | None, decimales: int = 0) -> str:
    """Rend `valeur` à la française (« 12 098 », « 60,9 ») ; « n.d. » si elle manque.

    Milliers séparés par U+202F, virgule décimale, vrai signe moins. Un arrondi nul ne garde pas de signe.
    """
    if valeur is None or math.isnan(valeur):
        return SIGNES["non_transmis"]
    return _ecrire(round(valeur, decimales) + 0.0, decimales)


def au_plus(valeur: float | None, decimales: int = 1) -> str:
    """Rend `valeur` avec ces décimales, ou sans aucune si elle est entière (« 720 », « 264,1 », « 3,0 » pour 2,96)."""
    entier = valeur is not None and not math.isnan(valeur) and math.isclose(valeur, round(valeur), abs_tol=1e-9)
    return nombre(valeur, 0 if entier else decimales)


@lru_cache(maxsize=1 << 15)
def _ecrire(arrondi: float, decimales: int) -> str:
    """Rend l'écriture d'un nombre arrondi, gardée : les éditions écrivent dix fois le même, et Babel y met 0,1 ms."""
    motif = "#,##0" + ("." + "0" * decimales if decimales else "")
    return format_decimal(arrondi, format=motif, locale="fr").replace("-", MOINS)


def pourcent(valeur: float | None, decimales: int = 1) -> str:
    """Rend `valeur`, déjà exprimée en pour cent, suivie de son signe (« 60,9 % »)."""
    texte = nombre(valeur, decimales)
    return texte if valeur is None or math.isnan(valeur) else f"{texte}{FINE_INSECABLE}%"


def points(ecart: float | None, decimales: int = 1) -> str:
    """Rend un écart entre deux taux, signé, en points (« +3,2 points »)."""
    if ecart is None or math.isnan(ecart):
        return SIGNES["non_transmis"]
    arrondi = round(ecart, decimales) + 0.0
    signe = "+" if arrondi > 0 else ""
    return f"{signe}{nombre(arrondi, decimales)}{INSECABLE}{'points' if abs(arrondi) >= 2 else 'point'}"


def date_longue(jour: date) -> str:
    """Rend « 31 mars 2026 », « 1er janvier 2026 »."""
    texte = format_date(jour, format="d MMMM y", locale="fr")
    return f"1er{texte[1:]}" if jour.day == 1 else texte


def date_courte(jour: date) -> str:
    """Rend « 31/03/2026 »."""
    return format_date(jour, format="dd/MM/y", locale="fr")


def accord(quantite: float, singulier: str, pluriel: str | None = None) -> str:
    """Rend la forme qui s'accorde avec `quantite` : le pluriel commence à deux en français."""
    return singulier if abs(quantite) < 2 else (pluriel or singulier + "s")


def compter(quantite: float, singulier: str, pluriel: str | None = None) -> str:
    """Rend le nombre suivi du nom accordé (« 1 EPCI », « 12 098 logements », « aucun » n'est pas son affaire)."""
    return f"{nombre(quantite)}{INSECABLE}{accord(quantite, singulier, pluriel)}"


def enumerer(elements: Sequence[str]) -> str:
    """Rend « a, b et c »."""
    if len(elements) < 2:
        return "".join(elements)
    return f"{', '.join(elements[:-1])} et {elements[-1]}"
