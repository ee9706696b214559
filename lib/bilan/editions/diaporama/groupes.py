"""Les groupes de formes natives : on y dessine en points, et on les reprend sans toucher à leur place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from bilan.editions.diaporama.objets import PT, Zone, couleur, nommer
from bilan.figures import palettes

MOTIFS = {"sans_objet": "wdUpDiag", "non_transmis": "narHorz", "secret": "openDmnd"}
"""Motif d'Office de chaque absence : trois dessins différents, jamais une couleur de l'échelle."""

_GENRES = {"circle": MSO_SHAPE.OVAL, "triangle-up": MSO_SHAPE.ISOSCELES_TRIANGLE, "diamond": MSO_SHAPE.DIAMOND,
           "square": MSO_SHAPE.RECTANGLE}

Anneau = Sequence[tuple[float, float]]


def ouvrir(formes: Any, ident: str, zone: Zone, alt: str, annexe: str = "") -> Any:
    """Ajoute un groupe vide qui occupe `zone` ; ses enfants se placent en unités d'Office de la diapositive."""
    groupe = formes.add_group_shape()
    nommer(groupe, ident, alt, annexe)
    sans_recalcul(groupe)
    cadrer(groupe, zone)
    return groupe


def sans_recalcul(groupe: Any) -> None:
    """Empêche python-pptx de recalculer l'emprise du groupe à chaque forme ajoutée.

    Le calcul relit toutes les formes : sur une carte, il fait la moitié du temps. `cadrer` donne l'emprise, une fois.
    """
    groupe.shapes._recalculate_extents = lambda: None


def cadrer(groupe: Any, zone: Zone, enfants: Zone | None = None) -> None:
    """Donne au groupe sa place, et le repère de ses enfants (le même à défaut)."""
    x, y, large, haut = zone
    ox, oy, ol, oh = enfants or zone
    proprietes = groupe._element.grpSpPr
    for ancien in proprietes.findall(qn("a:xfrm")):
        proprietes.remove(ancien)
    proprietes.insert(0, parse_xml(
        f'<a:xfrm {nsdecls("a")}><a:off x="{x}" y="{y}"/><a:ext cx="{large}" cy="{haut}"/>'
        f'<a:chOff x="{ox}" y="{oy}"/><a:chExt cx="{ol}" cy="{oh}"/></a:xfrm>'
    ))


def vider(groupe: Any) -> None:
    """Retire les enfants d'un groupe ; sa place, son nom et son texte de remplacement restent."""
    for enfant in list(groupe.shapes):
        groupe._element.remove(enfant._element)
    sans_recalcul(groupe)


def polygone(groupe: Any, titre: str, anneaux: Sequence[Anneau], peinture: str, trait: str) -> Any:
    """Ajoute une forme libre d'un ou plusieurs anneaux (trous et morceaux compris), en points de la diapositive.

    `peinture` et `trait` sont le XML du remplissage et du contour. La forme n'a pas de style de thème : il
    mettrait une ombre à chaque territoire.
    """
    xs = [x for anneau in anneaux for x, _ in anneau]
    ys = [y for anneau in anneaux for _, y in anneau]
    x0, y0 = round(min(xs) * PT), round(min(ys) * PT)
    large, haut = max(1, round(max(xs) * PT) - x0), max(1, round(max(ys) * PT) - y0)
    trace = "".join(_trace(anneau, x0, y0) for anneau in anneaux)
    element = parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{_identite(groupe)}" name={quoteattr(titre)}/><p:cNvSpPr/>'
        f'<p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{x0}" y="{y0}"/><a:ext cx="{large}" cy="{haut}"/></a:xfrm>'
        f'<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst>'
        f'<a:path w="{large}" h="{haut}">{trace}</a:path></a:pathLst></a:custGeom>{peinture}{trait}</p:spPr></p:sp>'
    )
    groupe._element.append(element)
    return element


def plein(teinte: str) -> str:
    """Rend le XML d'un remplissage uni."""
    return f'<a:solidFill {nsdecls("a")}><a:srgbClr val="{teinte[1:]}"/></a:solidFill>'


