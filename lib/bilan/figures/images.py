"""Des spécifications aux images : un convertisseur chaud, des SVG accessibles et reproductibles."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any
from xml.etree import ElementTree

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
# Adresse que le chargeur de Vega met devant tout lien relatif : on rend le lien tel qu'il a été écrit.
_BASE_VEGA = "https://vega.github.io/vega-datasets/"
_VERSION_VEGALITE = "6.4"
_DECIMALES_LONGUES = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_ATTRIBUTS_DE_VEGA = ("aria-roledescription", "aria-hidden", "pointer-events", "class")
_ATTRIBUTS_MESURES = ("d", "transform", "x", "y", "x2", "y2", "dy", "width", "height", "font-size")
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


def assainir(svg: str, alt: str, identifiant: str) -> str:
    """Rend le SVG de Vega prêt à publier : accessible, souple, court, sans anglais ni adresse externe.

    Les identifiants internes sont préfixés par celui de la figure ; chaque forme décrite garde son
    `aria-label` et reçoit un `<title>`, que le navigateur montre au survol. Les liens d'une carte ne
    sont pas des arrêts de clavier : la table de la figure porte les mêmes.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    racine = ElementTree.fromstring(svg)
    _elaguer(racine)
    for element in racine.iter():
        _nettoyer(element, identifiant)
    _habiller_la_racine(racine, alt, identifiant)
    return ElementTree.tostring(racine, encoding="unicode")


_RENDU_DU_PROCESSUS: list[Rendu] = []


def _rendre_une(commande: Commande) -> tuple[str, dict[str, bytes]]:
    if not _RENDU_DU_PROCESSUS:
        _RENDU_DU_PROCESSUS.append(Rendu())
    return commande.cle, _RENDU_DU_PROCESSUS[0].rendre(commande)


def _elaguer(parent: ElementTree.Element) -> None:
    """Ôte les chemins invisibles de Vega et les groupes qu'ils laissent vides."""
    for enfant in list(parent):
        _elaguer(enfant)
        genre = enfant.tag.rpartition("}")[2]
        cadre = genre == "path" and enfant.get("class") in ("background", "foreground")
        if (cadre and enfant.get("stroke") is None) or (genre == "g" and not len(enfant)):
            parent.remove(enfant)


def _nettoyer(element: ElementTree.Element, identifiant: str) -> None:
    description = element.get("aria-label") if element.get("aria-hidden") != "true" else None
    for nom in (*_ATTRIBUTS_DE_VEGA, "aria-label", "role"):
        element.attrib.pop(nom, None)
    for nom in _ATTRIBUTS_MESURES:
        if nom in element.attrib:
            element.set(nom, _DECIMALES_LONGUES.sub(_arrondir, element.attrib[nom]))
    lien = element.get(f"{{{_XLINK}}}href")
    if lien is not None:
        element.set(f"{{{_XLINK}}}href", lien.removeprefix(_BASE_VEGA))
        element.set("tabindex", "-1")
    for nom, valeur in element.attrib.items():
        if nom == "id":
            element.set(nom, f"{identifiant}-{valeur}")
        elif "url(#" in valeur:
            element.set(nom, valeur.replace("url(#", f"url(#{identifiant}-"))
    if description:
        element.set("role", "graphics-symbol")
        element.set("aria-label", description)
        titre = ElementTree.SubElement(element, f"{{{_SVG}}}title")
        titre.text = description


def _habiller_la_racine(racine: ElementTree.Element, alt: str, identifiant: str) -> None:
    largeur = racine.attrib.pop("width")
    for nom in ("height", "version"):
        racine.attrib.pop(nom, None)
    racine.set("id", f"{identifiant}-image")
    racine.set("role", "img")
    racine.set("aria-label", alt)
    # La hauteur suit le viewBox : l'image se réduit à la largeur d'un téléphone et ne grossit jamais.
    racine.set("style", f"width:100%;max-width:{largeur}px;height:auto")


def _arrondir(trouve: re.Match[str]) -> str:
    texte = f"{float(trouve[0]):.1f}"
    return "0" if texte == "-0.0" else texte.removesuffix(".0")
