"""La prose des carnets : markdown rendu sans HTML, titres sans saut de niveau, fiche du carnet mise à part."""

import re
import unicodedata
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_INTERNE = re.compile(r"^(?![a-z][a-z0-9+.-]*:|//)", re.I)
"""Adresse relative : ni protocole, ni hôte. Une page publiée n'ouvre rien hors de l'édition."""


class _Lecteur(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return bool(_INTERNE.match(url))


# « html » désactivé : ce qu'un carnet écrit en HTML se lit comme du texte, il ne s'exécute pas.
_MARKDOWN = _Lecteur("commonmark", {"html": False}).enable("table").disable(["image", "autolink"])


@dataclass(frozen=True)
class Fiche:
    """Première cellule d'un carnet : son titre, son chapô (premier paragraphe), et le reste, technique."""

    titre: str
    chapo: Markup
    technique: Markup


def phrase(texte: str) -> Markup:
    """Rend en HTML un texte d'un seul paragraphe (gras, italique, liens internes)."""
    return Markup(_MARKDOWN.renderInline(texte))


def rendre(texte: str, niveau: int) -> tuple[Markup, int]:
    """Rend le markdown en HTML et le niveau du dernier titre ; `niveau` est celui du titre qui précède.

    Aucun titre ne dépasse d'un cran celui qui le précède, et aucun n'est de niveau 1 : la page a le sien.
    """
    jetons = _MARKDOWN.parse(texte)
    dernier = _normaliser_titres(jetons, niveau)
    return _html(jetons), dernier


def fiche(texte: str) -> Fiche | None:
    """Rend la fiche du carnet si le markdown s'ouvre sur un titre de niveau 1, rien sinon."""
    jetons = _MARKDOWN.parse(texte)
    if not jetons or jetons[0].tag != "h1":
        return None
    titre, suite = jetons[1].content, jetons[3:]
    fin = 3 if suite and suite[0].type == "paragraph_open" else 0
    _normaliser_titres(suite[fin:], 2)
    return Fiche(titre, _html(suite[1:2] if fin else []), _html(suite[fin:]))


def sections(texte: str) -> list[str]:
    """Rend les titres de niveau 2 du markdown, dans l'ordre : ce sont les sections de la page."""
    jetons = _MARKDOWN.parse(texte)
    return [jetons[rang + 1].content for rang, jeton in enumerate(jetons)
            if jeton.type == "heading_open" and jeton.tag == "h2"]


def ancre(titre: str) -> str:
    """Rend l'identifiant HTML d'un titre : minuscules sans accents, tirets."""
    depouille = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode().lower()
    return "s-" + re.sub(r"[^a-z0-9]+", "-", depouille).strip("-")


def _html(jetons: list[Token]) -> Markup:
    for jeton in jetons:
        if jeton.type == "th_open":
            jeton.attrSet("scope", "col")
    return Markup(_MARKDOWN.renderer.render(jetons, _MARKDOWN.options, {}))


def _normaliser_titres(jetons: list[Token], niveau: int) -> int:
    for rang, jeton in enumerate(jetons):
        if jeton.type == "heading_open":
            niveau = min(max(int(jeton.tag[1]), 2), niveau + 1)
            jeton.tag = f"h{niveau}"
            jeton.attrSet("id", ancre(jetons[rang + 1].content))
        elif jeton.type == "heading_close":
            jeton.tag = f"h{niveau}"
    return niveau
