"""Le thème des images : tailles, police, filets et langue française, comme données de configuration Vega-Lite."""

from typing import Any

from bilan.figures import palettes
from bilan.francais import FINE_INSECABLE, MOINS

POLICE = "Liberation Sans, Arial, sans-serif"
"""Police des images : vl-convert l'embarque, Arial a les mêmes chasses (aucun libellé rogné)."""

LARGEUR = 720
"""Largeur par défaut d'une image, en pixels ; 340 convient à un téléphone."""

CORPS = 12
PETIT = 11
TITRE = 16
INTERLIGNE = 1.25

LANGUE: dict[str, Any] = {
    "number": {
        "decimal": ",",
        "thousands": FINE_INSECABLE,
        "grouping": [3],
        "currency": ["", f"{FINE_INSECABLE}€"],
        "percent": f"{FINE_INSECABLE}%",
        "minus": MOINS,
    },
    "time": {
        "dateTime": "%A %e %B %Y à %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["", ""],
        "days": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
        "shortDays": ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
        "months": [
            "janvier", "février", "mars", "avril", "mai", "juin",
            "juillet", "août", "septembre", "octobre", "novembre", "décembre",
        ],
        "shortMonths": [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
        ],
    },
}  # fmt: skip
"""Langue des nombres et des dates ; le convertisseur et le navigateur lisent la même."""

CONFIGURATION: dict[str, Any] = {
    "font": POLICE,
    "background": palettes.BLANC,
    "locale": LANGUE,
    # Les descriptions que Vega écrit d'office sont en anglais : la figure a son texte de remplacement.
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelFont": POLICE,
        "labelFontSize": CORPS,
        "labelColor": palettes.ENCRE,
        "labelLimit": 0,
        "gridColor": palettes.GRIS_FILET,
        "gridWidth": 1,
        "domainColor": palettes.GRIS_HACHURE,
        "ticks": False,
        "labelPadding": 6,
    },
    "text": {"font": POLICE, "fontSize": CORPS, "color": palettes.ENCRE, "lineHeight": CORPS * INTERLIGNE},
}
"""Configuration Vega-Lite de toute image du projet."""
