"""Le SVG d'une figure selon sa place : inscrit dans une page avec ses liens, ou téléchargé sans eux."""

import re
from collections.abc import Callable

ESPACE_SVG = "http://www.w3.org/2000/svg"
_LIEN = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.S)
_ADRESSE = re.compile(r'\s(?:xlink:)?href="([^"]*)"')
_FICHE = re.compile(r"epci/(\d{9})\.html$")
_ESPACES_DE_NOMS = re.compile(r'\sxmlns(?::\w+)?="[^"]*"')
_RACINE = re.compile(r"<svg\b[^>]*>")
_ROLE_IMPLICITE = re.compile(r' role="graphics-symbol"(?=>\s*<title>)')
_POLICE = re.compile(r' font-family="[^"]*"')
_NOM_REPETE = re.compile(r' aria-label="([^"]*)"(>\s*<title>\1</title>)')


def en_page(svg: str, adresse: Callable[[str], str | None]) -> str:
    """Rend le SVG à inscrire dans du HTML, où `adresse(siren)` dit l'adresse de la fiche d'un EPCI.

    Un lien sans fiche devient un simple groupe. Une image qui porte des liens est un groupe nommé et non une
    image : les liens d'une `img` n'existent pas pour un lecteur d'écran. Les espaces de noms, implicites
    dans du HTML, partent : aucune adresse absolue ne reste dans la page.
    """

    def relier(trouve: re.Match[str]) -> str:
        """Rend le lien vers sa fiche, ou le simple groupe."""
        fiche = _FICHE.search("".join(_ADRESSE.findall(trouve[1])))
        cible = adresse(fiche[1]) if fiche else None
        if cible is None:
            return f"<g>{trouve[2]}</g>"
        return f'<a href="{cible}"{_ADRESSE.sub("", trouve[1])}>{trouve[2]}</a>'

    texte = _ESPACES_DE_NOMS.sub("", _LIEN.sub(relier, _alleger(svg)))
    if "<a " not in texte:
        return texte
    return _RACINE.sub(lambda racine: racine[0].replace('role="img"', 'role="group"'), texte, count=1)


def en_fichier(svg: str) -> str:
    """Rend le SVG à télécharger : ses liens relatifs, qui n'ont plus de page autour d'eux, deviennent des groupes."""
    return _LIEN.sub(lambda trouve: f"<g>{trouve[2]}</g>", _alleger(svg))


def _alleger(svg: str) -> str:
    """Rend le SVG qui ne dit rien deux fois : ni le nom d'une forme que son titre donne, avec le rôle qui en découle
    (SVG-AAM, § 5.1.1), ni la police que tous ses textes partagent, portée par la racine."""
    texte = _ROLE_IMPLICITE.sub("", _NOM_REPETE.sub(r"\2", svg))
    polices = set(_POLICE.findall(texte))
    if len(polices) != 1:
        return texte
    return _RACINE.sub(lambda racine: f"{racine[0][:-1]}{min(polices)}>", _POLICE.sub("", texte), count=1)
