"""Les axes dessinés au pixel : graduations rondes, filets légers, étiquettes dans le format de la figure."""

import math
from dataclasses import dataclass

from bilan.figures import palettes
from bilan.figures.altair.toile import Couche, Texte, textes, traits
from bilan.figures.formes import Format
from bilan.figures.tableau import cellule
from bilan.figures.theme import PETIT


@dataclass(frozen=True, slots=True)
class Echelle:
    """Échelle linéaire d'un domaine vers des pixels ; `graduations` sont rondes et couvrent le domaine."""

    bas: float
    haut: float
    longueur: float
    graduations: tuple[float, ...]

    def pixel(self, valeur: float) -> float:
        """Rend la position de la valeur, en pixels depuis le bas de l'échelle."""
        return (valeur - self.bas) / (self.haut - self.bas) * self.longueur


def graduer(bas: float, haut: float, longueur: float, nombre: int = 5) -> Echelle:
    """Rend l'échelle ronde qui contient [bas, haut], avec à peu près `nombre` intervalles."""
    if haut <= bas:
        haut = bas + 1
    brut = (haut - bas) / nombre
    puissance = 10.0 ** math.floor(math.log10(brut))
    pas = next(m * puissance for m in (1, 2, 2.5, 5, 10) if m * puissance >= brut)
    premier, dernier = math.floor(bas / pas + 1e-9), math.ceil(haut / pas - 1e-9)
    graduations = tuple(round(rang * pas, 10) for rang in range(premier, dernier + 1))
    return Echelle(graduations[0], graduations[-1], longueur, graduations)


def etiquettes(echelle: Echelle, format_: Format) -> list[str]:
    """Rend l'étiquette de chaque graduation : sans décimale quand toutes sont entières."""
    entieres = all(g == round(g) for g in echelle.graduations)
    if format_ == "pourcent" and entieres:
        return [cellule(g, "nombre") + cellule(0.0, "pourcent")[3:] for g in echelle.graduations]
    if format_ == "nombre" and not entieres:
        format_ = "decimal"
    if format_ == "points":
        format_ = "nombre" if entieres else "decimal"
    return [cellule(g, format_) for g in echelle.graduations]


def axe_bas(echelle: Echelle, format_: Format, hauteur: float) -> list[Couche]:
    """Rend l'axe horizontal : filets verticaux, étiquettes sous le cadre."""
    paires = list(zip(echelle.graduations, etiquettes(echelle, format_), strict=True))
    ecritures = [
        Texte(echelle.pixel(g), hauteur + PETIT + 6, (e,), PETIT, couleur=palettes.GRIS_TEXTE, ancre="middle")
        for g, e in paires
    ]
    return [traits([(echelle.pixel(g), 0, echelle.pixel(g), hauteur) for g, _ in paires]), *textes(ecritures)]


def axe_gauche(echelle: Echelle, format_: Format, largeur: float) -> list[Couche]:
    """Rend l'axe vertical : filets horizontaux, étiquettes à gauche du cadre ; le zéro est plus foncé."""
    haut = echelle.longueur
    paires = list(zip(echelle.graduations, etiquettes(echelle, format_), strict=True))
    filets = [(0, haut - echelle.pixel(g), largeur, haut - echelle.pixel(g)) for g, _ in paires]
    base = [filet for filet, (g, _) in zip(filets, paires, strict=True) if g == 0]
    ecritures = [
        Texte(-8, haut - echelle.pixel(g), (e,), PETIT, couleur=palettes.GRIS_TEXTE, ancre="end", centre=True)
        for g, e in paires
    ]
    return [traits(filets), traits(base, color=palettes.GRIS_HACHURE), *textes(ecritures)]
