"""Les graphiques natifs, avec leur classeur incorporé : barres, barres empilées et courbes.

Les points appariés y sont deux barres par catégorie : Office n'a pas de points sur des catégories, et deux barres se
reprennent à la main sans rien casser.
"""

from dataclasses import dataclass
from typing import Any

from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from bilan.editions.diaporama import series
from bilan.editions.diaporama.objets import PT, Zone, couleur, nommer, police
from bilan.editions.diaporama.series import FORMATS, Donnees
from bilan.figures import formes, palettes
from bilan.figures.altair.categories import bornes, bornes_etiquetees
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.formes import Format
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule

Cases = dict[tuple[str, str], float | None]

_LEGENDE, _REFERENCE = 30, 22
_PART_LIBELLES = 0.4
_POINTS_ETIQUETES = 8
_RAS_DE_L_AXE = 0.1


@dataclass(frozen=True, slots=True)
class Mise:
    """Place du tracé dans le cadre d'un graphique en barres : domaine des valeurs, et marges en points."""

    bas: float
    haut: float
    gauche: float
    dessus: float
    largeur: float
    hauteur: float
    corps: float

    def abscisse(self, valeur: float) -> float:
        """Rend la distance au bord gauche du cadre, en points, d'une valeur de l'axe."""
        return self.gauche + (valeur - self.bas) / (self.haut - self.bas) * (self.largeur - self.gauche)


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
    _legende(graphique, _a_une_legende(figure, donnees))
    for serie, vue in zip(graphique.plots[0].series, donnees.series, strict=True):
        _colorer(serie, vue.couleur, figure)
    _axes(graphique, figure, donnees, zone)
    etiqueter(cadre, figure, donnees)
    return cadre


def actualiser(cadre: Any, figure: Figure) -> list[str]:
    """Remplace les données d'un graphique déjà posé, sans toucher à sa mise en forme, et rend ce qui a changé."""
    donnees = series.lire(figure)
    changes = _ecarts(_contenu(cadre.chart), _attendu(donnees), donnees.format)
    if not changes:
        return []
    deja = len(cadre.chart.plots[0].series)
    cadre.chart.replace_data(donnees.pour_office())
    for serie, vue in list(zip(cadre.chart.plots[0].series, donnees.series, strict=True))[deja:]:
        _colorer(serie, vue.couleur, figure)
    if cadre.chart.has_legend != _a_une_legende(figure, donnees):
        _legende(cadre.chart, _a_une_legende(figure, donnees))
    zone = (cadre.left, cadre.top, cadre.width, cadre.height)
    if _est_en_barres(figure):
        _cadrer(cadre.chart, mise(figure, donnees, zone), donnees.format)
    etiqueter(cadre, figure, donnees)
    return changes


def mise(figure: Figure, donnees: Donnees, zone: Zone) -> Mise:
    """Rend la place du tracé d'un graphique en barres dans `zone`."""
    large, haut = zone[2] / PT, zone[3] / PT
    dessus = (_LEGENDE if _a_une_legende(figure, donnees) else 0) + (_REFERENCE if donnees.reference else 0)
    pas = (haut - dessus) / max(1, len(donnees.categories))
    corps = max(8.0, min(13.0, pas * 0.62))
    replies = [ligne for c in donnees.categories for ligne in couper(c, large * _PART_LIBELLES - 12, corps)]
    gauche = max((largeur_texte(ligne, corps) for ligne in replies), default=0.0) + 14
    valeurs = donnees.valeurs + ([donnees.reference.valeur] if donnees.reference else [])
    if isinstance(figure.forme, formes.BarresEmpilees):
        sommes = [sum(s.valeurs[r] or 0 for s in donnees.series) for r in range(len(donnees.categories))]
        plein = 100.0 if donnees.format == "pourcent" and 50 < max(sommes, default=0) < 101 else max(sommes, default=0)
        return Mise(0.0, plein or 1.0, gauche, dessus, large - 4, haut, corps)
    etiquettes = [(v, cellule(v, donnees.format)) for v in donnees.valeurs]
    bas, sommet = bornes_etiquetees(bornes(valeurs, donnees.format == "pourcent"), etiquettes, large - gauche)
    return Mise(bas, sommet, gauche, dessus, large - 4, haut, corps)


