"""Les graphiques natifs, avec leur classeur incorporé : barres, barres empilées, courbes et points appariés.

Les points appariés y sont un graphique à marqueurs : deux points par catégorie, reliés par un trait, sans courbe.
"""

from typing import Any

from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from bilan.editions.diaporama import series
from bilan.editions.diaporama.ecarts import attendu, contenu, ecarts
from bilan.editions.diaporama.etiquettes import etiqueter
from bilan.editions.diaporama.mise import LEGENDE, REFERENCE, Mise, a_une_legende, est_en_barres, mise
from bilan.editions.diaporama.objets import PT, Zone, couleur, nommer, police
from bilan.editions.diaporama.series import FORMATS, Donnees
from bilan.figures import formes, palettes
from bilan.figures.altair.categories import bornes
from bilan.figures.formes import Format
from bilan.figures.modele import Figure


def a_une_valeur(figure: Figure) -> bool:
    """Vrai si la figure n'est pas un graphique, ou si une valeur au moins s'y dessine."""
    return not isinstance(figure.forme, series.Graphique) or bool(series.lire(figure).valeurs)


def ajouter(formes_: Any, figure: Figure, zone: Zone) -> Any:
    """Ajoute le graphique natif de la figure dans `zone` et rend son cadre, nommé et décrit."""
    donnees = series.lire(figure)
    zone = _ajuster(zone, donnees, figure)
    cadre = formes_.add_chart(_genre(figure), *zone, donnees.pour_office())
    nommer(cadre, figure.id, figure.alt)
    graphique = cadre.chart
    graphique.has_title = False
    _langue(graphique)
    police(graphique.font, 12, teinte=palettes.ENCRE)
    _legende(graphique, a_une_legende(figure, donnees))
    for serie, vue in zip(graphique.plots[0].series, donnees.series, strict=True):
        _colorer(serie, vue.couleur, figure)
    _axes(graphique, figure, donnees, zone)
    etiqueter(cadre, figure, donnees)
    return cadre


def actualiser(cadre: Any, figure: Figure) -> list[str]:
    """Remplace les données d'un graphique déjà posé, sans toucher à sa mise en forme, et rend ce qui a changé."""
    donnees = series.lire(figure)
    changes = ecarts(contenu(cadre.chart), attendu(donnees), donnees.format)
    if not changes:
        return []
    deja = len(cadre.chart.plots[0].series)
    cadre.chart.replace_data(donnees.pour_office())
    for serie, vue in list(zip(cadre.chart.plots[0].series, donnees.series, strict=True))[deja:]:
        _colorer(serie, vue.couleur, figure)
    if cadre.chart.has_legend != a_une_legende(figure, donnees):
        _legende(cadre.chart, a_une_legende(figure, donnees))
    zone = (cadre.left, cadre.top, cadre.width, cadre.height)
    if est_en_barres(figure):
        _cadrer(cadre.chart, mise(figure, donnees, zone), donnees.format)
    etiqueter(cadre, figure, donnees)
    return changes


def _genre(figure: Figure) -> Any:
    if isinstance(figure.forme, formes.BarresEmpilees):
        return XL_CHART_TYPE.BAR_STACKED
    return XL_CHART_TYPE.BAR_CLUSTERED if est_en_barres(figure) else XL_CHART_TYPE.LINE_MARKERS


def _ajuster(zone: Zone, donnees: Donnees, figure: Figure) -> Zone:
    """Raccourcit un graphique de quelques barres : trois barres de trois centimètres ne disent rien de plus."""
    if not est_en_barres(figure):
        return zone
    voulu = len(donnees.categories) * 62 + LEGENDE + REFERENCE
    return (*zone[:3], min(zone[3], voulu * PT))


def _langue(graphique: Any) -> None:
    espace = graphique._chartSpace
    repere = espace.find(qn("c:date1904"))
    langue = parse_xml(f'<c:lang {nsdecls("c")} val="fr-FR"/>')
    espace.insert(0 if repere is None else espace.index(repere) + 1, langue)


def _legende(graphique: Any, voulue: bool) -> None:
    graphique.has_legend = voulue
    if voulue:
        graphique.legend.position = XL_LEGEND_POSITION.TOP
        graphique.legend.include_in_layout = False
        police(graphique.legend.font, 12, teinte=palettes.ENCRE)


