"""Les commandes de l'analyste et de l'exploitant : `bilan sql`, `bilan carnet`, `bilan sante`."""

import sys
from typing import TYPE_CHECKING

import click

from bilan.erreurs import ErreurBilan
from bilan.projet import Jeu, Projet

if TYPE_CHECKING:
    import polars as pl

    from bilan.entrepot.sql import Interrogation

_LIGNES_MONTREES = 50
_INVITE = "bilan> "


@click.command()
@click.argument("requete", required=False, metavar="[REQUÊTE]")
@click.option("--jeu", type=click.Choice([jeu.value for jeu in Jeu]), default=Jeu.DEMONSTRATION.value,
              show_default=True, help="Jeu de données interrogé.")
@click.option("--csv", "en_csv", is_flag=True, help="Écrit tout le résultat en CSV (point-virgule).")
@click.option("--tables", is_flag=True, help="Donne les tables que l'on peut interroger.")
def sql(requete: str | None, jeu: str, en_csv: bool, tables: bool) -> None:
    """Interroge en SQL (DuckDB) les tables et les mesures d'un jeu, en lecture seule.

    Sans REQUÊTE : une invite au terminal, sinon la requête se lit sur l'entrée standard.
    """
    from bilan.entrepot.sql import Interrogation

    projet = Projet.trouver()
    session = Interrogation(projet, Jeu(jeu), projet.collection.jeux[Jeu(jeu)].connu_le)
    if tables:
        click.echo("\n".join(session.noms))
    elif requete is None and sys.stdin.isatty():
        _dialoguer(session)
    else:
        _montrer(session.lire(requete or sys.stdin.read()), en_csv)


def _dialoguer(session: "Interrogation") -> None:
    """Lit des requêtes, finies par « ; », jusqu'à la fin de l'entrée (Ctrl-D) ou « fin »."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 : les flèches et l'historique de l'invite
    click.echo(f"Tables : {', '.join(session.noms)}. Une requête finit par « ; » ; « fin » ou Ctrl-D pour sortir.")
    morceaux: list[str] = []
    while True:
        try:
            ligne = input("   ...> " if morceaux else _INVITE)
        except EOFError:
            click.echo()
            return
        if not morceaux and ligne.strip().lower() in ("fin", "fin;"):
            return
        morceaux.append(ligne)
        if ligne.rstrip().endswith(";"):
            try:
                _montrer(session.lire("\n".join(morceaux)), en_csv=False)
            except ErreurBilan as erreur:
                click.echo(f"Erreur : {erreur.message}", err=True)
            morceaux.clear()


def _montrer(resultat: "pl.DataFrame", en_csv: bool) -> None:
    if en_csv:
        click.echo(resultat.write_csv(separator=";"), nl=False)
        return
    from rich.console import Console
    from rich.table import Table

    from bilan.francais import compter

    table = Table(*resultat.columns)
    for ligne in resultat.head(_LIGNES_MONTREES).iter_rows():
        table.add_row(*("" if valeur is None else str(valeur) for valeur in ligne))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table, markup=False)
    reste = resultat.height - _LIGNES_MONTREES
    suite = f" ({compter(reste, 'autre')} : ajoutez --csv pour tout avoir)" if reste > 0 else ""
    click.echo(f"{compter(resultat.height, 'ligne')}{suite}.")


COMMANDES: dict[str, click.Command] = {"sql": sql}
"""Commandes de l'analyste, à ajouter au groupe `bilan`."""
