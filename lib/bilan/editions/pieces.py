"""Les pièces du comité que le site donne à télécharger avec l'édition : son diaporama et son annexe."""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bilan.editions.annuaire import Annuaire
from bilan.editions.executions import Edition
from bilan.editions.textes import Textes
from bilan.projet import Projet

_LUS = ("copil.toml", "collection.toml")


@dataclass(frozen=True, slots=True)
class Piece:
    """Une pièce : son libellé, son nom de fichier, et ce qui en fait le contenu."""

    libelle: str
    nom: str
    faire: Callable[[], bytes]


@dataclass(frozen=True)
class Pieces:
    """Fait les pièces des éditions d'un projet ; rien de lourd ne s'importe avant la première."""

    projet: Projet
    annuaire: Annuaire
    textes: Textes

    def __call__(self, edition: Edition) -> tuple[Piece, ...]:
        """Rend les pièces de l'édition."""
        periode = edition.declaration.periode
        return (
            Piece("Diaporama du comité", f"copil-{edition.jeu}-{periode}.pptx",
                  lambda: _lire(lambda chemin: self._diaporama(edition, chemin))),
            Piece("Annexe, une feuille par figure", f"bilan-annexe-{edition.jeu}-{periode}.xlsx",
                  lambda: _lire(lambda chemin: self._annexe(edition, chemin))),
        )

    def _diaporama(self, edition: Edition, chemin: Path) -> None:
        from bilan.editions.diaporama import construire

        construire(self.projet, edition.jeu, chemin, edition.profil)

    def _annexe(self, edition: Edition, chemin: Path) -> None:
        from bilan.editions.annexe import Dossier, ecrire_annexe

        ecrire_annexe(Dossier(edition, self.annuaire, self.textes, self.projet.collection.contact), chemin)


def version_des_pieces(projet: Projet) -> str:
    """Rend l'empreinte de ce qui met les pièces en page : le code des éditions, les plans et les commentaires."""
    code = sorted(Path(__file__).parent.rglob("*.py"))
    plans = [*(projet.racine / nom for nom in _LUS), *projet.commentaires]
    empreinte = hashlib.sha256()
    for chemin in (*code, *(plan for plan in plans if plan.is_file())):
        empreinte.update(chemin.name.encode() + chemin.read_bytes())
    return empreinte.hexdigest()


def _lire(ecrire: Callable[[Path], None]) -> bytes:
    """Rend le contenu du fichier que `ecrire` écrit où on lui dit."""
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / "piece"
        ecrire(chemin)
        return chemin.read_bytes()
