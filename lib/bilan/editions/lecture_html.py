"""Lecture d'une page du site par les contrôles : ce qu'un lecteur d'écran ou un robot y trouverait."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from lxml import etree

_IMAGE = re.compile(r"(<svg\b[^>]*>)(.*?)</svg>", re.S)
_LIEN_D_IMAGE = re.compile(r'<a href="([^"]*)"')
_TITRES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXTE = etree.XPath("string()")


@dataclass(eq=False)
class Element:
    """Élément de la page : sa balise, ses attributs, le texte lu dedans et les éléments qu'il contient."""

    page: "PageLue"
    noeud: Any

    @property
    def balise(self) -> str:
        """Nom de la balise, en minuscules."""
        return str(self.noeud.tag)

    @property
    def attributs(self) -> Mapping[str, str]:
        """Attributs, par nom."""
        attributs: Mapping[str, str] = self.noeud.attrib
        return attributs

    @cached_property
    def texte(self) -> str:
        """Texte de l'élément et de tout ce qu'il contient."""
        return str(_TEXTE(self.noeud))

    @property
    def contient(self) -> list["Element"]:
        """Éléments contenus dans celui-ci, à toute profondeur."""
        return [self.page.element(noeud) for noeud in self.noeud.iterdescendants(etree.Element)]

    @property
    def nom(self) -> str:
        """Nom accessible simplifié : `aria-label`, sinon le texte."""
        return (self.attributs.get("aria-label") or self.texte).strip()

    def dedans(self, balise: str) -> list["Element"]:
        """Rend les éléments de cette balise contenus dans celui-ci, à toute profondeur."""
        return [self.page.element(noeud) for noeud in self.noeud.iterdescendants(balise)]


class PageLue:
    """Page lue : ses éléments, dans l'ordre ; l'intérieur des images est réduit à leurs liens."""

    def __init__(self, racine: Any) -> None:
        self._connus = {noeud: Element(self, noeud) for noeud in racine.iter(etree.Element)}

    @classmethod
    def lire(cls, texte: str) -> Self:
        """Rend la page de ce HTML."""
        return cls(etree.fromstring(_IMAGE.sub(_alleger, texte), etree.HTMLParser(encoding="utf-8")))

    @property
    def elements(self) -> list[Element]:
        """Tous les éléments, dans l'ordre de la page."""
        return list(self._connus.values())

    def element(self, noeud: Any) -> Element:
        """Rend l'élément d'un nœud de la page, toujours le même."""
        return self._connus[noeud]

    def tous(self, *balises: str) -> list[Element]:
        """Rend les éléments de ces balises, dans l'ordre de la page."""
        return [e for e in self._connus.values() if e.balise in balises]

    @property
    def titre(self) -> str:
        """Texte de `<title>`."""
        return next((e.texte.strip() for e in self.tous("title")), "")

    @property
    def niveaux(self) -> list[int]:
        """Niveaux des titres, dans l'ordre."""
        return [int(e.balise[1]) for e in self.elements if e.balise in _TITRES]

    @cached_property
    def identifiants(self) -> list[str]:
        """Identifiants de la page, répétitions comprises."""
        return [str(noeud.attrib["id"]) for noeud in self._connus if "id" in noeud.attrib]


def _alleger(image: re.Match[str]) -> str:
    liens = "".join(f'<a href="{lien}" aria-label="lien de carte"></a>' for lien in _LIEN_D_IMAGE.findall(image[2]))
    return f"{image[1]}{liens}</svg>"
