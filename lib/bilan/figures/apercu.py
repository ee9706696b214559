"""L'aperçu d'une figure dans JupyterLab : la même spécification que la page, dessinée par le navigateur."""

from typing import Any

from bilan.figures.altair.rendu import specification
from bilan.figures.formes import Cercles, Choroplethe
from bilan.figures.modele import Figure
from bilan.projet import Projet
from bilan.referentiel.geometries import Fonds

MIME_VEGALITE = "application/vnd.vegalite.v6+json"


def apercu(figure: Figure, fonds: Fonds | None = None) -> dict[str, Any]:
    """Rend l'aperçu de la figure, par type MIME ; aucun moteur d'image n'est mis en route.

    Une carte lit, à défaut de `fonds`, ceux de la région de la collection.
    """
    if fonds is None and isinstance(figure.forme, Choroplethe | Cercles):
        projet = Projet.trouver()
        fonds = Fonds.ouvrir(projet.referentiel, region=projet.collection.region)
    dessin = specification(figure, fonds)
    # Le menu que JupyterLab pose sur un graphique est en anglais : on s'en passe.
    return {MIME_VEGALITE: {**dessin, "usermeta": {**dessin["usermeta"], "embedOptions": {"actions": False}}}}
