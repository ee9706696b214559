"""La table d'une figure, écrite à la française : une seule façon de remplir une cellule, pour tous les médias."""

import csv
import io
import math
from datetime import date
from typing import Any

from bilan import francais
from bilan.figures.formes import Format
from bilan.figures.modele import Colonne, Figure

FORMATS_NUMERIQUES: tuple[Format, ...] = ("nombre", "decimal", "pourcent", "points", "jours")
"""Formats dont les cellules s'alignent à droite et restent des nombres dans un classeur."""

_DECIMALES_CSV = 4


def cellule(valeur: Any, format_: Format = "texte", absence: str | None = None) -> str:
    """Rend la cellule lue : la valeur dans son format, ou le signe de son absence (n.d., ///, s).

    `absence` est la raison écrite dans la table ; une valeur qui manque sans raison se lit « n.d. ».
    """
    if valeur is None or (isinstance(valeur, float) and math.isnan(valeur)):
        return francais.SIGNES.get(absence or "", francais.SIGNES["non_transmis"])
    match format_:
        case "nombre":
            return francais.nombre(valeur)
        case "decimal":
            return francais.nombre(valeur, 1)
        case "pourcent":
            return francais.pourcent(valeur)
        case "points":
            return francais.points(valeur)
        case "jours":
            return francais.compter(valeur, "jour")
        case "date":
            return francais.date_courte(valeur) if isinstance(valeur, date) else str(valeur)
    return str(valeur)


def entete(colonne: Colonne) -> str:
    """Rend le titre de la colonne, suivi de son unité quand elle en a une (« Attributions (logements) »)."""
    return f"{colonne.titre} ({colonne.unite})" if colonne.unite else colonne.titre


def lignes(figure: Figure) -> list[tuple[str, ...]]:
    """Rend les cellules lues de la figure : une ligne par ligne de la table, une cellule par colonne visible."""
    return [
        tuple(cellule(ligne[c.nom], c.format, ligne.get(c.absence)) for c in figure.colonnes)
        for ligne in figure.donnees.iter_rows(named=True)
    ]


def est_numerique(colonne: Colonne) -> bool:
    """Vrai quand la colonne porte des nombres."""
    return colonne.format in FORMATS_NUMERIQUES


def en_csv(figure: Figure, tableur: bool = True) -> bytes:
    """Rend la table de la figure en CSV : titres lus, nombres sans espace, signes d'absence dans leur cellule.

    Pour un tableur français : point-virgule, virgule décimale, dates JJ/MM/AAAA, marque d'ordre des
    octets. Sinon : virgule, point décimal, dates ISO.
    """
    tampon = io.StringIO()
    sortie = csv.writer(tampon, delimiter=";" if tableur else ",", lineterminator="\r\n" if tableur else "\n")
    sortie.writerow([entete(c) for c in figure.colonnes])
    for ligne in figure.donnees.iter_rows(named=True):
        sortie.writerow([_valeur_csv(ligne[c.nom], c, ligne.get(c.absence), tableur) for c in figure.colonnes])
    return tampon.getvalue().encode("utf-8-sig" if tableur else "utf-8")


def _valeur_csv(valeur: Any, colonne: Colonne, absence: str | None, tableur: bool) -> str:
    if isinstance(valeur, bool | str) or valeur is None:
        return cellule(valeur, "texte", absence)
    if isinstance(valeur, date):
        return francais.date_courte(valeur) if tableur else valeur.isoformat()
    if math.isnan(valeur):
        return cellule(None, colonne.format, absence)
    texte = f"{round(valeur, _DECIMALES_CSV):.{_DECIMALES_CSV}f}".rstrip("0").rstrip(".")
    return texte.replace(".", ",") if tableur else texte
