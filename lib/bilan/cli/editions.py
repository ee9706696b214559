"""Les commandes des éditions hors du site : fiches PDF, annexe, données ouvertes, ou le kit entier."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bilan.projet import Jeu, Projet

_JEU = click.option("--jeu", "jeux", type=click.Choice([jeu.value for jeu in Jeu]), multiple=True,
                    help="Jeu de données ; les deux si rien n'est dit.")
_DOSSIER = click.option("--dossier", type=click.Path(path_type=Path, file_okay=False), metavar="DOSSIER",
                        help="Dossier à remplir, un sous-dossier par jeu ; reports/versions/kit sinon.")


def _faire(jeux: tuple[str, ...], dossier: Path | None, piece: Callable[[Any], str]) -> None:
    from bilan.editions.kit import Fabrique

    for jeu in map(Jeu, jeux or list(Jeu)):
        click.echo(piece(Fabrique.ouvrir(Projet.trouver(), jeu, dossier)))


@click.command()
@_JEU
@_DOSSIER
def kit(jeux: tuple[str, ...], dossier: Path | None) -> None:
    """Fait le kit du comité : fiches PDF, annexe XLSX et données ouvertes."""
    from bilan.editions.kit import faire_le_kit

    faire_le_kit(Projet.trouver(), [Jeu(jeu) for jeu in jeux or list(Jeu)], dossier, click.echo)


@click.command()
@_JEU
@_DOSSIER
@click.option("--epci", "sirens", multiple=True, metavar="SIREN", help="Seulement cet EPCI (option répétable).")
def fiches(jeux: tuple[str, ...], dossier: Path | None, sirens: tuple[str, ...]) -> None:
    """Imprime les fiches PDF : deux pages par EPCI, quatre de synthèse régionale."""
    _faire(jeux, dossier, lambda fabrique: fabrique.fiches(sirens))


@click.command()
@_JEU
@_DOSSIER
def annexe(jeux: tuple[str, ...], dossier: Path | None) -> None:
    """Écrit l'annexe XLSX : une feuille par figure."""
    _faire(jeux, dossier, lambda fabrique: fabrique.annexe())


@click.command()
@_JEU
@_DOSSIER
def ouvrir_donnees(jeux: tuple[str, ...], dossier: Path | None) -> None:
    """Écrit les données ouvertes : CSV, Parquet, schémas et licence."""
    _faire(jeux, dossier, lambda fabrique: fabrique.ouvertes())


COMMANDES: dict[str, click.Command] = {
    "kit": kit, "fiches": fiches, "annexe": annexe, "ouvrir-donnees": ouvrir_donnees,
}
"""Commandes des éditions, à ajouter au groupe `bilan`."""
