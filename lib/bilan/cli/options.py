"""Les options que plusieurs commandes partagent, et la demande qu'elles forment."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from bilan.projet import INTERNE, PROFILS, Jeu

Commande = TypeVar("Commande", bound=Callable[..., Any])

UN_PROFIL = click.option("--profil", type=click.Choice(PROFILS), default=INTERNE, show_default=True,
                         help="Profil de diffusion de l'édition.")

COURANTE = "courante"
"""Période que chaque jeu déclare dans `collection.toml` : une tâche planifiée n'a pas à la réécrire."""

_CHOIX = (
    click.option("--jeu", "jeux", type=click.Choice([jeu.value for jeu in Jeu]), multiple=True,
                 help="Jeu de données ; les deux si rien n'est dit."),
    click.option("--carnet", "carnets", multiple=True, metavar="NOM", help="Seulement ce carnet (option répétable)."),
    click.option("--epci", "territoires", multiple=True, metavar="SIREN",
                 help="Seulement cet EPCI (option répétable)."),
    click.option("--periode", metavar="PÉRIODE",
                 help="Année (2024), trimestre (2024T3) ou « courante » : celle de collection.toml."),
    click.option("--profil", type=click.Choice([*PROFILS, "tous"]), default=INTERNE, show_default=True,
                 help="Édition interne, publique (mesures masquées), ou les deux."),
    click.option("--region", metavar="CODE", help="Région attendue ; refusée si ce n'est pas celle du projet."),
)


def choix_de_carnets(commande: Commande) -> Commande:
    """Ajoute à une commande ce qui choisit ce qu'on joue : jeux, carnets, EPCI, période, profil, région."""
    for option in reversed(_CHOIX):
        commande = option(commande)
    return commande


def demande(**choix: Any) -> Any:
    """Rend la `chaine.Demande` que forment les options reçues."""
    from bilan.chaine import Demande

    jeux = tuple(map(Jeu, choix.pop("jeux"))) or tuple(Jeu)
    if choix.get("periode") == COURANTE:
        choix["periode"] = None
    return Demande(jeux=jeux, **choix)
