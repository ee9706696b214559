"""La commande `bilan` : elle lit ce qu'on lui demande, appelle, et rend un code de sortie documenté."""

import sys
from importlib.metadata import version
from pathlib import Path

import click

from bilan.erreurs import CodeSortie, ErreurBilan
from bilan.projet import Jeu, Projet

_JEUX = click.Choice([jeu.value for jeu in Jeu])
_SUITE = "COMMANDE [ARGUMENTS]…"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, subcommand_metavar=_SUITE
)
@click.version_option(version("bilan"), prog_name="bilan")
def bilan() -> None:
    """Le bilan régional de la réforme des attributions HLM, des données aux éditions.

    Codes de sortie : 0 succès, 1 erreur inattendue ou carnet en échec, 2 demande mal formée,
    3 données refusées, 4 travail déjà en cours, 5 publication refusée par les contrôles.
    """


@bilan.command()
@click.option("--jeu", "jeux", type=_JEUX, multiple=True, help="Jeu de données ; les deux si rien n'est dit.")
@click.option("--carnet", "carnets", multiple=True, metavar="NOM", help="Seulement ce carnet (option répétable).")
@click.option("--epci", "territoires", multiple=True, metavar="SIREN", help="Seulement cet EPCI (option répétable).")
@click.option("--periode", metavar="PÉRIODE", help="Année (2024) ou trimestre (2024T3) du jeu demandé.")
@click.option("--region", metavar="CODE", help="Code de la région, à la place de celui de collection.toml.")
@click.option("--moteur", type=click.Choice(["bilan", "standard"]), help="Moteur d'exécution des carnets.")
@click.option("--ouvriers", type=click.IntRange(min=1), metavar="N", help="Carnets menés de front ; les cœurs sinon.")
@click.option("--forcer", is_flag=True, help="Rejoue tout, même ce qui n'a pas changé.")
def executer(
    jeux: tuple[str, ...],
    carnets: tuple[str, ...],
    territoires: tuple[str, ...],
    **reglages: object,
) -> None:
    """Charge les données, calcule les mesures, exécute les carnets et construit les éditions."""
    from bilan import chaine

    demande = chaine.Demande(
        jeux=tuple(map(Jeu, jeux)) or tuple(Jeu), carnets=carnets, territoires=territoires, **reglages
    )
    chaine.executer(Projet.trouver(), demande, dire=click.echo)


@bilan.group(subcommand_metavar=_SUITE)
def referentiel() -> None:
    """Territoires, acteurs et règles de droit."""


@referentiel.command("construire")
@click.option(
    "--destination", type=click.Path(path_type=Path, file_okay=False), metavar="DOSSIER",
    help="Dossier à remplir ; data/referentiel sinon.",
)
def referentiel_construire(destination: Path | None) -> None:
    """Reconstruit le référentiel depuis les paquets publics dont il vient (il faut le réseau)."""
    from bilan.referentiel.construction import construire

    construire(destination or Projet.trouver().referentiel)


@bilan.group(subcommand_metavar=_SUITE)
def demonstration() -> None:
    """Année fictive, pour apprendre et pour vérifier."""


@demonstration.command("generer")
@click.option("--graine", type=int, metavar="N", help="Graine du tirage ; celle de data/demonstration sinon.")
def demonstration_generer(graine: int | None) -> None:
    """Écrit les livraisons fictives dans data/demonstration/livraisons."""
    from bilan import chaine

    chaine.engendrer_demonstration(Projet.trouver(), graine)


@bilan.command()
def dictionnaire() -> None:
    """Réécrit docs/dictionnaire.md d'après le catalogue des tables."""
    from bilan.tables.dictionnaire import ecrire

    ecrire(Projet.trouver().racine / "docs" / "dictionnaire.md")


def main() -> None:
    """Point d'entrée : toute erreur attendue est une phrase sur la sortie d'erreur, et un code."""
    try:
        bilan.main(prog_name="bilan", standalone_mode=False)
    except ErreurBilan as erreur:
        click.echo(f"Erreur : {erreur.message}", err=True)
        sys.exit(erreur.code_sortie)
    except click.UsageError as erreur:
        click.echo(f"Erreur : {erreur.format_message()}", err=True)
        sys.exit(CodeSortie.USAGE)
    except click.exceptions.Exit as sortie:
        sys.exit(sortie.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrompu ; relancez la même commande pour reprendre où elle s'est arrêtée.", err=True)
        sys.exit(CodeSortie.INATTENDU)
