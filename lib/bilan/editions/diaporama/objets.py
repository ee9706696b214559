"""Les objets du projet dans une diapositive : leur nom, leur texte de remplacement, leurs textes en français."""

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Pt

from bilan.figures import palettes
from bilan.figures.altair.lettres import couper

PREFIXE = "bilan:"
PT = 12700
"""Unités de mesure d'Office par point."""

Zone = tuple[int, int, int, int]
"""Gauche, haut, largeur et hauteur d'un objet, en unités d'Office."""

_COTES = {"g": "l", "c": "ctr", "d": "r"}


def en_unites(x: float, y: float, large: float, haut: float) -> Zone:
    """Rend en unités d'Office une place donnée en points."""
    return round(x * PT), round(y * PT), round(large * PT), round(haut * PT)


def nom(ident: str, annexe: str = "") -> str:
    """Rend le nom d'un objet du projet : « bilan:cotation-carte », « bilan:cotation-carte:legende »."""
    return f"{PREFIXE}{ident}:{annexe}" if annexe else f"{PREFIXE}{ident}"


def parcourir(formes: Any) -> Iterator[Any]:
    """Rend les objets du projet d'une diapositive, même si quelqu'un les a groupés avec d'autres."""
    for forme in formes:
        if forme.name.startswith(PREFIXE):
            yield forme
        elif forme.shape_type == 6:
            yield from parcourir(forme.shapes)


def nommer(forme: Any, ident: str, alt: str = "", annexe: str = "") -> None:
    """Donne à un objet son nom stable et, s'il en faut un, son texte de remplacement."""
    identite = forme._element.xpath("./*/p:cNvPr")[0]
    identite.set("name", nom(ident, annexe))
    if alt:
        identite.set("descr", alt)


def couleur(hexa: str) -> RGBColor:
    """Rend la couleur « #RRVVBB » dans les termes de python-pptx."""
    fabrique: Any = RGBColor
    teinte: RGBColor = fabrique.from_string(hexa[1:])
    return teinte


def police(
    fonte: Any, corps: float | None = None, gras: bool | None = None, teinte: str | None = None,
) -> None:
    """Règle une police : corps en points, graisse, couleur, et la langue française toujours.

    Son nom n'est jamais donné : c'est la police du thème, donc celle du gabarit.
    """
    fonte.language_id = MSO_LANGUAGE_ID.FRENCH
    if corps is not None:
        fonte.size = Pt(corps)
    if gras is not None:
        fonte.bold = gras
    if teinte is not None:
        fonte.color.rgb = couleur(teinte)


def ecrire(cadre: Any, paragraphes: list[str], **style: Any) -> None:
    """Remplit un cadre de texte d'un paragraphe par chaîne ; sans style, celui du gabarit reste."""
    cadre.text = "\n".join(paragraphes)
    for paragraphe in cadre.paragraphs:
        police(paragraphe.font, **style)
        for morceau in paragraphe.runs:
            police(morceau.font, **style)


def remplacer_texte(cadre: Any, texte: str) -> None:
    """Remplace un texte en gardant la mise en forme que lui ont donnée ses lecteurs (celle du premier morceau)."""
    premier = next((m for p in cadre.paragraphs for m in p.runs), None)
    if premier is None:
        ecrire(cadre, [texte])
        return
    for paragraphe in list(cadre.paragraphs)[1:]:
        paragraphe._p.getparent().remove(paragraphe._p)
    for morceau in list(cadre.paragraphs[0].runs)[1:]:
        morceau._r.getparent().remove(morceau._r)
    if not cadre.paragraphs[0].runs:
        ecrire(cadre, [texte])
        return
    cadre.paragraphs[0].runs[0].text = texte


def etiquette(formes: Any, zone: Zone, texte: str, corps: float = 11, **style: Any) -> Any:
    """Ajoute une zone de texte sans marge ni repli ; `alignement` vaut g, c ou d, `gras` et `teinte` la colorent."""
    boite = formes.add_textbox(*zone)
    traits = traits_de_police(corps, style.get("gras", False), style.get("teinte", palettes.ENCRE))
    alinea = f'<a:pPr algn="{_COTES[style.get("alignement", "g")]}"><a:defRPr {traits}</a:defRPr></a:pPr>'
    repli = "square" if style.get("repli", False) else "none"
    # Écrit d'un coup : trait par trait, les étiquettes faisaient un dixième du temps d'un diaporama.
    boite._element.replace(boite._element.txBody, parse_xml(
        f'<p:txBody {nsdecls("p", "a")}><a:bodyPr wrap="{repli}" lIns="0" rIns="0" tIns="0" bIns="0" anchor="ctr">'
        f"<a:spAutoFit/></a:bodyPr><a:lstStyle/>{paragraphes(texte, alinea, traits)}</p:txBody>"
    ))
    return boite


def traits_de_police(corps: float, gras: bool, teinte: str) -> str:
    """Rend le XML d'une police en français : ses attributs, puis sa couleur ; l'élément reste à ouvrir et à fermer."""
    couleur_ = f'<a:solidFill><a:srgbClr val="{teinte[1:].upper()}"/></a:solidFill>'
    return f'lang="fr-FR" sz="{round(corps * 100)}" b="{int(gras)}">{couleur_}'


def paragraphes(texte: str, alinea: str, traits: str) -> str:
    """Rend le XML des paragraphes d'un texte, un par ligne ; `alinea` est celui de leurs propriétés."""
    return "".join(
        f"<a:p>{alinea}" + (f"<a:r><a:rPr {traits}</a:rPr><a:t>{escape(ligne)}</a:t></a:r>" if ligne else "") + "</a:p>"
        for ligne in texte.split("\n")
    )


def plus_grand_corps(texte: str, zone: tuple[float, float], corps: tuple[float, float], gras: bool = False) -> float:
    """Rend le plus grand corps, entre les deux donnés, où le texte tient dans `zone` (largeur et hauteur en points)."""
    taille = corps[1]
    while taille > corps[0] and len(couper(texte, zone[0], taille, gras)) * taille * 1.2 > zone[1]:
        taille -= 1
    return taille
