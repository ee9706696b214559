"""Les points appariés : une valeur et son repère sur la même ligne, leur écart se voit."""

from typing import Any

from bilan.figures import palettes
from bilan.figures.altair.axes import Echelle, axe_bas, graduer
from bilan.figures.altair.categories import Categories, bornes, poser
from bilan.figures.altair.lettres import largeur_texte
from bilan.figures.altair.toile import HALO, Couche, Marges, Texte, Toile, couche, pixel, textes, traits
from bilan.figures.formes import Points
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule
from bilan.figures.theme import PETIT

_VALEUR = {"type": "point", "shape": "circle", "filled": True, "size": 90, "color": palettes.BLEU, "opacity": 1}
_REPERE = {
    "type": "point", "shape": "diamond", "filled": True, "size": 90, "opacity": 1,
    "color": palettes.BLANC, "stroke": palettes.ALERTE, "strokeWidth": 2,
}  # fmt: skip
_LEGENDE = 30


def dessiner_points(figure: Figure, forme: Points, largeur: float) -> Toile:
    """Rend la toile des points appariés : la valeur en rond plein, le repère en losange creux."""
    lignes = figure.donnees.to_dicts()
    categories = poser([ligne[forme.categorie] for ligne in lignes], largeur)
    vues = [float(ligne[nom]) for ligne in lignes for nom in (forme.valeur, forme.repere) if ligne[nom] is not None]
    etiquettes = [_etiquettes(figure, forme, ligne) for ligne in lignes]
    place = max((largeur_texte(e, PETIT, gras=True) for paire in etiquettes for e in paire), default=0) + 12
    retrait = place if vues and min(vues) < 0 else 0
    for reserve in (place, 2 * place):
        # La place des étiquettes est réservée à droite ; deux étiquettes à la suite en demandent le double.
        cadre = largeur - categories.gauche - reserve - retrait
        echelle = graduer(*bornes(vues, forme.format == "pourcent"), cadre, max(2, int(cadre // 70)))
        positions = [_positions(ligne, forme, echelle) for ligne in lignes]
        bouts = _bouts(positions, etiquettes, categories)
        if all(_fin(bout) <= cadre + reserve for bout in bouts):
            break
    marges = Marges(_hauteur_legende(forme, largeur), reserve, 24, categories.gauche + retrait)
    toile = Toile(largeur, categories.hauteur, marges)
    ecarts = [(v, categories.centre(r), w, categories.centre(r)) for r, (v, w) in enumerate(positions)
              if v is not None and w is not None]
    toile.couches = [
        *axe_bas(echelle, forme.format, categories.hauteur),
        traits(ecarts, color=palettes.GRIS_HACHURE, strokeWidth=2),
        _marques(_REPERE, [(p[1], categories.centre(r)) for r, p in enumerate(positions)]),
        _marques(_VALEUR, [(p[0], categories.centre(r)) for r, p in enumerate(positions)]),
        *textes(bouts, HALO),
        *textes(bouts),
        *textes(_noms(categories, retrait)),
        *_legende(forme, toile),
    ]
    return toile


def _fin(texte: Texte) -> float:
    return texte.x + (largeur_texte(texte.lignes[0], texte.corps, texte.gras) if texte.ancre == "start" else 0)


def _etiquettes(figure: Figure, forme: Points, ligne: dict[str, Any]) -> tuple[str, str]:
    return (
        cellule(ligne[forme.valeur], forme.format, ligne.get(figure.colonne_absence(forme.valeur))),
        cellule(ligne[forme.repere], forme.format, ligne.get(figure.colonne_absence(forme.repere))),
    )


def _positions(ligne: dict[str, Any], forme: Points, echelle: Echelle) -> tuple[float | None, float | None]:
    valeur, repere = (ligne[nom] for nom in (forme.valeur, forme.repere))
    return (
        None if valeur is None else echelle.pixel(float(valeur)),
        None if repere is None else echelle.pixel(float(repere)),
    )


def _bouts(
    positions: list[tuple[float | None, float | None]], etiquettes: list[tuple[str, str]], categories: Categories
) -> list[Texte]:
    """Rend, sur chaque ligne, l'étiquette de la valeur et celle du repère, de part et d'autre quand c'est possible."""
    bouts = []
    for rang, (places, libelles) in enumerate(zip(positions, etiquettes, strict=True)):
        bouts += [
            Texte(t.x, categories.centre(rang), t.lignes, PETIT, t.gras, t.couleur, t.ancre, True)
            for t in _etiqueter(places, libelles)
        ]
    return bouts


def _etiqueter(places: tuple[float | None, float | None], libelles: tuple[str, str]) -> list[Texte]:
    """Rend les étiquettes d'une ligne : côte à côte à droite quand la gauche manque de place."""
    (valeur, repere), (texte, texte_repere) = places, libelles
    gris = palettes.GRIS_TEXTE
    if repere is None:
        return [Texte((valeur or 0) + 8, 0, (texte,), gras=valeur is not None)]
    if valeur is None:
        suite = Texte(repere + 8, 0, (f"{texte} / {texte_repere}",), couleur=gris)
        return [suite]
    if valeur == repere:
        return [Texte(valeur + 8, 0, (texte,), gras=True)]
    gauche, droite = (texte, texte_repere) if valeur < repere else (texte_repere, texte)
    bas, haut = min(valeur, repere), max(valeur, repere)
    if bas > largeur_texte(gauche, PETIT, gras=True) + 9:
        couleurs = (palettes.ENCRE, gris) if valeur < repere else (gris, palettes.ENCRE)
        return [
            Texte(bas - 8, 0, (gauche,), gras=valeur < repere, couleur=couleurs[0], ancre="end"),
            Texte(haut + 8, 0, (droite,), gras=valeur > repere, couleur=couleurs[1]),
        ]
    suivante = haut + 8 + largeur_texte(texte, PETIT, gras=True) + 4
    return [Texte(haut + 8, 0, (texte,), gras=True), Texte(suivante, 0, (f"/ {texte_repere}",), couleur=gris)]


def _noms(categories: Categories, retrait: float) -> list[Texte]:
    return [Texte(t.x - retrait, t.y, t.lignes, ancre=t.ancre, centre=True) for t in categories.textes()]


def _marques(marque: dict[str, Any], places: list[tuple[float | None, float]]) -> Couche:
    valeurs = [{"x": round(x, 1), "y": round(y, 1)} for x, y in places if x is not None]
    return couche(marque, valeurs, x=pixel("x"), y=pixel("y"))


def _hauteur_legende(forme: Points, largeur: float) -> float:
    return _LEGENDE + (0 if _tient_en_ligne(forme, largeur) else 18)


def _tient_en_ligne(forme: Points, largeur: float) -> bool:
    return largeur_texte(forme.libelle_valeur) + largeur_texte(forme.libelle_repere) + 60 <= largeur


def _legende(forme: Points, toile: Toile) -> list[Couche]:
    x, y = 6 - toile.marges.gauche, 8 - toile.marges.haut
    suivant = (x + largeur_texte(forme.libelle_valeur) + 34, y)
    if not _tient_en_ligne(forme, toile.largeur):
        suivant = (x, y + 18)
    return [
        _marques(_VALEUR, [(x, y)]),
        _marques(_REPERE, [suivant]),
        *textes([
            Texte(x + 12, y, (forme.libelle_valeur,), centre=True),
            Texte(suivant[0] + 12, suivant[1], (forme.libelle_repere,), centre=True),
        ]),
    ]
