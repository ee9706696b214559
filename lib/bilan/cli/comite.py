"""Les commandes d'un comité : refaire ou vérifier son édition versée au dépôt, et tenir les commentaires à jour."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bilan.cli.options import UN_PROFIL
from bilan.francais import compter
from bilan.projet import Jeu, Projet

if TYPE_CHECKING:
    from bilan.editions.executions import Edition


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def comite() -> None:
    """Édition d'un comité passé : la refaire telle qu'on savait les choses ce jour-là, ou la vérifier."""


_CONNU_LE = click.option("--connu-le", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="AAAA-MM-JJ",
                     help="On lit ce que l'on savait ce jour-là.")
_PERIODE = click.option("--periode", required=True, metavar="PÉRIODE", help="Période du bilan présenté (2024, 2024T3).")
_VERSEE = click.argument("dossier", type=click.Path(path_type=Path, file_okay=False))


@comite.command()
@_CONNU_LE
@_PERIODE
@UN_PROFIL
@_VERSEE
def editer(connu_le: datetime, periode: str, profil: str, dossier: Path) -> None:
    """Refait l'édition réelle d'un comité et l'écrit dans DOSSIER : synthèse, diaporama, annexe, carte, relevé.

    Au profil public, la barrière relit tout d'abord ; à la première fuite, rien ne s'écrit et le code de sortie est 5.
    """
    from bilan.comite import Comite
    from bilan.comite import editer as refaire

    refaire(Projet.trouver(), Comite(periode, connu_le.date(), profil), dossier, click.echo)


@comite.command()
@_CONNU_LE
@_PERIODE
@UN_PROFIL
@_VERSEE
def verifier(connu_le: datetime, periode: str, profil: str, dossier: Path) -> None:
    """Refait les figures d'un comité et nomme celles qui ne sont plus celles de DOSSIER."""
    from bilan.comite import Comite
    from bilan.comite import verifier as comparer
    from bilan.erreurs import PublicationRefusee

    bougees = comparer(Projet.trouver(), Comite(periode, connu_le.date(), profil), dossier, click.echo)
    if bougees:
        combien = compter(len(bougees), "figure a bougé", "figures ont bougé")
        raise PublicationRefusee(f"{combien} : {' '.join(bougees)}")
    click.echo("Toutes les figures sont celles de l'édition versée.")


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def commentaire() -> None:
    """Commentaires des analystes : ceux qu'il faut relire, et les confirmer."""


@commentaire.command()
def lister() -> None:
    """Dit, pour chaque commentaire, s'il vaut toujours ou quelles figures ont bougé."""
    from bilan.editions.commentaires import A_RELIRE, figures_de, lire_commentaires

    projet = Projet.trouver()
    editions = _editions(projet)
    for lu in lire_commentaires(projet):
        bougees = lu.bougees(figures_de(editions[lu.jeu]) if lu.jeu in editions else {})
        click.echo(f"{lu.nom} : {A_RELIRE.lower() + ', ' + ', '.join(bougees) if bougees else 'à jour'}")


@commentaire.command()
@click.argument("nom")
def confirmer(nom: str) -> None:
    """Tient le commentaire NOM à ce que ses figures disent aujourd'hui, une fois relu."""
    from bilan.editions.commentaires import confirmer as tenir

    projet = Projet.trouver()
    bougees = tenir(projet, nom, _editions(projet))
    click.echo(f"Commentaire « {nom} » confirmé ; {compter(len(bougees), 'figure avait', 'figures avaient')} bougé.")


def _editions(projet: Projet) -> "dict[Jeu, Edition]":
    from bilan.editions.executions import lire_edition
    from bilan.entrepot.runs import EntrepotRuns

    return {jeu: lire_edition(projet, jeu) for jeu in Jeu if EntrepotRuns(projet.entrepot, jeu).cles()}


COMMANDES: dict[str, click.Command] = {"comite": comite, "commentaire": commentaire}
"""Commandes du comité, à ajouter au groupe `bilan`."""
