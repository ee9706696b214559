"""Des spécifications aux images : un convertisseur chaud, des SVG accessibles et reproductibles."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from bilan.figures.svg import assainir

_VERSION_VEGALITE = "6.4"
_RECYCLAGE = 200


@dataclass(frozen=True, slots=True)
class Commande:
    """Image à faire : sa clé (rendue avec elle), sa spécification, et les genres voulus (« svg », « png »)."""

    cle: str
    specification: dict[str, Any]
    genres: tuple[str, ...] = ("svg",)


class Rendu:
    """Convertisseur de spécifications Vega-Lite en images.

    Le premier appel met le moteur en route (environ une demi-seconde) ; un processus qui l'a fait ne
    doit plus être bifurqué (performance, « Fork safety »).
    """

    def __init__(self, echelle_png: float = 2.0) -> None:
        self._echelle = echelle_png

    def svg(self, specification: dict[str, Any]) -> str:
        """Rend le SVG : `role="img"`, texte de remplacement, largeur souple, aucune adresse externe."""
        import vl_convert

        brut: str = vl_convert.vegalite_to_svg(specification, vl_version=_VERSION_VEGALITE)
        return assainir(
            brut, specification.get("description", ""), specification.get("usermeta", {}).get("figure", "figure")
        )

    def png(self, specification: dict[str, Any]) -> bytes:
        """Rend le PNG, à deux pixels par pixel de la spécification."""
        import vl_convert

        image: bytes = vl_convert.vegalite_to_png(
            specification, vl_version=_VERSION_VEGALITE, scale=self._echelle, ppi=72
        )
        return image

    def rendre(self, commande: Commande) -> dict[str, bytes]:
        """Rend les images de la commande, en octets, par genre."""
        images = {}
        if "svg" in commande.genres:
            images["svg"] = self.svg(commande.specification).encode("utf-8")
        if "png" in commande.genres:
            images["png"] = self.png(commande.specification)
        return images


def rendre_tout(
    commandes: Iterable[Commande], processus: int = 2, recyclage: int = _RECYCLAGE
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Rend (clé, images par genre) de chaque commande, dans l'ordre reçu.

    Les processus naissent neufs (jamais bifurqués) et sont remplacés toutes les `recyclage` commandes :
    la mémoire du convertisseur ne fait que croître.
    """
    commandes = list(commandes)
    if processus <= 1 or len(commandes) < 2 * processus:
        rendu = Rendu()
        for commande in commandes:
            yield commande.cle, rendu.rendre(commande)
        return
    with ProcessPoolExecutor(
        processus, mp_context=get_context("spawn"), max_tasks_per_child=max(1, recyclage)
    ) as groupe:
        yield from groupe.map(_rendre_une, commandes)


_RENDU_DU_PROCESSUS: list[Rendu] = []


def _rendre_une(commande: Commande) -> tuple[str, dict[str, bytes]]:
    if not _RENDU_DU_PROCESSUS:
        _RENDU_DU_PROCESSUS.append(Rendu())
    return commande.cle, _RENDU_DU_PROCESSUS[0].rendre(commande)
