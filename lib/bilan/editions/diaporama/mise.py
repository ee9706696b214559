"""La place du tracé d'un graphique en barres, dans son cadre ; de quoi poser ce qui l'entoure."""

from dataclasses import dataclass

from bilan.editions.diaporama.objets import PT, Zone
from bilan.editions.diaporama.series import Donnees
from bilan.figures import formes
from bilan.figures.altair.categories import bornes, bornes_etiquetees
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule

LEGENDE, REFERENCE = 30, 22
"""Hauteurs, en points, de la légende et du libellé de comparaison."""
_PART_LIBELLES = 0.4


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


def mise(figure: Figure, donnees: Donnees, zone: Zone) -> Mise:
    """Rend la place du tracé d'un graphique en barres dans `zone`."""
    large, haut = zone[2] / PT, zone[3] / PT
    dessus = (LEGENDE if a_une_legende(figure, donnees) else 0) + (REFERENCE if donnees.reference else 0)
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


def est_en_barres(figure: Figure) -> bool:
    """Vrai pour des barres, empilées ou non."""
    return isinstance(figure.forme, formes.Barres | formes.BarresEmpilees)


def a_une_legende(figure: Figure, donnees: Donnees) -> bool:
    """Vrai si plusieurs séries, ou des couleurs, sont à nommer."""
    return len(donnees.series) > 1 or bool(getattr(figure.forme, "couleur", None))