def etiqueter(cadre: Any, figure: Figure, donnees: Donnees) -> None:
    """Écrit, en clair sur le graphique, les valeurs qui y tiennent ; les autres se lisent dans le classeur."""
    for element in cadre.chart._chartSpace.xpath(".//c:ser/c:dLbls/c:dLbl"):
        element.getparent().remove(element)
    suite = list(cadre.chart.plots[0].series)
    match figure.forme:
        case formes.BarresEmpilees():
            _etiqueter_empilees(cadre, figure, donnees)
        case formes.Barres() | formes.Points():
            corps = mise(figure, donnees, (cadre.left, cadre.top, cadre.width, cadre.height)).corps
            for serie in suite:
                _montrer(serie, donnees, XL_LABEL_POSITION.OUTSIDE_END, corps=min(12, round(corps)))
            _ecarter_du_repere(cadre, figure, donnees)
        case _:
            _etiqueter_courbes(suite, donnees)


def _genre(figure: Figure) -> Any:
    if isinstance(figure.forme, formes.BarresEmpilees):
        return XL_CHART_TYPE.BAR_STACKED
    return XL_CHART_TYPE.BAR_CLUSTERED if _est_en_barres(figure) else XL_CHART_TYPE.LINE_MARKERS


def _est_en_barres(figure: Figure) -> bool:
    return isinstance(figure.forme, formes.Barres | formes.BarresEmpilees | formes.Points)


def _a_une_legende(figure: Figure, donnees: Donnees) -> bool:
    return len(donnees.series) > 1 or bool(getattr(figure.forme, "couleur", None))


def _ajuster(zone: Zone, donnees: Donnees, figure: Figure) -> Zone:
    """Raccourcit un graphique de quelques barres : trois barres de trois centimètres ne disent rien de plus."""
    if not _est_en_barres(figure):
        return zone
    voulu = len(donnees.categories) * 62 + _LEGENDE + _REFERENCE
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
            _marquer(serie, XL_MARKER_STYLE.CIRCLE, teinte, teinte)
        case forme:
            serie.format.fill.solid()
            serie.format.fill.fore_color.rgb = couleur(teinte)
            if isinstance(forme, formes.BarresEmpilees | formes.Points):
                serie.format.line.color.rgb = couleur(palettes.GRIS_CONTOUR)
                serie.format.line.width = Pt(0.75)


def _marquer(serie: Any, style: Any, fond: str, trait: str) -> None:
    serie.marker.style = style
    serie.marker.size = 11
    serie.marker.format.fill.solid()
    serie.marker.format.fill.fore_color.rgb = couleur(fond)
    serie.marker.format.line.color.rgb = couleur(trait)
    serie.marker.format.line.width = Pt(2)


def _axes(graphique: Any, figure: Figure, donnees: Donnees, zone: Zone) -> None:
    abscisses, ordonnees = graphique.category_axis, graphique.value_axis
    abscisses.format.line.color.rgb = couleur(palettes.GRIS_HACHURE)
    abscisses.major_tick_mark = XL_TICK_MARK.NONE
    abscisses.has_major_gridlines = False
    if _est_en_barres(figure):
        trace = graphique.plots[0]
        trace.gap_width = 55
        trace.overlap = 0 if isinstance(figure.forme, formes.Points) else 100
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


def _montrer(
    serie: Any, donnees: Donnees, position: Any, teinte: str = palettes.ENCRE, corps: float = 12
) -> None:
    etiquettes = serie.data_labels
    etiquettes.show_value = True
    etiquettes.number_format = FORMATS[donnees.format]
    etiquettes.number_format_is_linked = False
    etiquettes.position = position
    police(etiquettes.font, corps, gras=True, teinte=teinte)


def _etiqueter_empilees(cadre: Any, figure: Figure, donnees: Donnees) -> None:
    m = mise(figure, donnees, (cadre.left, cadre.top, cadre.width, cadre.height))
    par_unite = (m.largeur - m.gauche) / (m.haut - m.bas)
    for serie, vue in zip(cadre.chart.plots[0].series, donnees.series, strict=True):
        _montrer(serie, donnees, XL_LABEL_POSITION.CENTER, palettes.couleur_texte(vue.couleur))
        for rang, valeur in enumerate(vue.valeurs):
            if not valeur or largeur_texte(cellule(valeur, donnees.format), 12, gras=True) + 4 > valeur * par_unite:
                _cacher(serie, rang)


