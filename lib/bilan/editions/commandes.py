"""Les commandes : ce qu'une édition montre et donne à télécharger, mis en route avant les pages qui l'attendent."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from bilan.editions.atelier import Atelier
from bilan.editions.executions import Edition
from bilan.editions.filigrane import marquer_la_piece
from bilan.editions.imagerie import Imagerie
from bilan.editions.ouvriers import Promesse, prendre
from bilan.editions.pieces import Piece

_PPTX = ".pptx"


@dataclass
class Commandes:
    """Commandes d'une édition à son atelier ; ce qui est gardé de la construction précédente ne se refait pas.

    Les pièces et les fiches d'un document de travail le disent. Les fiches PDF s'écrivent dans `fiches`.
    """

    edition: Edition
    atelier: Atelier
    document_de_travail: bool
    fiches: Path
    _attendus: dict[str, Promesse[bytes]] = field(default_factory=dict)
    _imprimees: Promesse[Sequence[Path]] = tuple

    @property
    def imagerie(self) -> Imagerie:
        """Imagerie du jeu de l'édition."""
        return self.atelier.imageries[self.edition.jeu]

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Pièces de l'édition entière."""
        return tuple(self.atelier.pieces(self.edition))

    def dessins(self) -> Promesse[int]:
        """Met en route les figures, au complet sur les pages régionales ; promet le nombre de celles à dessiner."""
        fiches, pages = (
            [f for e in self.edition.executions if e.est_fiche is fiche for f in e.figures.values()]
            for fiche in (True, False)
        )
        return self.imagerie.commander(fiches, pages)

    def telechargements(self) -> None:
        """Met en route les pièces de l'édition et les diapositives de ses pages."""
        cles = "\n".join(execution.run.cle for execution in self.edition.executions)
        for piece in self.pieces:
            texte = f"{piece.nom}\n{cles}\n{piece.lu}"
            self._attendus[piece.nom] = self.imagerie.promettre(*self._place(piece.nom, texte), piece.faire)
        textes = {f"{e.page}{_PPTX}": f"{e.run.cle}\n{e.run.titre}" for e in self.edition.pages if e.figures}
        places = {nom: self._place(nom, texte) for nom, texte in textes.items()}
        manquent = [nom.removesuffix(_PPTX) for nom, place in places.items() if not self.imagerie.garde(*place)]
        regionale = replace(self.edition, executions=self.edition.pages)
        # Les pages d'une édition partagent un plan et un fond de carte : un seul ouvrier fait toutes les leurs.
        faites = self.imagerie.ouvriers.confier(self.atelier.diapositives, regionale, manquent) if manquent else dict
        for nom, place in places.items():
            faire = partial(prendre, faites, nom.removesuffix(_PPTX))
            self._attendus[nom] = partial(self.imagerie.tirer, *place, faire)

    def impressions(self) -> None:
        """Met en route les fiches PDF, une fois les figures dessinées."""
        self._imprimees = self.atelier.fiches(self.edition, self.imagerie, self.document_de_travail, self.fiches)

    def recevoir(self, nom: str) -> bytes | None:
        """Attend et rend la pièce ou les diapositives de ce nom ; rien si elles n'ont pas été commandées."""
        if nom not in self._attendus:
            return None
        contenu = self._attendus[nom]()
        return marquer_la_piece(nom, contenu) if self.document_de_travail else contenu

    def recevoir_les_fiches(self) -> dict[str, bytes]:
        """Attend les fiches PDF et les rend, par page (« epci/200054807 »)."""
        return {
            chemin.relative_to(self.fiches).with_suffix("").as_posix(): chemin.read_bytes()
            for chemin in self._imprimees()
        }

    def _place(self, nom: str, texte: str) -> tuple[str, str]:
        return f"{self.atelier.version_des_pieces}\n{texte}", Path(nom).suffix.removeprefix(".")
