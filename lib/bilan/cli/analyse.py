"""Les commandes de l'analyste et de l'exploitant : `bilan sql`, `bilan carnet`, `bilan sante`."""

import shutil
import sys
from typing import TYPE_CHECKING

import click

from bilan.erreurs import AlerteSante, ErreurBilan
from bilan.projet import Jeu, Projet

if TYPE_CHECKING:
    import polars as pl

    from bilan.entrepot.sql import Interrogation

_LARGEUR = 160
_INVITE = "bilan> "


@click.command()
@click.argument("requete", required=False, metavar="[REQUÊTE]")
@click.option("--jeu", type=click.Choice([jeu.value for jeu in Jeu]), default=Jeu.DEMONSTRATION.value,
              show_default=True, help="Jeu de données interrogé.")
@click.option("--csv", "en_csv", is_flag=True, help="Écrit tout le résultat en CSV (point-virgule).")
@click.option("--tables", is_flag=True, help="Donne les tables que l'on peut interroger.")
def sql(requete: str | None, jeu: str, en_csv: bool, tables: bool) -> None:
    """Interroge en SQL (DuckDB) les tables et les mesures d'un jeu, en lecture seule.

    Sans REQUÊTE : une invite au terminal, sinon la requête se lit sur l'entrée standard.
    """
    from bilan.entrepot.sql import Interrogation

    projet = Projet.trouver()
    session = Interrogation(projet, Jeu(jeu), projet.collection.jeux[Jeu(jeu)].connu_le)
    if tables:
        click.echo(_sommaire(session))
    elif requete is None and sys.stdin.isatty():
        _dialoguer(session)
    else:
        _montrer(session.lire(requete or sys.stdin.read()), en_csv)


def _sommaire(session: "Interrogation") -> str:
    """Rend chaque table et ce qu'elle contient, puis comment en voir les colonnes."""
    large = max(map(len, session.titres))
    lignes = [f"{nom.ljust(large)}   {titre}" for nom, titre in session.titres.items()]
    aide = 'Les colonnes : bilan sql "DESCRIBE flux_bilan", et docs/dictionnaire.md pour leur sens.'
    return "\n".join([*lignes, aide])


def _dialoguer(session: "Interrogation") -> None:
    """Lit des requêtes, finies par « ; », jusqu'à la fin de l'entrée (Ctrl-D) ou « fin »."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 : les flèches et l'historique de l'invite
    click.echo(f"Tables : {', '.join(session.noms)}. Une requête finit par « ; » ; « fin » ou Ctrl-D pour sortir.")
    morceaux: list[str] = []
    while True:
        try:
            ligne = input("   ...> " if morceaux else _INVITE)
        except EOFError:
            click.echo()
            return
        if not morceaux and ligne.strip().lower() in ("fin", "fin;"):
            return
        morceaux.append(ligne)
        if ligne.rstrip().endswith(";"):
            try:
                _montrer(session.lire("\n".join(morceaux)), en_csv=False)
            except ErreurBilan as erreur:
                click.echo(f"Erreur : {erreur.message}", err=True)
            morceaux.clear()


def _montrer(resultat: "pl.DataFrame", en_csv: bool) -> None:
    if en_csv:
        click.echo(resultat.write_csv(separator=";"), nl=False)
        return
    from bilan.cli.affichage import montrer

    # Sans terminal (fichier, tuyau), la largeur est celle d'un écran ordinaire.
    largeur = shutil.get_terminal_size().columns if sys.stdout.isatty() else _LARGEUR
    click.echo(montrer(resultat, largeur))


@click.command()
@click.option("--age-max", "age_jours", type=click.IntRange(min=1), default=8, show_default=True, metavar="JOURS",
              help="Alerte si la dernière réussite est plus ancienne.")
@click.option("--libre-min", "libre_go", type=click.FloatRange(min=0), default=2.0, show_default=True, metavar="GO",
              help="Alerte s'il reste moins de place.")
@click.option("--jeu", type=click.Choice([jeu.value for jeu in Jeu]), help="Cherche aussi les émetteurs en retard.")
@click.option("--notifier", is_flag=True, help="Écrit un courriel en cas d'alerte.")
def sante(age_jours: int, libre_go: float, jeu: str | None, notifier: bool) -> None:
    """Alerte sur ce qui se tait : réussite trop ancienne, échec non dit, dépôt en attente, retards, disque.

    Sort avec 0 si tout va bien, 6 s'il y a une alerte, 2 si la notification est mal réglée.
    """
    from datetime import datetime

    from bilan.francais import compter
    from bilan.notification import message
    from bilan.notification.envoi import prevenir
    from bilan.notification.reglages import Reglages
    from bilan.notification.sante import Seuils, examiner

    projet = Projet.trouver()
    reglages = Reglages.de_l_environnement() if notifier else None
    constats = examiner(projet, Seuils(age_jours, libre_go), datetime.now().astimezone(), Jeu(jeu) if jeu else None)
    for constat in constats:
        click.echo(f"{'✔' if constat.sain else '✘'} {constat.phrase}")
    alertes = [constat.phrase for constat in constats if not constat.sain]
    if alertes:
        if reglages:
            try:
                prevenir(reglages, message.alerte(alertes))
            except ErreurBilan as panne:
                click.echo(f"Attention : {panne.message}", err=True)
        raise AlerteSante(f"{compter(len(alertes), 'alerte')} ; voyez les lignes marquées ✘.")


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def carnet() -> None:
    """Faire un carnet et le vérifier."""


@carnet.command("nouveau")
@click.argument("nom", metavar="NOM")
@click.option("--titre", metavar="TITRE", help="Titre du carnet ; d'après son nom sinon.")
def carnet_nouveau(nom: str, titre: str | None) -> None:
    """Crée notebooks/NOM.ipynb, en règle, avec son contrat.

    NOM est fait de deux chiffres, d'un tiret bas et de minuscules : 65_loyers.
    """
    from bilan.carnets.squelette import creer

    projet = Projet.trouver()
    chemin = creer(projet, nom, titre)
    click.echo(f"Créé : {chemin.relative_to(projet.racine)}. Pour le publier, ajoutez-le à collection.toml :")
    click.echo(f'\n[[carnets]]\nnom = "{nom}"\njeux = ["reel", "demonstration"]\npage = "{nom.partition("_")[2]}"')
    click.echo(
        f"\nEnsuite : « bilan carnet verifier {nom} » dit ce qui manque, « bilan executer --jeu demonstration --carnet "
        f"{nom} » le joue."
    )


@carnet.command("verifier")
@click.argument("noms", nargs=-1, metavar="[NOM]…")
def carnet_verifier(noms: tuple[str, ...]) -> None:
    """Dit ce qui manque aux carnets ; tous si aucun n'est nommé.

    Contrat, paramètres, fiche, longueur des cellules, sorties gardées.
    """
    from bilan.carnets.squelette import carnets_du_projet, manques
    from bilan.erreurs import ErreurUsage
    from bilan.francais import compter

    projet = Projet.trouver()
    voulus = noms or carnets_du_projet(projet)
    trouves = [manque for nom in voulus for manque in manques(projet, nom)]
    if trouves:
        raise ErreurUsage("\n".join([f"{compter(len(trouves), 'point')} à corriger.", *trouves]))
    click.echo(f"{compter(len(voulus), 'carnet')} en règle.")


COMMANDES: dict[str, click.Command] = {"sql": sql, "sante": sante, "carnet": carnet}
"""Commandes de l'analyste, à ajouter au groupe `bilan`."""