def _ecarter_du_repere(cadre: Any, figure: Figure, donnees: Donnees) -> None:
    """Rentre dans sa barre l'étiquette que le trait de comparaison traverserait."""
    if donnees.reference is None:
        return
    m = mise(figure, donnees, (cadre.left, cadre.top, cadre.width, cadre.height))
    repere = m.abscisse(donnees.reference.valeur)
    for serie, vue in zip(cadre.chart.plots[0].series, donnees.series, strict=True):
        for rang, valeur in enumerate(vue.valeurs):
            if valeur is None:
                continue
            bout = m.abscisse(valeur)
            large = largeur_texte(cellule(valeur, donnees.format), 12, gras=True) + 10
            if bout - 2 <= repere <= bout + large and bout - m.gauche > large:
                etiquette = serie.points[rang].data_label
                etiquette.position = XL_LABEL_POSITION.INSIDE_END
                police(etiquette.font, 12, gras=True, teinte=palettes.couleur_texte(vue.couleur))


def _etiqueter_courbes(suite: list[Any], donnees: Donnees) -> None:
    """Étiquette tous les points d'une courbe seule et courte ; sinon le dernier de chaque courbe.

    La courbe du haut a son étiquette au-dessus, celle du bas au-dessous, les autres à droite : elles ne se
    recouvrent pas.
    """
    tous = len(suite) == 1 and len(donnees.categories) <= _POINTS_ETIQUETES
    derniers = [next((v for v in reversed(vue.valeurs) if v is not None), 0.0) for vue in donnees.series]
    for serie, vue, valeur in zip(suite, donnees.series, derniers, strict=True):
        place = XL_LABEL_POSITION.ABOVE if valeur == max(derniers) else XL_LABEL_POSITION.RIGHT
        # Au ras de l'axe, une étiquette posée dessous couvrirait les noms de l'abscisse.
        if len(suite) > 1 and valeur == min(derniers) and valeur > _RAS_DE_L_AXE * max(donnees.valeurs):
            place = XL_LABEL_POSITION.BELOW
        _montrer(serie, donnees, place)
        dernier = max((r for r, v in enumerate(vue.valeurs) if v is not None), default=-1)
        for rang in range(len(vue.valeurs)):
            if not tous and rang != dernier:
                _cacher(serie, rang)


def _cacher(serie: Any, rang: int) -> None:
    etiquettes = serie.data_labels._element
    nouvelle = parse_xml(f'<c:dLbl {nsdecls("c")}><c:idx val="{rang}"/><c:delete val="1"/></c:dLbl>')
    deja = etiquettes.findall(qn("c:dLbl"))
    suivante = next((d for d in deja if int(d.find(qn("c:idx")).get("val")) > rang), None)
    if suivante is not None:
        suivante.addprevious(nouvelle)
    elif deja:
        deja[-1].addnext(nouvelle)
    else:
        etiquettes.insert(0, nouvelle)


def _contenu(graphique: Any) -> Cases:
    trace = graphique.plots[0]
    categories = [str(c) for c in trace.categories]
    return {
        (str(serie.name), categorie): None if valeur is None else round(valeur, 6)
        for serie in trace.series
        for categorie, valeur in zip(categories, serie.values, strict=False)
    }


def _attendu(donnees: Donnees) -> Cases:
    office = donnees.pour_office()
    categories = [str(c.label) for c in office.categories]
    return {
        (str(serie.name), categorie): None if valeur is None else round(valeur, 6)
        for serie in office
        for categorie, valeur in zip(categories, serie.values, strict=True)
    }


def _ecarts(avant: Cases, apres: Cases, format_: Format) -> list[str]:
    """Rend une ligne par valeur changée, apparue ou disparue, dans l'ordre du graphique."""
    facteur = 100 if format_ == "pourcent" else 1

    def lue(cases: Cases, cle: tuple[str, str]) -> str:
        valeur = cases.get(cle)
        return "vide" if valeur is None else cellule(valeur * facteur, format_)

    if list(avant) != list(apres) and set(avant) == set(apres):
        return ["ordre des catégories"]
    changees = [cle for cle in {**apres, **avant} if avant.get(cle) != apres.get(cle)]
    if not changees and set(avant) != set(apres):
        return ["noms des catégories ou des séries"]
    return [f"{serie}, {categorie} : {lue(avant, (serie, categorie))} → {lue(apres, (serie, categorie))}"
            for serie, categorie in changees]