def motif(absence: str) -> str:
    """Rend le XML du motif d'une absence, gris sur blanc."""
    return (
        f'<a:pattFill {nsdecls("a")} prst="{MOTIFS[absence]}"><a:fgClr><a:srgbClr val="{palettes.GRIS_HACHURE[1:]}"/>'
        '</a:fgClr><a:bgClr><a:srgbClr val="FFFFFF"/></a:bgClr></a:pattFill>'
    )


def contour(teinte: str, points: float, tirets: str = "") -> str:
    """Rend le XML d'un contour de cette épaisseur, tireté si l'on nomme un tireté d'Office."""
    tirete = f'<a:prstDash val="{tirets}"/>' if tirets else ""
    return f'<a:ln {nsdecls("a")} w="{round(points * PT)}">{plein(teinte)}{tirete}<a:round/></a:ln>'


def repeindre(element: Any, peinture: str) -> None:
    """Remplace le remplissage d'une forme, quel qu'il soit ; son contour et sa place restent."""
    proprietes = element.find(qn("p:spPr"))
    for genre in ("a:noFill", "a:solidFill", "a:gradFill", "a:blipFill", "a:pattFill", "a:grpFill"):
        for ancien in proprietes.findall(qn(genre)):
            proprietes.remove(ancien)
    geometrie = proprietes.find(qn("a:custGeom"))
    if geometrie is None:
        geometrie = proprietes.find(qn("a:prstGeom"))
    geometrie.addnext(parse_xml(peinture))


def peinture_de(element: Any) -> tuple[str, ...]:
    """Rend de quoi comparer deux remplissages : le genre, le motif et les couleurs."""
    for enfant in element.find(qn("p:spPr")):
        genre = enfant.tag.rpartition("}")[2]
        if genre.endswith("Fill"):
            teintes = (str(c.get("val")) for c in enfant.iter(qn("a:srgbClr")))
            return genre, str(enfant.get("prst", "")), *teintes
    return ()


@dataclass(frozen=True, slots=True)
class Signe:
    """Un signe simple (rond, triangle, losange, carré) et ses couleurs."""

    genre: str
    fond: str
    trait: str
    epaisseur: float = 1.75


DISQUE = Signe("circle", palettes.BLEU, palettes.BLANC, 0.75)
"""Le cercle proportionnel d'une carte."""


def marquer(formes: Any, signe: Signe, zone: Zone) -> Any:
    """Ajoute un signe, sans style de thème, et le rend."""
    forme = formes.add_shape(_GENRES[signe.genre], *zone)
    sans_style(forme)
    forme.fill.solid()
    forme.fill.fore_color.rgb = couleur(signe.fond)
    forme.line.color.rgb = couleur(signe.trait)
    forme.line.width = Pt(signe.epaisseur)
    return forme


def segment(formes: Any, extremites: Zone, teinte: str, epaisseur: float, tirets: str = "") -> Any:
    """Ajoute un trait droit de (x1, y1) à (x2, y2), en unités d'Office."""
    trait = formes.add_connector(MSO_CONNECTOR.STRAIGHT, *extremites)
    sans_style(trait)
    proprietes = trait._element.find(qn("p:spPr"))
    for ancien in proprietes.findall(qn("a:ln")):
        proprietes.remove(ancien)
    proprietes.append(parse_xml(contour(teinte, epaisseur, tirets)))
    return trait


def sans_style(forme: Any) -> None:
    """Retire le style de thème d'une forme : ni ombre, ni couleur venue d'ailleurs."""
    for style in forme._element.findall(qn("p:style")):
        forme._element.remove(style)


def _trace(anneau: Anneau, x0: int, y0: int) -> str:
    points = [(round(x * PT) - x0, round(y * PT) - y0) for x, y in anneau]
    debut, *suite = [f'<a:pt x="{x}" y="{y}"/>' for x, y in points]
    ferme = "<a:close/>" if anneau[0] == anneau[-1] else ""
    return f"<a:moveTo>{debut}</a:moveTo>" + "".join(f"<a:lnTo>{p}</a:lnTo>" for p in suite) + ferme


def _identite(groupe: Any) -> int:
    return int(groupe.shapes._next_shape_id)
