"""Le kit du comité : fiches, annexe et données ouvertes d'un jeu, rangées dans un dossier."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from bilan.editions.executions import Edition, lire_edition
from bilan.editions.filigrane import PAQUET, marquer_l_annexe, marquer_le_paquet
from bilan.editions.imagerie import Imagerie, imagerie_du_jeu
from bilan.editions.pieces import Pieces, nom_de_l_annexe
from bilan.editions.publication import est_publie, refuser_le_fictif_ailleurs
from bilan.editions.sortie import refuser_les_fuites_d_une_piece
from bilan.entrepot import fichiers
from bilan.francais import compter
from bilan.projet import INTERNE, Jeu, Projet, nom_de_profil

KIT = "kit"
"""Dossier des kits dans `reports/versions`, un sous-dossier par jeu ; le profil public a le sien."""


@dataclass(frozen=True)
class Fabrique:
    """Fabrique des pièces d'un jeu ; chaque méthode écrit la sienne et rend la phrase qui dit ce qui est fait.

    Chacune dit qu'elle est un document de travail tant que ce que les carnets disent n'est pas publié.
    """

    dossier: Path
    edition: Edition
    imagerie: Imagerie
    pieces: Pieces

    @classmethod
    def ouvrir(cls, projet: Projet, jeu: Jeu, dossier: Path | None = None, profil: str = INTERNE) -> "Fabrique":
        """Rend la fabrique d'un jeu exécuté à ce profil ; `dossier` reçoit les pièces dans un sous-dossier par jeu.

        À défaut, c'est `reports/versions/kit`. Lève `DonneesRefusees` si aucun carnet n'a été exécuté,
        `PublicationRefusee` pour des pièces fictives hors de `reports/`.
        """
        dossier = dossier / jeu if dossier else projet.reports / "versions" / nom_de_profil(KIT, profil) / jeu
        refuser_le_fictif_ailleurs(projet, [jeu], dossier)
        edition, imagerie = lire_edition(projet, jeu, profil), imagerie_du_jeu(projet, jeu, profil)
        return cls(dossier, edition, imagerie, Pieces.du_projet(projet))

    def fiches(self, sirens: Sequence[str] = ()) -> str:
        """Imprime la synthèse et les fiches, ou seulement celles des `sirens`."""
        with _dossier_neuf(self.dossier / "fiches", garder=bool(sirens)) as neuf:
            pdf = self.pieces.serie(self.edition, self.imagerie, self._est_de_travail).imprimer(neuf, tuple(sirens))
            self._refuser_les_fuites(neuf)
        return f"{compter(len(pdf), 'fiche PDF', 'fiches PDF')} dans « {self.dossier / 'fiches'} »."

    def annexe(self) -> str:
        """Écrit le classeur de l'annexe."""
        chemin = self.dossier / nom_de_l_annexe(self.edition)
        with TemporaryDirectory() as a_cote:
            ecrit = Path(a_cote) / chemin.name
            figures = self.pieces.ecrire_annexe(self.edition, ecrit)
            self._refuser_les_fuites(ecrit.parent)
            contenu = ecrit.read_bytes()
            fichiers.ecrire(chemin, marquer_l_annexe(contenu) if self._est_de_travail else contenu)
        return f"{compter(figures, 'figure')} dans « {chemin} »."

    def ouvertes(self) -> str:
        """Écrit les données ouvertes."""
        with _dossier_neuf(self.dossier / "ouvert") as neuf:
            tables = self.pieces.ecrire_ouvertes(self.edition, neuf)
            if self._est_de_travail:
                fichiers.ecrire(neuf / PAQUET, marquer_le_paquet((neuf / PAQUET).read_bytes()))
            self._refuser_les_fuites(neuf)
        return f"{compter(len(tables), 'table ouverte', 'tables ouvertes')} dans « {self.dossier / 'ouvert'} »."

    @cached_property
    def _est_de_travail(self) -> bool:
        return not est_publie(self.pieces.projet, self.edition.profil)

    def _refuser_les_fuites(self, dossier: Path) -> None:
        refuser_les_fuites_d_une_piece(self.pieces.projet, self.edition, dossier)


def faire_le_kit(fabriques: Iterable[Fabrique], dire: Callable[[str], object]) -> None:
    """Fait toutes les pièces de chaque fabrique ; lève ce que lèvent ses méthodes."""
    for fabrique in fabriques:
        for piece in (fabrique.fiches, fabrique.annexe, fabrique.ouvertes):
            dire(f"{fabrique.edition.declaration.titre} : {piece()}")


@contextmanager
def _dossier_neuf(cible: Path, garder: bool = False) -> Iterator[Path]:
    """Donne un dossier vide où écrire ; il prend la place de `cible` si tout va bien, et rien d'ancien n'y reste.

    Avec `garder`, ses fichiers remplacent seulement les leurs dans `cible`.
    """
    cible.parent.mkdir(parents=True, exist_ok=True)
    neuf = cible.with_name(f".{cible.name}.{os.getpid()}")
    neuf.mkdir()
    try:
        yield neuf
        if garder and cible.is_dir():
            for ecrit in [chemin for chemin in neuf.rglob("*") if chemin.is_file()]:
                fichiers.ecrire(cible / ecrit.relative_to(neuf), ecrit.read_bytes())
            return
        shutil.rmtree(cible, ignore_errors=True)
        neuf.replace(cible)
    finally:
        shutil.rmtree(neuf, ignore_errors=True)
