"""La commande `bilan` : elle lit ce qu'on lui demande, appelle, et rend un code de sortie documenté."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from bilan.cli.analyse import COMMANDES as ANALYSE
from bilan.cli.charte import COMMANDES as CHARTE
from bilan.cli.collecte import COMMANDES as COLLECTE
from bilan.cli.comite import COMMANDES as COMITE
from bilan.cli.diaporama import COMMANDES as DIAPORAMA
from bilan.cli.editions import COMMANDES as EDITIONS
from bilan.cli.options import UN_PROFIL, choix_de_carnets, demande
from bilan.cli.stockage import COMMANDES as STOCKAGE
from bilan.cli.textes import COMMANDES as TEXTES
from bilan.erreurs import CodeSortie, ErreurBilan, manque_de_place
from bilan.projet import INTERNE, PROFILS, Projet

_SUITE = "COMMANDE [ARGUMENTS]…"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, subcommand_metavar=_SUITE
)
@click.version_option(version("bilan"), prog_name="bilan")
def bilan() -> None:
    """Le bilan régional de la réforme des attributions HLM, des données aux éditions.

    Codes de sortie : 0 succès, 1 erreur inattendue ou carnet en échec, 2 demande mal formée,
    3 données refusées, 4 travail déjà en cours, 5 publication refusée par les contrôles,
    6 alerte de « bilan sante », 7 stockage distant qui ne répond pas ou a divergé.
    """


@bilan.command()
@choix_de_carnets
@click.option("--moteur", type=click.Choice(["bilan", "standard"]), help="Moteur d'exécution des carnets.")
@click.option("--ouvriers", type=click.IntRange(min=1), metavar="N", help="Carnets menés de front ; les cœurs sinon.")
@click.option("--executeur", type=click.Choice(["local", "dask"]), default="local", help="Qui joue les carnets.")
@click.option("--ordonnanceur", metavar="ADRESSE", help="Grappe Dask existante (tcp://hôte:8786), avec « dask ».")
@click.option("--depot", metavar="ADRESSE", help="Dossier ou adresse fsspec que partagent les ouvriers de la grappe.")
@click.option("--forcer", is_flag=True, help="Rejoue tout, même ce qui n'a pas changé.")
@click.option("--publier/--sans-publier", default=True, help="Met le site en place, en document de travail.")
@click.option("--notifier", is_flag=True, help="Écrit un courriel si quelque chose a changé ou échoué.")
def executer(notifier: bool, executeur: str, **choix: Any) -> None:
    """Charge les données, calcule les mesures, exécute les carnets et construit les éditions."""
    from bilan import chaine
    from bilan.notification.apres import suivre

    if (executeur == "dask") != bool(choix["ordonnanceur"]):
        raise click.UsageError("« --executeur dask » va avec l'adresse de la grappe, donnée par « --ordonnanceur ».")
    projet = Projet.trouver()
    with suivre(projet, notifier, dire=click.echo, periode=choix["periode"]):
        chaine.executer(projet, demande(**choix), dire=click.echo)


@bilan.command()
@choix_de_carnets
@click.option("--pourquoi", metavar="EPCI", help="Explique ce qui attend les carnets de cet EPCI.")
def plan(pourquoi: str | None, **choix: Any) -> None:
    """Dit ce qui serait rejoué, et pourquoi, sans rien exécuter."""
    from bilan import chaine

    for ligne in chaine.prevoir(Projet.trouver(), demande(**choix), pourquoi):
        click.echo(ligne)


@bilan.command()
@click.option("--nombre", type=click.IntRange(min=1), default=20, metavar="N", help="Dernières exécutions à montrer.")
def journal(nombre: int) -> None:
    """Relit le journal des exécutions, la plus récente en dernier."""
    from bilan import chaine

    for ligne in chaine.relire_le_journal(Projet.trouver(), nombre):
        click.echo(ligne)


@bilan.command()
@click.option("--version", "version_", metavar="VERSION", help="Version gardée à publier, ou à remettre en place.")
@click.option("--profil", type=click.Choice(PROFILS), help="Profil de l'édition à publier ; interne sinon.")
@click.option("--lister", is_flag=True, help="Donne les versions gardées, sans rien publier.")
def publier(version_: str | None, profil: str | None, lister: bool) -> None:
    """Publie ce que les carnets disent aujourd'hui, sans la marque « document de travail », ou une version gardée.

    Une version publiée se garde toujours : « bilan purger » n'y touche pas.
    """
    from bilan import chaine
    from bilan.editions import bascule, publication
    from bilan.stockage.emprunt import accorder
    from bilan.stockage.retention import confirmer

    projet = Projet.trouver()
    if version_ is not None and profil not in (None, publication.profil_de(version_)):
        raise click.UsageError(f"La version « {version_} » n'est pas du profil « {profil} ».")
    if lister:
        for nom in publication.versions(projet.reports):
            click.echo(f"{nom} (document de travail)" if publication.est_de_travail(nom) else nom)
        return
    with accorder(projet, click.echo):
        if version_ is None:
            entree = chaine.publier(projet, click.echo, profil or INTERNE)
        else:
            entree = publication.publier(projet, version_, click.echo)
        confirmer(projet, str(bascule.courante(projet.reports, profil or publication.profil_de(version_ or ""))))
    click.echo(f"À ouvrir : {entree}")


@bilan.command()
@UN_PROFIL
def retirer(profil: str) -> None:
    """Retire le site en place ; ses versions restent."""
    from bilan.editions import publication
    from bilan.stockage.emprunt import accorder

    projet = Projet.trouver()
    with accorder(projet, click.echo, retirer_le_site=profil):
        click.echo(publication.retirer(projet, profil))


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

    construire(destination or Projet.trouver().referentiel, dire=click.echo)


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
    from bilan.entrepot import fichiers
    from bilan.tables.dictionnaire import rendre

    fichiers.ecrire(Projet.trouver().racine / "docs" / "dictionnaire.md", rendre().encode())


for _commandes in (COLLECTE, ANALYSE, DIAPORAMA, EDITIONS, CHARTE, COMITE, STOCKAGE, TEXTES):
    for _nom, _commande in _commandes.items():
        bilan.add_command(_commande, _nom)


_LIBERER = "libérez de la place, puis relancez la même commande : ce qui est fait ne se refait pas."


def main() -> None:
    """Point d'entrée : toute erreur attendue est une phrase sur la sortie d'erreur, et un code."""
    try:
        bilan.main(prog_name="bilan", standalone_mode=False)
    except ErreurBilan as erreur:
        click.echo(f"Erreur : {erreur.message}", err=True)
        sys.exit(erreur.code_sortie)
    except click.exceptions.NoArgsIsHelpError as aide:
        click.echo(aide.format_message(), err=True)
        sys.exit(CodeSortie.USAGE)
    except click.UsageError as erreur:
        click.echo(f"Erreur : {erreur.format_message()}", err=True)
        sys.exit(CodeSortie.USAGE)
    except click.exceptions.Exit as sortie:
        sys.exit(sortie.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrompu ; relancez la même commande pour reprendre où elle s'est arrêtée.", err=True)
        sys.exit(CodeSortie.INATTENDU)
    except Exception as erreur:
        if not (dit := manque_de_place(erreur)):
            raise
        click.echo(f"Erreur : {dit} ; {_LIBERER}", err=True)
        sys.exit(CodeSortie.INATTENDU)
