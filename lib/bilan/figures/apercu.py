"""L'aperçu d'une figure dans JupyterLab : la même spécification que la page, dessinée par le navigateur."""

from dataclasses import replace
from typing import Any

from bilan.figures.altair.rendu import specification
from bilan.figures.formes import Carte
from bilan.figures.modele import Figure
from bilan.projet import Projet
from bilan.referentiel.geometries import Fonds

# JupyterLab 4.6 et VS Code ne dessinent que les types v3 à v5 ; un type v6 n'y laisse que la table.
MIME_VEGALITE = "application/vnd.vegalite.v5+json"
SCHEMA_AFFICHE = "https://vega.github.io/schema/vega-lite/v5.json"


def apercu(figure: Figure, fonds: Fonds | None = None) -> dict[str, Any]:
    """Rend l'aperçu de la figure, par type MIME ; aucun moteur d'image n'est mis en route.

    Une carte lit, à défaut de `fonds`, ceux de la région de la collection. Ses liens vers les fiches n'y sont pas :
    ils ne mènent quelque part que dans le site.
    """
    if isinstance(figure.forme, Carte):
        figure = replace(figure, forme=replace(figure.forme, liens=False))
        if fonds is None:
            projet = Projet.trouver()
            fonds = Fonds.ouvrir(projet.referentiel, region=projet.collection.region)
    return paquet_vegalite(specification(figure, fonds))


def paquet_vegalite(dessin: dict[str, Any]) -> dict[str, Any]:
    """Rend une spécification Vega-Lite telle que JupyterLab et VS Code la dessinent, par type MIME."""
    # Le menu que JupyterLab pose sur un graphique est en anglais : on s'en passe.
    usermeta = {**dessin.get("usermeta", {}), "embedOptions": {"actions": False}}
    return {MIME_VEGALITE: {**dessin, "$schema": SCHEMA_AFFICHE, "usermeta": usermeta}}
