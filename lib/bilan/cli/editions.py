"""Les commandes des éditions hors du site : fiches PDF, annexe, données ouvertes, ou le kit entier."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from bilan.cli.options import UN_PROFIL, Commande
from bilan.projet import Jeu, Projet

_JEU = click.option("--jeu", "jeux", type=click.Choice([jeu.value for jeu in Jeu]), multiple=True,
                    help="Jeu de données ; les deux si rien n'est dit.")
_DOSSIER = click.option("--dossier", type=click.Path(path_type=Path, file_okay=False), metavar="DOSSIER",
                        help="Dossier à remplir, un sous-dossier par jeu ; reports/versions/kit sinon.")


def _choix(commande: Commande) -> Commande:
    """Ajoute les options communes : jeux, profil, dossier."""
    for option in (_DOSSIER, UN_PROFIL, _JEU):
        commande = option(commande)
    return commande


def _fabriques(jeux: tuple[str, ...], dossier: Path | None, profil: str) -> Iterator[Any]:
    from bilan.editions.kit import Fabrique

    for jeu in map(Jeu, jeux or list(Jeu)):
        yield Fabrique.ouvrir(Projet.trouver(), jeu, dossier, profil)


def _faire(piece: Callable[[Any], str], **choix: Any) -> None:
    for fabrique in _fabriques(**choix):
        click.echo(piece(fabrique))


@click.command()
@_choix
def kit(**choix: Any) -> None:
    """Fait le kit du comité : fiches PDF, annexe XLSX et données ouvertes."""
    from bilan.editions.kit import faire_le_kit

    faire_le_kit(_fabriques(**choix), click.echo)


@click.command()
@_choix
@click.option("--epci", "sirens", multiple=True, metavar="SIREN", help="Seulement cet EPCI (option répétable).")
def fiches(sirens: tuple[str, ...], **choix: Any) -> None:
    """Imprime les fiches PDF : deux pages par EPCI, quatre de synthèse régionale."""
    _faire(lambda fabrique: fabrique.fiches(sirens), **choix)


@click.command()
@_choix
def annexe(**choix: Any) -> None:
    """Écrit l'annexe XLSX : une feuille par figure."""
    _faire(lambda fabrique: fabrique.annexe(), **choix)


@click.command()
@_choix
def ouvrir_donnees(**choix: Any) -> None:
    """Écrit les données ouvertes : CSV, Parquet, schémas et licence."""
    _faire(lambda fabrique: fabrique.ouvertes(), **choix)


COMMANDES: dict[str, click.Command] = {
    "kit": kit, "fiches": fiches, "annexe": annexe, "ouvrir-donnees": ouvrir_donnees,
}
"""Commandes des éditions, à ajouter au groupe `bilan`."""
