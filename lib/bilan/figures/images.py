"""Des spécifications aux images : un convertisseur chaud, des SVG accessibles et reproductibles."""

from typing import Any

from bilan.figures.convertisseur import convertisseur
from bilan.figures.svg import assainir

_VERSION_VEGALITE = "6.4"


class Rendu:
    """Convertisseur de spécifications Vega-Lite en images.

    Le premier appel met le moteur en route (environ une demi-seconde) ; un processus qui l'a fait ne
    doit plus être bifurqué (performance, « Fork safety »).
    """

    def __init__(self, echelle_png: float = 2.0) -> None:
        self._echelle = echelle_png

    def svg(self, specification: dict[str, Any]) -> str:
        """Rend le SVG : `role="img"`, texte de remplacement, largeur souple, aucune adresse externe."""
        brut: str = convertisseur().vegalite_to_svg(specification, vl_version=_VERSION_VEGALITE)
        figure = specification.get("usermeta", {}).get("figure", "figure")
        return assainir(brut, specification.get("description", ""), figure)

    def png(self, specification: dict[str, Any]) -> bytes:
        """Rend le PNG, à deux pixels par pixel de la spécification."""
        image: bytes = convertisseur().vegalite_to_png(
            specification, vl_version=_VERSION_VEGALITE, scale=self._echelle, ppi=72
        )
        return image
