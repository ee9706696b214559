"""Les diapositives d'une vue d'exploration : les figures qu'un analyste a sous les yeux, en objets natifs."""

from collections.abc import Sequence
from datetime import date

from bilan.editions import filigrane
from bilan.editions.executions import Edition, Execution
from bilan.entrepot.runs import Run
from bilan.figures.modele import Figure
from bilan.projet import INTERNE, Jeu, Projet

_CARNET = "exploration/explorer"


def en_diapositives(projet: Projet, jeu: Jeu, connu_le: date, figures: Sequence[Figure]) -> bytes:
    """Rend un .pptx au gabarit du comité : une diapositive au moins par figure, marquée « document de travail ».

    Lève `DonneesRefusees` si le plan ou le gabarit ne se lisent pas.
    """
    from bilan.editions.diaporama.construction import Atelier, construire_une_page
    from bilan.editions.diaporama.plan import Plan

    declaration = projet.collection.jeux[jeu]
    run = Run(
        "vue", _CARNET, "exploration", projet.collection.region, jeu.value, declaration.periode, connu_le.isoformat(),
        INTERNE, {}, figures[0].titre, "ok",
    )  # fmt: skip
    execution = Execution(run, "exploration", {figure.id: figure for figure in figures})
    atelier = Atelier(projet, Plan.lire(projet), Edition(jeu, declaration, (execution,)))
    return filigrane.marquer(construire_une_page(atelier, execution))
