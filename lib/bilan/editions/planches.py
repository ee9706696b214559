"""Les diapositives d'une page du site : ses figures en objets natifs, à reprendre dans un autre diaporama."""

from functools import cached_property
from typing import TYPE_CHECKING

from bilan.editions.executions import Edition, Execution
from bilan.projet import Jeu, Projet

if TYPE_CHECKING:
    from bilan.editions.diaporama.construction import Atelier
    from bilan.editions.diaporama.plan import Plan


class Planches:
    """Fait les diapositives des pages d'un projet ; le moteur et le fond de carte ne s'ouvrent qu'à la première."""

    def __init__(self, projet: Projet) -> None:
        self._projet = projet
        self._ateliers: dict[Jeu, Atelier] = {}

    def __call__(self, edition: Edition, execution: Execution) -> bytes:
        """Rend le fichier PPTX d'une page de l'édition."""
        from bilan.editions.diaporama.construction import Atelier, construire_une_page

        if edition.jeu not in self._ateliers:
            self._ateliers[edition.jeu] = Atelier(self._projet, self._plan, edition)
        return construire_une_page(self._ateliers[edition.jeu], execution)

    @cached_property
    def _plan(self) -> "Plan":
        from bilan.editions.diaporama.plan import Plan

        return Plan.lire(self._projet)
