"""Les commandes de la charte de l'État."""

import click

from bilan.francais import compter
from bilan.projet import Projet


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def charte() -> None:
    """Charte de l'État, pour le thème « etat » du site."""


@charte.command()
def installer() -> None:
    """Installe les fichiers de la charte, que git ignore (il faut npm et le réseau)."""
    from bilan.editions.charte import DOSSIER
    from bilan.editions.charte import installer as prendre

    projet = Projet.trouver()
    copies = prendre(projet)
    click.echo(f"{compter(len(copies), 'fichier')} dans {(projet.reports / DOSSIER).relative_to(projet.racine)}.")


COMMANDES: dict[str, click.Command] = {"charte": charte}
"""Commandes de la charte, à ajouter au groupe `bilan`."""
