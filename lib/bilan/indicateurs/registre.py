"""Le registre des indicateurs, par code."""

from bilan.indicateurs import fiches_flux, fiches_registres, fiches_reperes, fiches_substance
from bilan.indicateurs.indicateur import Indicateur

__all__ = ["INDICATEURS", "Indicateur"]

INDICATEURS: dict[str, Indicateur] = {
    indicateur.code: indicateur
    for famille in (
        fiches_flux.VOLUMES,
        fiches_flux.FLUX,
        fiches_substance.FLUX,
        fiches_registres.CONVENTIONS,
        fiches_registres.AVANCEMENT,
        fiches_substance.GLISSEMENTS,
        fiches_substance.PUBLICS,
        fiches_substance.CALEOL,
        fiches_reperes.REPERES,
    )
    for indicateur in famille
}
"""Indicateurs du bilan, dans l'ordre du catalogue."""
