"""Montrer un résultat au terminal : une table si elle tient en largeur, sinon une ligne après l'autre."""

from typing import TYPE_CHECKING

from bilan.francais import compter, nombre

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

LIGNES_MONTREES, FICHES_MONTREES = 50, 5
_SANS_BORD = 10_000


def montrer(resultat: "pl.DataFrame", largeur: int) -> str:
    """Rend le résultat en texte, nombres à la française, et la phrase qui compte ses lignes.

    Trop large pour `largeur` caractères, il se lit ligne par ligne, une colonne après l'autre.
    """
    from rich.console import Console

    cases = [[_case(valeur) for valeur in ligne] for ligne in resultat.head(LIGNES_MONTREES).iter_rows()]
    console, table = Console(width=largeur, color_system=None), _table(resultat, cases)
    en_table = console.measure(table, options=console.options.update(width=_SANS_BORD)).maximum <= largeur
    cases = cases if en_table else cases[:FICHES_MONTREES]
    if en_table:
        with console.capture() as prise:
            console.print(table)
        lignes = [ligne.rstrip() for ligne in prise.get().splitlines()]
    else:
        lignes = _fiches(resultat.columns, cases)
    reste = resultat.height - len(cases)
    suite = f" ({compter(reste, 'autre')} : ajoutez --csv pour tout avoir)" if reste else ""
    return "\n".join([*lignes, f"{compter(resultat.height, 'ligne')}{suite}."])


def _table(resultat: "pl.DataFrame", cases: list[list[str]]) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for titre, genre in resultat.schema.items():
        table.add_column(Text(titre), justify="right" if genre.is_numeric() else "left", no_wrap=True)
    for ligne in cases:
        table.add_row(*map(Text, ligne))
    return table


def _fiches(titres: list[str], cases: list[list[str]]) -> list[str]:
    large = max(map(len, titres))
    lignes = []
    for rang, ligne in enumerate(cases, start=1):
        lignes.append(f"── ligne {rang}")
        lignes += [f"{titre.ljust(large)}   {case}".rstrip() for titre, case in zip(titres, ligne, strict=True)]
    return lignes


def _case(valeur: object) -> str:
    """Écrit une valeur ; une année reste « 2024 », un taux s'arrondit à deux décimales (--csv le garde entier)."""
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, float):
        return nombre(valeur, 2)
    return str(valeur)
