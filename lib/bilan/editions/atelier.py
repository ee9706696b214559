"""L'atelier d'un site : ce dont il a besoin et que les exécutions ne portent pas."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bilan.editions.annuaire import Annuaire
from bilan.editions.commentaires import Commentaire, lire_commentaires
from bilan.editions.executions import Edition
from bilan.editions.exploration import moteur
from bilan.editions.imagerie import Imagerie, imagerie_du_jeu
from bilan.editions.ouvriers import Ouvriers, Promesse
from bilan.editions.pieces import Piece, Pieces, version_des_pieces
from bilan.editions.planches import Planches
from bilan.editions.revisions import Revisions, lire_revisions
from bilan.editions.textes import Textes
from bilan.projet import INTERNE, Jeu, Projet


@dataclass(frozen=True)
class Atelier:
    """Ce dont le site d'un profil a besoin et que les exécutions ne portent pas : noms, textes, images, moteurs."""

    annuaire: Annuaire
    textes: Textes
    imageries: dict[Jeu, Imagerie]
    diapositives: Callable[[Edition, Sequence[str]], dict[str, bytes]]
    profil: str = INTERNE
    commentaires: tuple[Commentaire, ...] = ()
    moteur: Callable[[], bytes] = moteur
    pieces: Callable[[Edition], Sequence[Piece]] = lambda _edition: ()
    fiches: Callable[[Edition, Imagerie, bool, Path], Promesse[Sequence[Path]]] = lambda *_: tuple
    version_des_pieces: str = ""
    revisions: Callable[[Edition], tuple[Revisions, ...]] = lambda _edition: ()

    @classmethod
    def du_projet(cls, projet: Projet, jeux: Iterable[Jeu], profil: str = INTERNE) -> "Atelier":
        """Rend l'atelier du projet : son référentiel, ses gabarits et l'imagerie de chaque jeu, mêmes ouvriers."""
        ouvriers = Ouvriers()
        imageries = {jeu: imagerie_du_jeu(projet, jeu, profil, ouvriers) for jeu in jeux}
        pieces = Pieces.du_projet(projet)
        return cls(
            pieces.annuaire, pieces.textes, imageries, Planches(projet), profil, lire_commentaires(projet),
            pieces=pieces, fiches=pieces.commander_les_fiches, version_des_pieces=version_des_pieces(projet),
            revisions=partial(lire_revisions, projet),
        )