def _colorer(serie: Any, teinte: str, figure: Figure) -> None:
    match figure.forme:
        case formes.Courbe():
            serie.smooth = False
            serie.format.line.color.rgb = couleur(teinte)
            if teinte == palettes.ENCRE:
                serie.format.line.width = Pt(1.5)
                serie.format.line.dash_style = MSO_LINE.DASH
                serie.marker.style = XL_MARKER_STYLE.NONE
                return
            serie.format.line.width = Pt(2.5)
            _marquer(serie, XL_MARKER_STYLE.CIRCLE, teinte)
        case formes.Points():
            serie.smooth = False
            serie.format.line.fill.background()
            # Plein, car LibreOffice ne trace pas le contour d'un signe ; petit, car il peut tomber sur l'autre point.
            signe = (XL_MARKER_STYLE.DIAMOND, 9) if teinte == series.REPERE else (XL_MARKER_STYLE.CIRCLE, 13)
            _marquer(serie, signe[0], teinte, signe[1])
        case forme:
            serie.format.fill.solid()
            serie.format.fill.fore_color.rgb = couleur(teinte)
            if isinstance(forme, formes.BarresEmpilees):
                serie.format.line.color.rgb = couleur(palettes.GRIS_CONTOUR)
                serie.format.line.width = Pt(0.75)


def _marquer(serie: Any, style: Any, teinte: str, taille: int = 11) -> None:
    serie.marker.style = style
    serie.marker.size = taille
    serie.marker.format.fill.solid()
    serie.marker.format.fill.fore_color.rgb = couleur(teinte)
    serie.marker.format.line.color.rgb = couleur(teinte)
    serie.marker.format.line.width = Pt(2)


def _axes(graphique: Any, figure: Figure, donnees: Donnees, zone: Zone) -> None:
    abscisses, ordonnees = graphique.category_axis, graphique.value_axis
    abscisses.format.line.color.rgb = couleur(palettes.GRIS_HACHURE)
    abscisses.major_tick_mark = XL_TICK_MARK.NONE
    abscisses.has_major_gridlines = False
    if est_en_barres(figure):
        trace = graphique.plots[0]
        trace.gap_width = 55
        trace.overlap = 100
        abscisses.reverse_order = True
        # Les noms restent à gauche du tracé, même quand une barre part vers les négatifs, et tous sont écrits.
        abscisses.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        abscisses._element.find(qn("c:noMultiLvlLbl")).addprevious(parse_xml(
            f'<c:tickLblSkip {nsdecls("c")} val="1"/>'
        ))
        ordonnees.visible = False
        ordonnees.has_major_gridlines = False
        cadrage = mise(figure, donnees, zone)
        police(abscisses.tick_labels.font, round(cadrage.corps), teinte=palettes.ENCRE)
        _cadrer(graphique, cadrage, donnees.format)
        return
    if isinstance(figure.forme, formes.Points):
        _relier(graphique)
    police(abscisses.tick_labels.font, 11, teinte=palettes.ENCRE)
    abscisses._element.find(qn("c:txPr")).find(qn("a:bodyPr")).set("rot", "0")
    bas, sommet = bornes(donnees.valeurs, donnees.format == "pourcent")
    ordonnees.minimum_scale = None if bas < 0 else 0
    if donnees.format == "pourcent" and sommet == 100:
        ordonnees.maximum_scale = 1
    ordonnees.major_gridlines.format.line.color.rgb = couleur(palettes.GRIS_FILET)
    ordonnees.format.line.fill.background()
    ordonnees.major_tick_mark = XL_TICK_MARK.NONE
    police(ordonnees.tick_labels.font, 11, teinte=palettes.GRIS_TEXTE)
    ordonnees.tick_labels.number_format = FORMATS[donnees.format].replace("0.0", "0")
    ordonnees.tick_labels.number_format_is_linked = False


def _cadrer(graphique: Any, m: Mise, format_: Format) -> None:
    """Fixe le domaine de l'axe et la place du tracé, pour que le trait de référence tombe juste."""
    diviseur = 100 if format_ == "pourcent" else 1
    graphique.value_axis.minimum_scale = m.bas / diviseur
    graphique.value_axis.maximum_scale = m.haut / diviseur
    zone = graphique._chartSpace.chart.plotArea
    for ancien in zone.findall(qn("c:layout")):
        zone.remove(ancien)
    x, large = m.gauche / (m.largeur + 4), (m.largeur - m.gauche) / (m.largeur + 4)
    y = m.dessus / m.hauteur
    zone.insert(0, parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
        f'<c:yMode val="edge"/><c:x val="{x:.5f}"/><c:y val="{y:.5f}"/>'
        f'<c:w val="{large:.5f}"/><c:h val="{1 - y:.5f}"/></c:manualLayout></c:layout>'
    ))


def _relier(graphique: Any) -> None:
    """Relie les deux points de chaque catégorie par un trait natif, du plus haut au plus bas."""
    trait = parse_xml(
        f'<c:hiLowLines {nsdecls("c", "a")}><c:spPr><a:ln w="19050"><a:solidFill><a:srgbClr '
        f'val="{palettes.GRIS_HACHURE.lstrip("#")}"/></a:solidFill></a:ln></c:spPr></c:hiLowLines>'
    )
    graphique.plots[0]._element.find(qn("c:marker")).addprevious(trait)
