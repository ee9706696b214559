"""Du SVG de Vega au SVG publié : accessible, souple, court, sans anglais ni adresse externe, toujours le même."""

import re
from functools import lru_cache
from xml.etree import ElementTree

from bilan.figures.altair.habillage import BORD, Habillage
from bilan.figures.altair.toile import Texte
from bilan.figures.theme import INTERLIGNE, POLICE

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_HREF = f"{{{_XLINK}}}href"
# Adresse que le chargeur de Vega met devant tout lien relatif : on rend le lien tel qu'il a été écrit.
_BASE_VEGA = "https://vega.github.io/vega-datasets/"
_NOMBRE = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_PAS_DE_CHEMIN = re.compile(r"([MLZ])([^MLZ]*)")
_CHEMIN_DROIT = re.compile(r"^[MLZ0-9eE,.\- ]*$")
_A_OTER = ("aria-roledescription", "aria-hidden", "aria-label", "role", "pointer-events", "class")
_MESURES = ("transform", "x", "y", "x2", "y2", "dy", "width", "height", "font-size", "stroke-width")
_NEUTRES = {"transform": "translate(0,0)", "opacity": "1", "fill-opacity": "1"}
_HERITES = (
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-linejoin", "stroke-linecap", "stroke-dasharray",
    "font-family", "font-size", "font-weight", "text-anchor",
)  # fmt: skip


def assainir(svg: str, alt: str, identifiant: str) -> str:
    """Rend le SVG de Vega prêt à publier.

    La racine a `role="img"` et le texte de remplacement ; elle se réduit à la largeur de la page. Les
    identifiants internes sont préfixés par celui de la figure. Chaque forme décrite garde son
    `aria-label` et reçoit un `<title>`, que le navigateur montre au survol. Les liens d'une carte ne
    sont pas des arrêts de clavier : la table de la figure porte les mêmes.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    racine = ElementTree.fromstring(svg)
    _elaguer(racine)
    _nettoyer(racine, identifiant)
    _factoriser(racine)
    if racine.find(f".//{{{_SVG}}}a") is not None:
        _laisser_passer_le_pointeur(racine)
    _habiller_la_racine(racine, alt, identifiant)
    return ElementTree.tostring(racine, encoding="unicode")


def habiller(svg: str, habillage: Habillage) -> str:
    """Rend l'image de la page, déjà assainie, avec le bord, les titres et les mentions d'une image autonome."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    racine = ElementTree.fromstring(svg)
    _x, _y, largeur, hauteur = map(float, racine.attrib["viewBox"].split())
    largeur, hauteur = largeur + 2 * BORD, hauteur + habillage.haut + habillage.bas + 2 * BORD
    racine.set("viewBox", f"0 0 {largeur:g} {hauteur:g}")
    racine.set("style", f"width:100%;max-width:{largeur:g}px;height:auto")
    dessin = ElementTree.Element(f"{{{_SVG}}}g", transform=f"translate({BORD},{_nombre(habillage.haut + BORD)})")
    for enfant in list(racine):
        if _genre(enfant) == "rect":  # le fond, que le bord agrandit
            enfant.attrib.update(width=f"{largeur:g}", height=f"{hauteur:g}")
        else:
            racine.remove(enfant)
            dessin.append(enfant)
    racine.append(dessin)
    for texte in habillage.textes:
        _ecrire(racine, texte)
    return ElementTree.tostring(racine, encoding="unicode")


def _ecrire(racine: ElementTree.Element, texte: Texte) -> None:
    style = {"font-family": POLICE, "font-size": f"{texte.corps:g}px", "fill": texte.couleur}
    if texte.gras:
        style["font-weight"] = "bold"
    groupe = ElementTree.SubElement(racine, f"{{{_SVG}}}g", style)
    for rang, ligne in enumerate(texte.lignes):
        y = _nombre(texte.y + rang * texte.corps * INTERLIGNE)
        ElementTree.SubElement(groupe, f"{{{_SVG}}}text", x=_nombre(texte.x), y=y).text = ligne


def _nombre(valeur: float) -> str:
    return f"{round(valeur, 1):g}"


