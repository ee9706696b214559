"""Les diapositives des pages du site : leurs figures en objets natifs, à reprendre dans un autre diaporama."""

from collections.abc import Sequence
from dataclasses import dataclass

from bilan.editions.executions import Edition
from bilan.projet import Projet


@dataclass(frozen=True)
class Planches:
    """Fait les diapositives des pages d'un projet ; rien de lourd ne s'importe avant les premières."""

    projet: Projet

    def __call__(self, edition: Edition, pages: Sequence[str]) -> dict[str, bytes]:
        """Rend le fichier PPTX de chacune de ces pages régionales de l'édition."""
        from bilan.editions.diaporama.construction import Atelier, construire_une_page
        from bilan.editions.diaporama.plan import Plan

        atelier = Atelier(self.projet, Plan.lire(self.projet), edition)
        return {e.page: construire_une_page(atelier, e) for e in edition.pages if e.page in pages}
