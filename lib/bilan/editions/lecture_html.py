"""Lecture d'une page du site par les contrôles : ce qu'un lecteur d'écran ou un robot y trouverait."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

_IMAGE = re.compile(r"(<svg\b[^>]*>)(.*?)</svg>", re.S)
_LIEN_D_IMAGE = re.compile(r'<a href="([^"]*)"')
_VIDES = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_TITRES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

Attributs = dict[str, str]


@dataclass(eq=False)
class Element:
    """Élément ouvert : sa balise, ses attributs, le texte lu dedans et les balises qu'il contient."""

    balise: str
    attributs: Attributs
    texte: str = ""
    contient: list["Element"] = field(default_factory=list)

    @property
    def nom(self) -> str:
        """Nom accessible simplifié : `aria-label`, sinon le texte."""
        return (self.attributs.get("aria-label") or self.texte).strip()

    def dedans(self, balise: str) -> list["Element"]:
        """Rend les éléments de cette balise contenus dans celui-ci, à toute profondeur."""
        return [e for e in self.contient if e.balise == balise]


class PageLue(HTMLParser):
    """Page lue : ses éléments par balise, dans l'ordre ; l'intérieur des images est réduit à leurs liens."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._ouverts: list[Element] = []

    @classmethod
    def lire(cls, texte: str) -> Self:
        """Rend la page de ce HTML."""
        page = cls()
        page.feed(_IMAGE.sub(_alleger, texte))
        page.close()
        return page

    def tous(self, *balises: str) -> list[Element]:
        """Rend les éléments de ces balises, dans l'ordre de la page."""
        return [e for e in self.elements if e.balise in balises]

    @property
    def titre(self) -> str:
        """Texte de `<title>`."""
        return next((e.texte.strip() for e in self.tous("title")), "")

    @property
    def niveaux(self) -> list[int]:
        """Niveaux des titres, dans l'ordre."""
        return [int(e.balise[1]) for e in self.elements if e.balise in _TITRES]

    @property
    def identifiants(self) -> list[str]:
        """Identifiants de la page, répétitions comprises."""
        return [e.attributs["id"] for e in self.elements if "id" in e.attributs]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Ouvre un élément ; il compte aussi parmi le contenu de ceux qui l'entourent."""
        element = Element(tag, {nom: valeur or "" for nom, valeur in attrs})
        self.elements.append(element)
        for parent in self._ouverts:
            parent.contient.append(element)
        if tag not in _VIDES:
            self._ouverts.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Lit un élément qui se ferme lui-même."""
        self.handle_starttag(tag, attrs)
        if tag not in _VIDES:
            self._ouverts.pop()

    def handle_endtag(self, tag: str) -> None:
        """Ferme l'élément et ceux qui étaient restés ouverts dedans."""
        for rang in range(len(self._ouverts) - 1, -1, -1):
            if self._ouverts[rang].balise == tag:
                del self._ouverts[rang:]
                return

    def handle_data(self, data: str) -> None:
        """Ajoute le texte à tous les éléments ouverts."""
        for element in self._ouverts:
            element.texte += data


def _alleger(image: re.Match[str]) -> str:
    liens = "".join(f'<a href="{lien}" aria-label="lien de carte"></a>' for lien in _LIEN_D_IMAGE.findall(image[2]))
    return f"{image[1]}{liens}</svg>"