def _genre(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _elaguer(parent: ElementTree.Element) -> None:
    """Ôte les chemins invisibles de Vega, les rognages et les groupes qu'ils laissent vides."""
    for enfant in list(parent):
        _elaguer(enfant)
        cadre = _genre(enfant) == "path" and enfant.get("class") in ("background", "foreground")
        vide = _genre(enfant) in ("g", "defs", "clipPath") and not len(enfant)
        # Vega rogne les cartes au cadre ; rien ne sort du nôtre, et un rognage est un identifiant de plus.
        if (cadre and enfant.get("stroke") is None) or vide or _genre(enfant) == "clipPath":
            parent.remove(enfant)


def _nettoyer(racine: ElementTree.Element, identifiant: str) -> None:
    for element in racine.iter():
        description = element.get("aria-label") if element.get("aria-hidden") != "true" else None
        for nom in (*_A_OTER, "clip-path"):
            element.attrib.pop(nom, None)
        _abreger(element)
        if "id" in element.attrib:
            element.set("id", f"{identifiant}-{element.attrib['id']}")
        if _HREF in element.attrib:
            element.set(_HREF, element.attrib[_HREF].removeprefix(_BASE_VEGA))
            element.set("tabindex", "-1")
        if description:
            element.set("role", "graphics-symbol")
            element.set("aria-label", description)
            ElementTree.SubElement(element, f"{{{_SVG}}}title").text = description


def _abreger(element: ElementTree.Element) -> None:
    """Arrondit les mesures de l'élément et ôte celles qui ne changent rien."""
    if "d" in element.attrib:
        element.set("d", _raccourcir(element.attrib["d"]))
    for nom in _MESURES:
        if nom in element.attrib:
            element.set(nom, _NOMBRE.sub(_arrondir, element.attrib[nom]))
    for nom, valeur in _NEUTRES.items():
        if element.get(nom) == valeur:
            del element.attrib[nom]


def _factoriser(racine: ElementTree.Element) -> None:
    """Porte au groupe les attributs que toutes ses formes ont en commun : l'image est la même, en moins d'octets."""
    for groupe in racine.iter(f"{{{_SVG}}}g"):
        formes = [enfant[0] if _genre(enfant) == "a" else enfant for enfant in groupe]
        if len(formes) < 2 or any(_genre(f) in ("g", "defs") for f in formes):
            continue
        for nom in _HERITES:
            valeurs = {f.get(nom) for f in formes}
            if len(valeurs) == 1 and (valeur := valeurs.pop()) is not None:
                groupe.set(nom, valeur)
                for forme in formes:
                    del forme.attrib[nom]


def _laisser_passer_le_pointeur(racine: ElementTree.Element) -> None:
    """Rend transparents au pointeur les traits et les noms posés sur les territoires, dont le lien reste en dessous."""
    for groupe in racine.iter(f"{{{_SVG}}}g"):
        if len(groupe) and groupe.find(f".//{{{_SVG}}}a") is None:
            groupe.set("pointer-events", "none")


def _habiller_la_racine(racine: ElementTree.Element, alt: str, identifiant: str) -> None:
    largeur = racine.attrib.pop("width")
    for nom in ("height", "version"):
        racine.attrib.pop(nom, None)
    racine.set("id", f"{identifiant}-image")
    racine.set("role", "img")
    racine.set("aria-label", alt)
    # La hauteur suit le viewBox : l'image se réduit à la largeur d'un téléphone et ne grossit jamais.
    racine.set("style", f"width:100%;max-width:{largeur}px;height:auto")


@lru_cache(maxsize=2048)
def _raccourcir(chemin: str) -> str:
    """Rend le chemin au dixième de pixel ; fait de segments droits, il est récrit en pas relatifs, sans dérive."""
    # Les cartes des fiches ont les mêmes contours : ils se récrivent une fois.
    if not _CHEMIN_DROIT.match(chemin):
        return _NOMBRE.sub(_arrondir, chemin)
    morceaux, ici, depart = [], (0, 0), (0, 0)
    for lettre, suite in _PAS_DE_CHEMIN.findall(chemin):
        if lettre == "Z":
            morceaux.append("z")
            ici = depart
            continue
        nombres = [round(float(n) * 10) for n in _NOMBRE.findall(suite)]
        for point in zip(nombres[::2], nombres[1::2], strict=True):
            pas = (point[0] - ici[0], point[1] - ici[1])
            if lettre == "M":
                depart = point
            elif pas == (0, 0):
                continue
            morceaux.append(f"{lettre.lower()}{_dixiemes(pas[0])}{_joindre(pas[1])}")
            ici = point
    return "".join(morceaux)


def _dixiemes(valeur: int) -> str:
    signe, reste = ("-" if valeur < 0 else ""), abs(valeur)
    entier, decimale = divmod(reste, 10)
    if not decimale:
        return f"{signe}{entier}"
    return f"{signe}{entier or ''}.{decimale}"


def _joindre(valeur: int) -> str:
    texte = _dixiemes(valeur)
    return texte if texte.startswith("-") else f",{texte}"


def _arrondir(trouve: re.Match[str]) -> str:
    texte = f"{float(trouve[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if texte in ("-0", "") else texte
