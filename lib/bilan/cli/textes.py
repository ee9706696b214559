"""Les commandes des textes libres : ceux qu'il faut relire avant une édition publique, et les approuver."""

from datetime import date

import click

from bilan.francais import compter
from bilan.projet import Projet


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def texte() -> None:
    """Textes libres des livraisons et commentaires : aucun ne sort au public sans approbation."""


@texte.command()
def lister() -> None:
    """Donne les textes que personne n'a approuvés, avec le début de leur empreinte."""
    from bilan.editions.sortie import textes_a_relire
    from bilan.secret.textes import empreinte

    textes = textes_a_relire(Projet.trouver())
    for a_relire in textes:
        click.echo(f"{empreinte(a_relire)[:12]} · {' '.join(a_relire.split())}")
    click.echo(f"{compter(len(textes), 'texte')} à relire." if textes else "Aucun texte à relire.")


@texte.command()
@click.argument("empreintes", nargs=-1, metavar="EMPREINTE…")
@click.option("--role", required=True, metavar="FONCTION", help="Fonction de qui a relu, jamais un nom.")
@click.option("--tous", is_flag=True, help="Approuve tous les textes que donne « lister ».")
def approuver(empreintes: tuple[str, ...], role: str, tous: bool) -> None:
    """Inscrit dans data/approbations.csv qui a relu ces textes, et quand."""
    from bilan.editions.sortie import approuver_textes

    approuves = approuver_textes(Projet.trouver(), None if tous else empreintes, role, date.today())
    click.echo(f"{compter(approuves, 'texte approuvé', 'textes approuvés')}.")


COMMANDES: dict[str, click.Command] = {"texte": texte}
"""Commandes des textes libres, à ajouter au groupe `bilan`."""
