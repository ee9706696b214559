"""La valeur de comparaison d'un graphique en barres : un trait tireté et son libellé, posés sur le graphique."""

from typing import Any

from bilan.editions.diaporama import groupes, series
from bilan.editions.diaporama.mise import mise
from bilan.editions.diaporama.objets import PT, Zone, en_unites, etiquette
from bilan.figures import palettes
from bilan.figures.altair.lettres import largeur_texte
from bilan.figures.formes import Barres
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule

ANNEXE = "repere"
_CORPS = 12.0
_HAUT = 18.0


def en_a_un(figure: Figure) -> bool:
    """Vrai quand la figure est en barres et se compare à une valeur."""
    return isinstance(figure.forme, Barres) and figure.forme.reference is not None


def ajouter(formes: Any, figure: Figure, cadre: Any) -> Any:
    """Ajoute le groupe du trait et de son libellé, à la place que lui donne l'axe du graphique `cadre`."""
    zone = (cadre.left, cadre.top, cadre.width, cadre.height)
    groupe = groupes.ouvrir(formes, figure.id, zone, f"Valeur de comparaison : {_libelle(figure)}.", ANNEXE)
    _dessiner(groupe, figure, zone)
    return groupe


def actualiser(groupe: Any, figure: Figure, cadre: Any) -> None:
    """Replace le trait d'après la place et l'axe du graphique tel qu'il est maintenant."""
    groupes.vider(groupe)
    _dessiner(groupe, figure, (cadre.left, cadre.top, cadre.width, cadre.height))


def _libelle(figure: Figure) -> str:
    forme = figure.forme
    if not isinstance(forme, Barres) or forme.reference is None:
        return ""
    return f"{forme.reference.libelle} : {cellule(forme.reference.valeur, forme.format)}"


def _dessiner(groupe: Any, figure: Figure, zone: Zone) -> None:
    donnees = series.lire(figure)
    m = mise(figure, donnees, zone)
    if donnees.reference is None:
        return
    x = zone[0] / PT + m.abscisse(donnees.reference.valeur)
    haut = zone[1] / PT + m.dessus
    bas = (zone[1] + zone[3]) / PT
    groupes.segment(groupe.shapes, en_unites(x, haut - 3, x, bas), palettes.ENCRE, 1.5, "dash")
    texte = _libelle(figure)
    large = largeur_texte(texte, _CORPS) + 6
    gauche = min(x - large / 2, (zone[0] + zone[2]) / PT - large)
    etiquette(groupe.shapes, en_unites(gauche, haut - 3 - _HAUT, large, _HAUT), texte, _CORPS, alignement="c")
    groupes.cadrer(groupe, en_unites(gauche, haut - 3 - _HAUT, large, bas - haut + 3 + _HAUT))
