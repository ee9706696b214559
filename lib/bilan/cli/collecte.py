"""Les commandes de la collecte : ouvrir une période, contrôler des fichiers, ébaucher une correspondance, retirer."""

from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from bilan.projet import Jeu, Projet

_JEU = click.option(
    "--jeu",
    type=click.Choice([jeu.value for jeu in Jeu]),
    default=Jeu.REEL.value,
    show_default=True,
    help="Jeu de données où entrent les fichiers.",
)
_JOUR = click.DateTime(formats=["%Y-%m-%d"])


def _jour(instant: datetime | None) -> date | None:
    return instant.date() if instant else None


@click.command()
@click.argument("periode", metavar="PÉRIODE")
@_JEU
def nouveau(periode: str, jeu: str) -> None:
    """Ouvre une période (2025T1) : gabarits préremplis, liste des attendus et textes de relance."""
    from bilan.collecte.gabarit.nouveau import ouvrir_periode
    from bilan.francais import compter
    from bilan.periode import Periode

    faite = ouvrir_periode(Projet.trouver(), Jeu(jeu), Periode.lire(periode))
    click.echo(
        f"{compter(len(faite.gabarits), 'gabarit')} pour {compter(faite.attendus, 'bailleur')} dans {faite.dossier}"
    )


@click.command()
@click.argument("fichiers", nargs=-1, type=click.Path(path_type=Path), metavar="[FICHIER|DOSSIER]…")
@_JEU
@click.option("--integrer", is_flag=True, help="Fait entrer dans l'entrepôt les fichiers acceptés.")
@click.option("--retours", type=click.Path(path_type=Path, file_okay=False), help="Dossier des retours aux émetteurs.")
@click.option("--corrections", type=click.Path(path_type=Path, file_okay=False), help="Dossier de corrections.toml.")
@click.option("--table", default="", metavar="TABLE", help="Table du fichier, s'il ne le dit pas.")
@click.option("--emetteur", default="", metavar="SIREN", help="Émetteur du fichier, s'il ne le dit pas.")
@click.option("--periode", default="", metavar="PÉRIODE", help="Période du fichier, s'il ne la dit pas.")
@click.option("--recu-le", type=_JOUR, help="Date de réception ; aujourd'hui sinon.")
@click.option(
    "--bilan", "avec_bilan", is_flag=True, help="Dit qui a envoyé, qui manque, et leur poids (avec --periode)."
)
def controler(fichiers: tuple[Path, ...], jeu: str, avec_bilan: bool, **options: Any) -> None:
    """Contrôle les fichiers reçus, écrit les retours, et sur demande les fait entrer dans l'entrepôt.

    Sort avec 3 si un fichier au moins est refusé ; rien de ce fichier n'est alors écrit dans l'entrepôt.
    """
    from bilan.collecte.campagne import Campagne, verifier
    from bilan.collecte.campagne import controler as mener
    from bilan.collecte.reception import Demande
    from bilan.stockage.emprunt import accorder
    from bilan.tables.catalogue import table

    projet, recu_le = Projet.trouver(), _jour(options.pop("recu_le")) or date.today()
    if options["table"]:
        table(options["table"])
    demande = Demande(options["table"], options["emetteur"], options["periode"], date_connue=recu_le)
    campagne = Campagne(fichiers, demande, options["integrer"], options["retours"], options["corrections"])
    with accorder(projet, click.echo) if options["integrer"] else nullcontext():
        issues = mener(projet, Jeu(jeu), campagne, click.echo) if fichiers or not avec_bilan else []
    if avec_bilan:
        _dire_bilan(projet, Jeu(jeu), options["periode"], recu_le)
    verifier(issues)


def _dire_bilan(projet: Projet, jeu: Jeu, periode: str, jour: date) -> None:
    from bilan.collecte.suivi import STATUTS, suivre
    from bilan.entrepot.tables import EntrepotTables
    from bilan.francais import date_courte, nombre
    from bilan.periode import Periode

    declares = projet.collection.jeux[jeu].sirens_declares
    suivi = suivre(EntrepotTables(projet.entrepot, jeu), Periode.lire(periode), jour, sirens=declares)
    click.echo(f"{suivi.periode.libelle}, attendu le {date_courte(suivi.echeance)} : {suivi.phrase()}")
    for ligne in suivi.lignes.to_dicts():
        recu = f" le {date_courte(ligne['date_recue'])}" if ligne["date_recue"] else ""
        click.echo(f"  {STATUTS[ligne['statut']]}{recu} · {ligne['bailleur']} · {nombre(ligne['logements'])} logements")


@click.command()
@click.argument("livraison", metavar="LIVRAISON")
@_JEU
@click.option("--motif", required=True, help="Pourquoi la livraison est retirée.")
def retirer_livraison(livraison: str, jeu: str, motif: str) -> None:
    """Retire une livraison de l'entrepôt : la version précédente redevient celle qui vaut."""
    from bilan.collecte.campagne import retirer
    from bilan.stockage.emprunt import accorder

    projet = Projet.trouver()
    with accorder(projet, click.echo):
        retirer(projet, Jeu(jeu), livraison, motif)
    click.echo(f"Livraison {livraison} retirée.")


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def correspondance() -> None:
    """Correspondances entre les exports des éditeurs et les tables."""


@correspondance.command("proposer")
@click.argument("fichier", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--table", default="flux_bilan", show_default=True, metavar="TABLE", help="Table visée.")
def correspondance_proposer(fichier: Path, table: str) -> None:
    """Ébauche la correspondance d'un fichier, à relire ; l'écrit sur la sortie."""
    from bilan.collecte.cartes.proposition import proposer

    click.echo(proposer(fichier, table), nl=False)


COMMANDES: dict[str, click.Command] = {
    "nouveau": nouveau,
    "controler": controler,
    "retirer-livraison": retirer_livraison,
    "correspondance": correspondance,
}
"""Commandes de la collecte, à ajouter au groupe `bilan`."""
