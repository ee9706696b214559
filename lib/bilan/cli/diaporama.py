"""Les commandes du diaporama : le construire, et l'actualiser quand des gens l'ont repris."""

from datetime import date
from pathlib import Path

import click

from bilan.cli.options import UN_PROFIL
from bilan.erreurs import ErreurUsage
from bilan.francais import compter
from bilan.projet import Jeu, Projet, nom_de_profil

_JEU = click.option(
    "--jeu", type=click.Choice([jeu.value for jeu in Jeu]), default=Jeu.REEL.value, show_default=True,
    help="Jeu de données à montrer.",
)
_SORTIE = click.option(
    "--sortie", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
    help="Fichier .pptx à écrire ; un nom convenu sinon.",
)
_REMPLACER = click.option("--remplacer", is_flag=True, help="Remplace le fichier de sortie s'il existe déjà.")


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def diaporama() -> None:
    """Diaporama du comité de pilotage, dans l'ordre de copil.toml."""


@diaporama.command()
@_JEU
@UN_PROFIL
@_SORTIE
@_REMPLACER
def construire(jeu: str, profil: str, sortie: Path | None, remplacer: bool) -> None:
    """Écrit le diaporama : graphiques, cartes et tableaux natifs, diapositives à remplir titrées."""
    from bilan.editions.diaporama import construire as ecrire

    projet = Projet.trouver()
    chemin = sortie or projet.reports / "diaporamas" / f"{nom_de_profil(f'copil-{jeu}', profil)}.pptx"
    _garder(chemin, remplacer)
    compte = ecrire(projet, Jeu(jeu), chemin, profil)
    _dire_sa_nature(projet, profil, chemin)
    click.echo(f"{compter(compte.diapositives, 'diapositive')} dans {chemin}")
    for ident in compte.absentes:
        click.echo(f"Figure « {ident} » absente de ce jeu : sa place dans le plan est laissée de côté.")


@diaporama.command()
@click.argument("deck", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FICHIER")
@_JEU
@UN_PROFIL
@_SORTIE
@_REMPLACER
def actualiser(deck: Path, jeu: str, profil: str, sortie: Path | None, remplacer: bool) -> None:
    """Remet à jour les figures d'un diaporama repris à la main, dans un nouveau fichier."""
    from bilan.editions.diaporama import actualiser as reprendre

    chemin = sortie or deck.with_name(f"{deck.stem}_maj-{date.today().isoformat()}.pptx")
    _garder(chemin, remplacer)
    projet = Projet.trouver()
    changements = reprendre(deck, projet, Jeu(jeu), chemin, profil)
    _dire_sa_nature(projet, profil, chemin)
    for ligne in changements.lignes or ["Rien n'a changé : le diaporama était à jour."]:
        click.echo(ligne)
    click.echo(f"Nouveau diaporama : {chemin}, changements listés dans {changements.liste}")


def _dire_sa_nature(projet: Projet, profil: str, chemin: Path) -> None:
    """Pose la marque « document de travail », ou l'ôte si ce que les carnets disent est publié."""
    from bilan.editions.filigrane import accorder

    if accorder(projet, profil, chemin):
        click.echo("Document de travail : chaque diapositive le dit, jusqu'à « bilan publier ».")


def _garder(chemin: Path, remplacer: bool) -> None:
    """Lève `ErreurUsage` si le fichier existe : quelqu'un a pu y travailler."""
    if chemin.exists() and not remplacer:
        raise ErreurUsage(
            f"Le fichier « {chemin} » existe déjà et quelqu'un a pu y travailler ; donnez un autre nom avec "
            "« --sortie », ou « --remplacer » pour l'écraser."
        )


COMMANDES = {"diaporama": diaporama}
