"""Montrer un résultat au terminal : une table si elle tient en largeur, sinon une ligne après l'autre."""

from typing import TYPE_CHECKING

from bilan.francais import compter, nombre

if TYPE_CHECKING:
    import polars as pl

LIGNES_MONTREES, FICHES_MONTREES = 50, 5
_ENTRE_COLONNES = 3


def montrer(resultat: "pl.DataFrame", largeur: int) -> str:
    """Rend le résultat en texte, nombres à la française, et la phrase qui compte ses lignes.

    Trop large pour `largeur` caractères, il se lit ligne par ligne, une colonne après l'autre.
    """
    cases = [[_case(valeur) for valeur in ligne] for ligne in resultat.head(LIGNES_MONTREES).iter_rows()]
    largeurs = [max(map(len, colonne)) for colonne in zip(resultat.columns, *cases, strict=True)]
    en_table = sum(largeurs) + _ENTRE_COLONNES * len(largeurs) <= largeur
    cases = cases if en_table else cases[:FICHES_MONTREES]
    numeriques = [type_.is_numeric() for type_ in resultat.dtypes]
    lignes = _table(resultat.columns, cases, largeurs, numeriques) if en_table else _fiches(resultat.columns, cases)
    reste = resultat.height - len(cases)
    suite = f" ({compter(reste, 'autre')} : ajoutez --csv pour tout avoir)" if reste else ""
    return "\n".join([*lignes, f"{compter(resultat.height, 'ligne')}{suite}."])


def _table(titres: list[str], cases: list[list[str]], largeurs: list[int], numeriques: list[bool]) -> list[str]:
    def ecrire(ligne: list[str]) -> str:
        morceaux = [
            case.rjust(large) if numerique else case.ljust(large)
            for case, large, numerique in zip(ligne, largeurs, numeriques, strict=True)
        ]
        return (" " * _ENTRE_COLONNES).join(morceaux).rstrip()

    filet = (" " * _ENTRE_COLONNES).join("─" * large for large in largeurs)
    return [ecrire(titres), filet, *map(ecrire, cases)]


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
