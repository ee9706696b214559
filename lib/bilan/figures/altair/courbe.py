"""Les courbes : une par série, nommées au bout de leur trait plutôt qu'en légende."""

from dataclasses import dataclass
from typing import Any

from bilan.figures import palettes
from bilan.figures.altair.axes import Echelle, axe_gauche, etiquettes, graduer
from bilan.figures.altair.categories import bornes
from bilan.figures.altair.lettres import couper, largeur_texte
from bilan.figures.altair.toile import (
    HALO,
    Couche,
    Marges,
    Texte,
    Toile,
    boite,
    couche,
    couleur_brute,
    pixel,
    textes,
    traits,
)
from bilan.figures.formes import Courbe
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule
from bilan.figures.theme import CORPS, INTERLIGNE, PETIT

_HAUT = 24
# Le premier et le dernier points sont en retrait du cadre : leur étiquette ne touche pas celles de l'axe.
_RETRAIT = 22
_POINTS_ETIQUETES = 8
_DEMI = CORPS * INTERLIGNE / 2
_Nom = tuple[float, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class _Serie:
    """Une courbe : son nom, sa couleur, et une (valeur, étiquette) par abscisse."""

    nom: str
    couleur: str
    points: tuple[tuple[float | None, str], ...]


def dessiner_courbe(figure: Figure, forme: Courbe, largeur: float) -> Toile:
    """Rend la toile des courbes ; une valeur qui manque coupe le trait, elle n'est jamais reliée."""
    abscisses = [str(a) for a in dict.fromkeys(figure.donnees[forme.abscisse].to_list())]
    series = _series(figure, forme, abscisses)
    hauteur = max(180.0, min(300.0, largeur * 0.42))
    vues = [v for serie in series for v, _ in serie.points if v is not None]
    vues += [forme.reference.valeur] if forme.reference else []
    echelle = graduer(*bornes(vues, forme.format == "pourcent"), hauteur)
    gauche = max(largeur_texte(e, PETIT) for e in etiquettes(echelle, forme.format)) + 12
    noms = [couper(s.nom, largeur * 0.28) for s in series] if forme.serie else []
    droite = max((largeur_texte(ligne, gras=True) for nom in noms for ligne in nom), default=0) + (20 if noms else 4)
    toile = Toile(largeur, hauteur, Marges(_HAUT, droite, 26, gauche))
    pas = (toile.largeur_cadre - 2 * _RETRAIT) / max(1, len(abscisses) - 1)
    toile.couches = [
        *axe_gauche(echelle, forme.format, toile.largeur_cadre),
        *_reference(forme, echelle, toile),
        *_traces(series, echelle, pas),
        *_etiquettes_des_points(series, echelle, pas, len(abscisses)),
        *textes(_abscisses(abscisses, pas, hauteur)),
        *_ecrire_noms(_noms(series, noms, echelle, 2 * _DEMI), toile.largeur_cadre),
    ]
    return toile


def _series(figure: Figure, forme: Courbe, abscisses: list[str]) -> list[_Serie]:
    absence = figure.colonne_absence(forme.valeur)
    lignes = figure.donnees.to_dicts()
    noms = [str(s) for s in dict.fromkeys(ligne[forme.serie] for ligne in lignes)] if forme.serie else [""]
    series = []
    for nom, couleur in zip(noms, palettes.couleurs("categoriel", len(noms)), strict=True):
        vues = {
            str(ligne[forme.abscisse]): (ligne[forme.valeur], cellule(ligne[forme.valeur], forme.format,
                                                                     ligne.get(absence)))
            for ligne in lignes
            if not forme.serie or str(ligne[forme.serie]) == nom
        }
        series.append(_Serie(nom, couleur, tuple(vues.get(a, (None, cellule(None))) for a in abscisses)))
    return series


def _traces(series: list[_Serie], echelle: Echelle, pas: float) -> list[Couche]:
    points: list[dict[str, Any]] = []
    troncon = 0
    for serie in series:
        troncon += 1
        for rang, (valeur, _) in enumerate(serie.points):
            if valeur is None:
                troncon += 1
                continue
            y = round(echelle.longueur - echelle.pixel(float(valeur)), 1)
            points.append({"x": round(_RETRAIT + rang * pas, 1), "y": y, "c": serie.couleur, "t": troncon})
    trace = {"type": "line", "strokeWidth": 2.5, "strokeJoin": "round"}
    rond = {"type": "point", "filled": True, "size": 46, "opacity": 1, "stroke": palettes.BLANC, "strokeWidth": 1}
    canaux: dict[str, Any] = {"x": pixel("x"), "y": pixel("y"), "color": couleur_brute()}
    return [couche(trace, points, **canaux, detail={"field": "t", "type": "nominal"}), couche(rond, points, **canaux)]


def _etiquettes_des_points(series: list[_Serie], echelle: Echelle, pas: float, nombre: int) -> list[Couche]:
    """Rend l'étiquette de chaque point d'une courbe seule, sinon celle du dernier point de chaque courbe."""
    toutes = len(series) == 1 and nombre <= _POINTS_ETIQUETES
    ecritures = []
    for serie in series:
        for rang, (valeur, texte) in enumerate(serie.points):
            if valeur is None and toutes:
                ecritures.append(Texte(_RETRAIT + rang * pas, echelle.longueur - 10, (texte,), PETIT,
                                       couleur=palettes.GRIS_TEXTE, ancre="middle"))
            if valeur is None or not toutes:
                continue
            y = echelle.longueur - echelle.pixel(float(valeur)) - 10
            ecritures.append(Texte(_RETRAIT + rang * pas, y, (texte,), PETIT, gras=True, ancre="middle"))
    return [*textes(ecritures, HALO), *textes(ecritures)]


def _abscisses(abscisses: list[str], pas: float, hauteur: float) -> list[Texte]:
    """Rend les libellés de l'abscisse, un sur n quand ils se toucheraient."""
    place = max(largeur_texte(a, PETIT) for a in abscisses) + 10
    saut = max(1, -int(-place // pas)) if pas else 1
    return [
        Texte(_RETRAIT + rang * pas, hauteur + PETIT + 8, (libelle,), PETIT, ancre="middle")
        for rang, libelle in enumerate(abscisses)
        if (len(abscisses) - 1 - rang) % saut == 0
    ]


def _noms(series: list[_Serie], noms: list[list[str]], echelle: Echelle, hauteur_ligne: float) -> list[_Nom]:
    """Rend le nom et la dernière valeur de chaque courbe, à la hauteur de son bout, écartés s'ils se recouvrent."""
    if not noms:
        return []
    blocs = []
    for serie, nom in zip(series, noms, strict=True):
        presentes = [(v, e) for v, e in serie.points if v is not None]
        lignes = (*nom, presentes[-1][1] if presentes else serie.points[-1][1])
        y = echelle.longueur - echelle.pixel(float(presentes[-1][0])) if presentes else echelle.longueur
        blocs.append((y, lignes, serie.couleur))
    places = _ecarter([(y, len(lignes) * hauteur_ligne + 4) for y, lignes, _ in blocs], echelle.longueur)
    return [(y, lignes, couleur) for y, (_, lignes, couleur) in zip(places, blocs, strict=True)]


def _ecrire_noms(blocs: list[_Nom], largeur: float) -> list[Couche]:
    """Rend les noms, chacun derrière un filet de la couleur de sa courbe : une teinte ne fait pas un texte."""
    filets = [
        {"x": largeur + 8, "x2": largeur + 11, "y": y - len(lignes) * _DEMI, "y2": y + len(lignes) * _DEMI, "c": c}
        for y, lignes, c in blocs
    ]
    ecritures = [Texte(largeur + 16, y, lignes, gras=True, centre=True) for y, lignes, _ in blocs]
    return [couche({"type": "rect"}, filets, **boite(), color=couleur_brute()), *textes(ecritures)]


def _ecarter(blocs: list[tuple[float, float]], hauteur: float) -> list[float]:
    """Rend les centres de ces blocs (centre voulu, hauteur), déplacés au plus juste pour ne pas se recouvrir."""
    ordre = sorted(range(len(blocs)), key=lambda rang: (blocs[rang][0], rang))
    centres = [y for y, _ in blocs]
    plancher = -float(_HAUT)
    for rang in ordre:
        centres[rang] = max(centres[rang], plancher + blocs[rang][1] / 2)
        plancher = centres[rang] + blocs[rang][1] / 2
    plafond = hauteur + 16
    for rang in reversed(ordre):
        centres[rang] = min(centres[rang], plafond - blocs[rang][1] / 2)
        plafond = centres[rang] - blocs[rang][1] / 2
    return centres


def _reference(forme: Courbe, echelle: Echelle, toile: Toile) -> list[Couche]:
    if forme.reference is None:
        return []
    y = echelle.longueur - echelle.pixel(forme.reference.valeur)
    trait = traits([(0, y, toile.largeur_cadre, y)], color=palettes.ENCRE, strokeDash=[4, 3], strokeWidth=1.25)
    libelle = [Texte(4, y - 5, (forme.reference.libelle,), PETIT)]
    return [trait, *textes(libelle, HALO), *textes(libelle)]
