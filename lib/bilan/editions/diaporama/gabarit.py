"""Le gabarit : celui du service quand il en a un, sinon un masque neutre, sans marque, bâti ici."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pptx
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from bilan.editions.diaporama.plan import Plan
from bilan.erreurs import DonneesRefusees, valeur_inconnue
from bilan.figures import palettes

POLICE = "Arial"
LARGEUR, HAUTEUR = Inches(13.333), Inches(7.5)
_MARGE = 0.5
_UTILE = 13.333 - 2 * _MARGE

# Disposition d'origine, nouveau nom, et la place du titre : gauche, haut, largeur, hauteur en pouces, corps, ancre.
_DISPOSITIONS = {
    "Title Slide": ("Couverture", (0.9, 2.2, 11.5, 1.6), 36, "b"),
    "Section Header": ("Section", (0.9, 2.6, 11.5, 1.4), 34, "b"),
    "Title Only": ("Figure", (_MARGE, 0.3, _UTILE, 0.95), 24, "ctr"),
    "Title and Content": ("À remplir", (_MARGE, 0.3, _UTILE, 0.95), 24, "ctr"),
}


@dataclass(frozen=True, slots=True)
class _Reserve:
    """Espace réservé de la disposition « Figure » : son rang, son type pour Office, sa place en pouces, son style."""

    nom: str
    idx: int
    genre: str
    place: tuple[float, float, float, float]
    corps: int
    couleur: str
    gras: bool = False
    alignement: str = "l"


_RESERVES = (
    _Reserve("Sous-titre", 13, "body", (_MARGE, 1.25, 9.4, 0.42), 14, palettes.GRIS_TEXTE),
    _Reserve("Mention", 16, "body", (10.0, 1.25, 2.833, 0.42), 14, palettes.ALERTE, True, "r"),
    _Reserve("Contenu", 14, "", (_MARGE, 1.75, _UTILE, 4.8), 14, palettes.ENCRE),
    _Reserve("Source", 15, "body", (_MARGE, 6.6, 11.4, 0.6), 10, palettes.GRIS_TEXTE),
)
_THEME = {"dk2": palettes.BLEU, "accent1": palettes.BLEU, "accent2": "#6A6AF4", "accent3": "#6E445A",
          "accent4": "#CE614A", "accent5": "#009099", "accent6": "#929292", "hlink": palettes.BLEU}


def ouvrir(plan: Plan, chemin: Path | None) -> Any:
    """Rend une présentation vide au gabarit du service, ou au gabarit neutre si `chemin` est nul.

    Lève `DonneesRefusees` si le fichier n'est pas une présentation, `ErreurUsage` si une disposition ou
    un espace réservé nommé par le plan n'y est pas.
    """
    presentation = neutre() if chemin is None else lire(chemin)
    _vider(presentation)
    for nom in plan.dispositions.model_dump().values():
        disposition(presentation, nom)
    figure = disposition(presentation, plan.dispositions.figure)
    for nom in plan.reserves.model_dump().values():
        reserve(figure, nom)
    return presentation


def lire(chemin: Path) -> Any:
    """Rend la présentation écrite dans `chemin` ; lève `DonneesRefusees` si ce n'en est pas une."""
    try:
        return pptx.Presentation(str(chemin))
    except Exception as erreur:
        raise DonneesRefusees(
            f"Le fichier « {chemin} » n'est pas une présentation lisible ({erreur}) ; donnez un fichier .pptx, "
            "sans mot de passe."
        ) from erreur


def disposition(presentation: Any, nom: str) -> Any:
    """Rend la disposition de ce nom ; lève `ErreurUsage` avec les noms les plus proches."""
    trouvees = {d.name: d for d in presentation.slide_layouts}
    if nom not in trouvees:
        raise valeur_inconnue("la disposition de diapositive", nom, trouvees)
    return trouvees[nom]


def reserve(disposition_: Any, nom: str) -> Any:
    """Rend l'espace réservé de ce nom ; lève `ErreurUsage` avec les noms les plus proches."""
    trouves = {r.name: r for r in disposition_.placeholders}
    if nom not in trouves:
        raise valeur_inconnue(f"l'espace réservé de la disposition « {disposition_.name} »", nom, trouves)
    return trouves[nom]


def neutre() -> Any:
    """Rend le gabarit neutre : fond blanc, police courante, quatre dispositions nommées en français."""
    presentation = pptx.Presentation()
    presentation.slide_width, presentation.slide_height = LARGEUR, HAUTEUR
    _habiller_theme(presentation.slide_master)
    _habiller_masque(presentation.slide_master)
    for d in list(presentation.slide_layouts):
        if d.name not in _DISPOSITIONS:
            presentation.slide_layouts.remove(d)
            continue
        _habiller_disposition(d)
    return presentation


def _vider(presentation: Any) -> None:
    """Retire les diapositives d'exemple d'un gabarit de service."""
    for identite in list(presentation.slides._sldIdLst):
        presentation.part.drop_rel(identite.rId)
        presentation.slides._sldIdLst.remove(identite)


def _habiller_theme(masque: Any) -> None:
    partie = next(r.target_part for r in masque.part.rels.values() if r.reltype.endswith("/theme"))
    theme = parse_xml(partie.blob)
    theme.set("name", "Bilan")
    for police in theme.iter(qn("a:latin")):
        if police.getparent().tag in (qn("a:majorFont"), qn("a:minorFont")):
            police.set("typeface", POLICE)
    for nom, couleur in _THEME.items():
        for teinte in theme.iter(qn(f"a:{nom}")):
            for ancienne in list(teinte):
                teinte.remove(ancienne)
            teinte.append(parse_xml(f'<a:srgbClr {nsdecls("a")} val="{couleur[1:]}"/>'))
    partie._blob = serialize_part_xml(theme)


