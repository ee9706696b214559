"""Le diaporama du comité de pilotage : des objets natifs que l'on reprend à la main, et que l'on actualise."""

from bilan.editions.diaporama.actualisation import Changements, actualiser
from bilan.editions.diaporama.construction import Compte, construire

__all__ = ["Changements", "Compte", "actualiser", "construire"]
