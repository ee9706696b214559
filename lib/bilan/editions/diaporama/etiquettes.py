"""Les valeurs écrites sur un graphique natif : celles qui y tiennent, là où elles ne se recouvrent pas."""

from typing import Any

from pptx.enum.chart import XL_LABEL_POSITION
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn

from bilan.editions.diaporama.mise import mise
from bilan.editions.diaporama.objets import police
from bilan.editions.diaporama.series import FORMATS, Donnees
from bilan.figures import formes, palettes
from bilan.figures.altair.lettres import largeur_texte
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule

_POINTS_ETIQUETES = 8
_RAS_DE_L_AXE = 0.1


def etiqueter(cadre: Any, figure: Figure, donnees: Donnees) -> None:
    """Écrit, en clair sur le graphique, les valeurs qui y tiennent ; les autres se lisent dans le classeur."""
    for element in cadre.chart._chartSpace.xpath(".//c:ser/c:dLbls/c:dLbl"):
        element.getparent().remove(element)
    suite = list(cadre.chart.plots[0].series)
    match figure.forme:
        case formes.BarresEmpilees():
            _etiqueter_empilees(cadre, figure, donnees)
        case formes.Barres():
            corps = mise(figure, donnees, (cadre.left, cadre.top, cadre.width, cadre.height)).corps
            for serie in suite:
                _montrer(serie, donnees, XL_LABEL_POSITION.OUTSIDE_END, corps=min(12, round(corps)))
            _ecarter_du_repere(cadre, figure, donnees)
        case formes.Points():
            _etiqueter_points(suite, donnees)
        case _:
            _etiqueter_courbes(suite, donnees)


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


def _etiqueter_points(suite: list[Any], donnees: Donnees) -> None:
    """Écrit la plus grande valeur d'une paire au-dessus de son point, la plus petite au-dessous ou, au ras de l'axe,
    à droite : dessous, elle couvrirait les noms de l'abscisse."""
    ras = _RAS_DE_L_AXE * max(donnees.valeurs)
    for serie, vue, autre in zip(suite, donnees.series, reversed(donnees.series), strict=True):
        _montrer(serie, donnees, XL_LABEL_POSITION.ABOVE)
        for rang, (valeur, face) in enumerate(zip(vue.valeurs, autre.valeurs, strict=True)):
            if valeur is not None and face is not None and (valeur, vue is donnees.series[0]) < (face, False):
                etiquette = serie.points[rang].data_label
                etiquette.position = XL_LABEL_POSITION.BELOW if valeur > ras else XL_LABEL_POSITION.RIGHT
                police(etiquette.font, 12, gras=True, teinte=palettes.ENCRE)


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