def _habiller_masque(masque: Any) -> None:
    places = {"title": (_MARGE, 0.3, _UTILE, 0.95), "body": (_MARGE, 1.75, _UTILE, 4.8),
              "dt": (0.5, 7.05, 2.5, 0.3), "ftr": (3.5, 7.05, 6.3, 0.3), "sldNum": (11.95, 7.0, 0.883, 0.35)}
    for reserve_ in masque.placeholders:
        genre = reserve_._element.ph.get("type") or "body"
        _placer(reserve_, places[genre])
    style = masque._element.find(qn("p:txStyles")).find(qn("p:titleStyle"))
    for niveau in style:
        niveau.set("algn", "l")
        texte = niveau.find(qn("a:defRPr"))
        texte.set("sz", "2400")
        texte.set("b", "1")
        _colorer(texte, palettes.BLEU)


def _habiller_disposition(d: Any) -> None:
    nom, place, corps, ancre = _DISPOSITIONS[d.name]
    d.name = nom
    d._element.attrib.pop("type", None)
    d._element.set("userDrawn", "1")
    for reserve_ in list(d.placeholders):
        genre = reserve_._element.ph.get("type")
        if genre in ("title", "ctrTitle"):
            _habiller_titre(reserve_, place, corps, ancre)
        elif genre == "sldNum":
            reserve_.name = "Numéro"
            _placer(reserve_, (11.95, 7.0, 0.883, 0.35))
        elif genre in ("dt", "ftr"):
            reserve_._element.getparent().remove(reserve_._element)
        else:
            reserve_.name = "Texte"
            _placer(reserve_, (_MARGE, 1.75, _UTILE, 4.8) if nom == "À remplir" else (0.9, 4.1, 11.5, 1.2))
            _sans_majuscules(reserve_, 20 if nom == "À remplir" else 18)
            reserve_.text_frame._txBody.find(qn("a:bodyPr")).set("lIns", "0")
            reserve_.text_frame.text = "Texte à remplir"
    if nom == "Figure":
        for rang, voulue in enumerate(_RESERVES):
            d.shapes._spTree.append(_dessiner_reserve(rang + 100, voulue))
    if nom in ("Couverture", "Section"):
        _filet(d)


def _habiller_titre(titre: Any, place: tuple[float, ...], corps: int, ancre: str) -> None:
    titre.name = "Titre"
    _placer(titre, place)
    _sans_majuscules(titre, corps)
    cadre = titre.text_frame._txBody.find(qn("a:bodyPr"))
    cadre.set("anchor", ancre)
    cadre.set("lIns", "0")
    for enfant in list(cadre):
        cadre.remove(enfant)
    cadre.append(parse_xml(f"<a:normAutofit {nsdecls('a')}/>"))


def _sans_majuscules(reserve_: Any, corps: int) -> None:
    liste = reserve_.text_frame._txBody.find(qn("a:lstStyle"))
    for enfant in list(liste):
        liste.remove(enfant)
    liste.append(parse_xml(
        f'<a:lvl1pPr {nsdecls("a")} algn="l" marL="0" indent="0"><a:buNone/>'
        f'<a:defRPr sz="{corps * 100}" cap="none"/></a:lvl1pPr>'
    ))


def _filet(d: Any) -> None:
    d.shapes._spTree.insert(2, parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="90" name="Filet"/><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{Inches(0.35)}" cy="{HAUTEUR}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="{palettes.BLEU[1:]}"/>'
        '</a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    ))


def _placer(forme: Any, place: tuple[float, ...]) -> None:
    forme.left, forme.top, forme.width, forme.height = (Inches(v) for v in place)


def _colorer(texte: Any, couleur: str) -> None:
    for ancien in texte.findall(qn("a:solidFill")):
        texte.remove(ancien)
    texte.insert(0, parse_xml(f'<a:solidFill {nsdecls("a")}><a:srgbClr val="{couleur[1:]}"/></a:solidFill>'))


def _dessiner_reserve(rang: int, r: _Reserve) -> Any:
    x, y, large, haut = (int(Inches(v)) for v in r.place)
    type_ = f'type="{r.genre}" ' if r.genre else ""
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{rang}" name="{r.nom}"/>'
        f'<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {type_}sz="quarter" idx="{r.idx}"/></p:nvPr>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{large}" cy="{haut}"/></a:xfrm></p:spPr>'
        f'<p:txBody><a:bodyPr lIns="0" rIns="0" tIns="{Pt(2)}" bIns="{Pt(2)}"><a:normAutofit/></a:bodyPr><a:lstStyle>'
        f'<a:lvl1pPr marL="0" indent="0" algn="{r.alignement}"><a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/>'
        f'<a:defRPr sz="{r.corps * 100}" b="{int(r.gras)}"><a:solidFill><a:srgbClr val="{r.couleur[1:]}"/>'
        f'</a:solidFill></a:defRPr></a:lvl1pPr></a:lstStyle><a:p><a:r><a:rPr lang="fr-FR"/><a:t>{r.nom}</a:t></a:r>'
        "</a:p></p:txBody></p:sp>"
    )
