"""Les commandes de l'exploitant sur le stockage distant et sur ce que l'on garde."""

from collections.abc import Callable
from typing import TypeVar

import click

from bilan.projet import Projet

Commande = TypeVar("Commande", bound=Callable[..., object])


def _remplacer(aide: str) -> Callable[[Commande], Commande]:
    return click.option("--remplacer", is_flag=True, help=aide)


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def stockage() -> None:
    """Stockage distant (S3 ou dossier partagé) : « bilan executer » s'en sert de lui-même s'il est déclaré."""


@stockage.command()
def verifier() -> None:
    """Relit tout ce qui vaut au stockage, et donne les états que l'on peut reprendre.

    Sort avec 7 si un contenu manque ou a été altéré.
    """
    from bilan.stockage.examen import examiner

    for ligne in examiner(Projet.trouver(), click.echo):
        click.echo(ligne)


@stockage.command()
@click.option("--etat", "voulu", metavar="EMPREINTE", help="État gardé à reprendre ; celui qui vaut sinon.")
@_remplacer("Prend le stockage même si des livraisons ont changé ici, qui sont mises à l'écart.")
def recuperer(voulu: str | None, remplacer: bool) -> None:
    """Met l'entrepôt et le site d'ici à l'état du stockage."""
    from bilan.stockage.emprunt import tenir

    with tenir(Projet.trouver(), click.echo) as emprunt:
        emprunt.recuperer(voulu, remplacer)


@stockage.command()
@_remplacer("Impose l'entrepôt d'ici, même si le stockage a changé ; son état reste gardé.")
def deposer(remplacer: bool) -> None:
    """Rend au stockage l'entrepôt et le site en place ici."""
    from bilan.stockage.emprunt import tenir

    with tenir(Projet.trouver(), click.echo) as emprunt:
        emprunt.deposer(remplacer=remplacer)


@stockage.command()
def liberer() -> None:
    """Ôte la réservation laissée par une machine morte."""
    from bilan.stockage.emprunt import ouvrir
    from bilan.stockage.reservation import liberer as oter

    qui = oter(ouvrir(Projet.trouver()))
    click.echo(f"Réservation ôtée : {qui}." if qui else "Aucune réservation : rien à ôter.")


@click.command()
@click.option("--essai", is_flag=True, help="Donne la liste sans rien effacer.")
def purger(essai: bool) -> None:
    """Efface ce que [retention] ne garde plus, ici et au stockage, après l'avoir listé.

    Ni le site en place, ni une version publiée (bilan publier) ne s'effacent jamais.
    """
    from datetime import date

    from bilan.carnets.verrou import verrou_execution
    from bilan.stockage import etat, retention
    from bilan.stockage.emprunt import accorder, tenir

    projet = Projet.trouver()
    with verrou_execution(projet):
        lots = retention.a_purger(projet, date.today())
        for lot in lots:
            click.echo(lot.phrase)
        if not lots:
            click.echo("Rien à purger ici.")
        if lots and not essai:
            with accorder(projet, click.echo):
                retention.purger(lots)
        if etat.adresse(projet):
            with tenir(projet, click.echo) as emprunt:
                emprunt.balayer(essai)


COMMANDES: dict[str, click.Command] = {"stockage": stockage, "purger": purger}
"""Commandes du stockage, à ajouter au groupe `bilan`."""
