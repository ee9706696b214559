"""Les pièces que le site donne à télécharger avec l'édition : diaporama, annexe, fiches PDF et données ouvertes."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.editions.annuaire import Annuaire, ouvrir_annuaire
from bilan.editions.executions import Edition
from bilan.editions.imagerie import Imagerie
from bilan.editions.ouvriers import Promesse
from bilan.editions.textes import Textes
from bilan.entrepot import fichiers
from bilan.entrepot.mesures import EntrepotMesures
from bilan.projet import Projet

if TYPE_CHECKING:
    from bilan.editions.fiches.serie import Serie

OUVERTES = "donnees-ouvertes"
_EPOQUE = (1980, 1, 1, 0, 0, 0)
_LUS = ("copil.toml", "collection.toml")


@dataclass(frozen=True, slots=True)
class Piece:
    """Une pièce : son libellé, son nom de fichier, ce qui en fait le contenu.

    `lu` est l'empreinte de ce qu'elle lit au-delà des exécutions et du code. `faire` passe d'un processus à l'autre.
    """

    libelle: str
    nom: str
    faire: Callable[[], bytes]
    lu: str = ""


@dataclass(frozen=True)
class Pieces:
    """Fait les pièces des éditions d'un projet : pour son site, pour son kit, pour un comité passé.

    Rien de lourd ne s'importe avant la première.
    """

    projet: Projet
    annuaire: Annuaire
    textes: Textes

    @classmethod
    def du_projet(cls, projet: Projet) -> "Pieces":
        """Rend de quoi faire les pièces du projet : ses noms de territoires, et les textes de ses gabarits."""
        return cls(projet, ouvrir_annuaire(projet), Textes.lire(projet.gabarits_du_site))

    def __call__(self, edition: Edition) -> tuple[Piece, ...]:
        """Rend les pièces de l'édition."""
        periode = edition.declaration.periode
        return (
            Piece("Diaporama du comité", f"copil-{edition.jeu}-{periode}.pptx",
                  partial(_lire, partial(self.ecrire_diaporama, edition))),
            Piece("Annexe, une feuille par figure", nom_de_l_annexe(edition),
                  partial(_lire, partial(self.ecrire_annexe, edition))),
            Piece("Données ouvertes : CSV, Parquet, tableur, schémas et licence", f"{OUVERTES}-{edition.jeu}.zip",
                  partial(self._ouvertes, edition), self._empreinte_des_donnees(edition)),
        )

    def commander_les_fiches(
        self, edition: Edition, imagerie: Imagerie, document_de_travail: bool, dossier: Path
    ) -> Promesse[list[Path]]:
        """Met en route toutes les fiches PDF ; la promesse les écrit dans `dossier` et rend leurs chemins."""
        return self.serie(edition, imagerie, document_de_travail).commander(dossier)

    def serie(self, edition: Edition, imagerie: Imagerie, document_de_travail: bool) -> "Serie":
        """Rend la série des fiches PDF de l'édition, synthèse comprise."""
        from bilan.editions.fiches.plan import DOSSIER
        from bilan.editions.fiches.serie import Serie

        gabarits = self.projet.reports / DOSSIER
        return Serie(edition, self.annuaire, self.textes, imagerie, gabarits, document_de_travail)

    def ecrire_diaporama(self, edition: Edition, chemin: Path) -> None:
        """Écrit le diaporama du comité, sans marque."""
        from bilan.editions.diaporama import construire

        construire(self.projet, edition.jeu, chemin, edition.profil)

    def ecrire_annexe(self, edition: Edition, chemin: Path) -> int:
        """Écrit le classeur de l'annexe et rend le nombre de ses figures."""
        from bilan.editions.annexe import Dossier, ecrire_annexe

        return ecrire_annexe(Dossier(edition, self.annuaire, self.textes, self.projet.collection.contact), chemin)

    def ecrire_ouvertes(self, edition: Edition, dossier: Path) -> list[str]:
        """Écrit les données ouvertes, passées au secret si l'édition est publique, et rend les noms des tables."""
        from bilan.editions.ouvertes import mesures_masquees, ouvrir_donnees

        masquees = mesures_masquees(self.projet, edition.jeu, edition.profil)
        return ouvrir_donnees(self.projet, edition.jeu, dossier, masquees)

    def _ouvertes(self, edition: Edition) -> bytes:
        with tempfile.TemporaryDirectory() as dossier:
            self.ecrire_ouvertes(edition, Path(dossier))
            return archiver(Path(dossier))

    def _empreinte_des_donnees(self, edition: Edition) -> str:
        mesures = EntrepotMesures(self.projet.entrepot, edition.jeu, edition.profil).chemin
        lus = (mesures, self.projet.entrepot / edition.jeu / "tables" / "manifeste.json")
        return "".join(fichiers.empreinte_fichier(chemin) for chemin in lus if chemin.is_file())


def nom_de_l_annexe(edition: Edition) -> str:
    """Rend le nom du classeur de l'annexe."""
    return f"bilan-annexe-{edition.jeu}-{edition.declaration.periode}.xlsx"


def archiver(racine: Path) -> bytes:
    """Rend l'archive zip d'un dossier, la même pour les mêmes fichiers : dans l'ordre des noms, sans leur date."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        for chemin in sorted(p for p in racine.rglob("*") if p.is_file()):
            membre = zipfile.ZipInfo(chemin.relative_to(racine).as_posix(), _EPOQUE)
            membre.compress_type, membre.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(membre, chemin.read_bytes(), compresslevel=9)
    return tampon.getvalue()


def version_des_pieces(projet: Projet) -> str:
    """Rend l'empreinte de ce qui met les pièces en page : le code des éditions, les plans et les commentaires."""
    code = sorted(Path(__file__).parent.rglob("*.py"))
    plans = [*(projet.racine / nom for nom in _LUS), *projet.commentaires]
    empreinte = hashlib.sha256()
    for chemin in (*code, *(plan for plan in plans if plan.is_file())):
        empreinte.update(chemin.name.encode() + chemin.read_bytes())
    return empreinte.hexdigest()


def _lire(ecrire: Callable[[Path], object]) -> bytes:
    """Rend le contenu du fichier que `ecrire` écrit où on lui dit."""
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / "piece"
        ecrire(chemin)
        return chemin.read_bytes()
