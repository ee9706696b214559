"""Les cartes de la région : la choroplèthe et les cercles proportionnels, sur le même fond."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely import union_all

from bilan.erreurs import ErreurUsage
from bilan.figures import palettes
from bilan.figures.altair.etiquettes import LARGEUR_ETROITE, ecrire_etiquettes
from bilan.figures.altair.fond import Fond, dessiner_fond, hors_region
from bilan.figures.altair.hachures import EPAISSEUR, HORS_REGION, hachurer
from bilan.figures.altair.legende_carte import Entree, dessiner_legende, mesurer_legende
from bilan.figures.altair.lettres import largeur_texte
from bilan.figures.altair.plan import geojson
from bilan.figures.altair.toile import Couche, Texte, Toile, couche, couleur_brute, pixel, textes, traits
from bilan.figures.formes import Cercles, Choroplethe
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule, entete
from bilan.figures.theme import PETIT
from bilan.referentiel.geometries import Fonds

LARGEUR_CARTE = 920
LARGEUR_SITUATION = 460
"""Largeurs par défaut de la carte de la région et de la carte de situation d'un EPCI, en pixels."""

_RAYON_MAXIMAL = 38.0
_COLONNES_DECRITES = 4


@dataclass(frozen=True, slots=True)
class _Territoire:
    """Ce que la carte montre d'un EPCI : sa couleur, la raison de son absence, sa description."""

    siren: str
    couleur: str
    absence: str | None
    description: str


def dessiner_choroplethe(
    figure: Figure, forme: Choroplethe, fonds: Fonds, largeur: float | None, base_liens: str
) -> Toile:
    """Rend la toile de la carte coloriée par classe ; `selection` la change en carte de situation.

    Une carte de situation n'a ni noms ni encarts ; ses couleurs restent pleines, sans quoi une classe
    éclaircie se lirait comme sa voisine.
    """
    territoires = _territoires_classes(figure, forme, fonds)
    couleurs = palettes.couleurs(forme.palette, len(forme.classes))
    classes = figure.donnees[forme.classe].to_list()
    legendes = [f"{nom} ({classes.count(nom)})" for nom in forme.classes]
    entrees = [Entree(libelle, couleur=c) for libelle, c in zip(legendes, couleurs, strict=True)]
    entrees += [*_entrees_absences(territoires.values()), *_entree_hors_region(fonds)]
    if forme.selection:
        entrees.append(Entree(_nom(figure, forme.territoire, forme.selection), contour=palettes.ENCRE))
    large = largeur or (LARGEUR_SITUATION if forme.selection else LARGEUR_CARTE)
    avec_encarts = not forme.selection and large >= LARGEUR_ETROITE
    fond = dessiner_fond(fonds, large, mesurer_legende(entrees, large), avec_encarts)
    liens = base_liens if forme.liens else None
    toile = Toile(large, fond.hauteur, projection=fond.plan.projection)
    toile.couches = [
        *_dehors(fond),
        _polygones(fond, territoires, liens),
        *_hachures(fond, territoires),
        *_traits_du_fond(fond),
        *_selection(fond, forme.selection),
        *ecrire_etiquettes(fonds, fond, forme.selection),
        *dessiner_legende(entrees, fond),
    ]
    return toile


def dessiner_cercles(figure: Figure, forme: Cercles, fonds: Fonds, largeur: float | None, base_liens: str) -> Toile:
    """Rend la toile de la carte en cercles : l'aire est proportionnelle au volume, les petits passent devant."""
    lignes = {ligne[forme.territoire]: ligne for ligne in figure.donnees.to_dicts()}
    absence = figure.colonne_absence(forme.valeur)
    territoires = {}
    for siren in fonds.epci["epci_siren"]:
        ligne = lignes.get(siren, {})
        manque = ligne.get(forme.valeur) is None
        raison = (ligne.get(absence) or "non_transmis") if manque else None
        territoires[siren] = _Territoire(siren, palettes.BLANC, raison, _decrire(figure, ligne, forme.territoire))
    _refuser_inconnus(figure, lignes, territoires)
    valeurs = {s: float(ligne[forme.valeur]) for s, ligne in lignes.items() if ligne[forme.valeur]}
    plus_grand = max(valeurs.values(), default=1.0)
    large = largeur or LARGEUR_CARTE
    rayon = min(_RAYON_MAXIMAL, large / 20)
    entrees = [
        Entree(cellule(v, "nombre"), rayon=math.sqrt(v / plus_grand) * rayon) for v in reperes_ronds(plus_grand)
    ]
    entrees = [Entree(forme.libelle), *entrees, *_entrees_absences(territoires.values(), toutes=False)]
    entrees += _entree_hors_region(fonds)
    fond = dessiner_fond(fonds, large, mesurer_legende(entrees, large), avec_encarts=False)
    toile = Toile(large, fond.hauteur, projection=fond.plan.projection)
    toile.couches = [
        *_dehors(fond),
        _polygones(fond, territoires, base_liens if forme.liens else None),
        *_hachures(fond, territoires),
        *_traits_du_fond(fond),
        *_disques(fond, valeurs, plus_grand, rayon),
        *dessiner_legende(entrees, fond),
    ]
    return toile


def _territoires_classes(figure: Figure, forme: Choroplethe, fonds: Fonds) -> dict[str, _Territoire]:
    """Rend ce que la carte montre de chaque EPCI du fonds ; un EPCI sans ligne est non transmis, jamais blanc."""
    couleurs = dict(zip(forme.classes, palettes.couleurs(forme.palette, len(forme.classes)), strict=True))
    lignes = {ligne[forme.territoire]: ligne for ligne in figure.donnees.to_dicts()}
    territoires = {}
    for siren in fonds.epci["epci_siren"]:
        ligne = lignes.get(siren, {forme.classe: None, forme.absence: "non_transmis"})
        classe, absence = ligne[forme.classe], ligne[forme.absence]
        if (classe is None) == (absence is None) or (classe or forme.classes[0]) not in couleurs:
            raise ErreurUsage(
                f"La figure « {figure.id} » classe l'EPCI {siren} en « {classe} » avec l'absence « {absence} » ; "
                f"il faut l'une ou l'autre, et une classe parmi : {', '.join(forme.classes)}."
            )
        description = _decrire(figure, ligne, forme.territoire)
        territoires[siren] = _Territoire(siren, couleurs.get(classe, palettes.BLANC), absence, description)
    _refuser_inconnus(figure, lignes, territoires)
    return territoires


def _refuser_inconnus(figure: Figure, lignes: Mapping[str, Any], territoires: Mapping[str, Any]) -> None:
    if inconnus := sorted(set(lignes) - set(territoires)):
        raise ErreurUsage(
            f"La figure « {figure.id} » a des territoires que le fonds de carte n'a pas : {', '.join(inconnus)} ; "
            "vérifiez les SIREN et la région."
        )


def _decrire(figure: Figure, ligne: Mapping[str, Any], territoire: str) -> str:
    """Rend « Nom – Titre : valeur ; Titre : valeur », d'après les colonnes que la table montre."""
    if not ligne or any(c.nom not in ligne for c in figure.colonnes):
        return "Territoire absent de la table : non transmis"
    vues = [c for c in figure.colonnes if c.nom != territoire][:_COLONNES_DECRITES]
    lues = [(entete(c), cellule(ligne[c.nom], c.format, ligne.get(c.absence))) for c in vues]
    if not lues:
        return str(ligne[territoire])
    suite = " ; ".join(f"{titre} : {valeur}" for titre, valeur in lues[1:])
    return f"{lues[0][1]} – {suite}" if suite else lues[0][1]


def _nom(figure: Figure, territoire: str, siren: str) -> str:
    nom = next((c.nom for c in figure.colonnes if c.nom != territoire and c.format == "texte"), territoire)
    return next((str(ligne[nom]) for ligne in figure.donnees.to_dicts() if ligne[territoire] == siren), siren)


def _entrees_absences(territoires: Any, toutes: bool = True) -> list[Entree]:
    vues = [t.absence for t in territoires]
    return [
        Entree(f"{libelle} ({vues.count(absence)})", absence=absence)
        for absence, libelle in palettes.ABSENCES.items()
        if toutes or absence in vues
    ]


def _polygones(fond: Fond, territoires: Mapping[str, _Territoire], liens: str | None) -> Couche:
    valeurs = []
    for siren, contours in fond.contours.items():
        territoire = territoires[siren]
        for contour in contours:
            trait = {"type": "Feature", "geometry": geojson(contour), "c": territoire.couleur,
                     "d": territoire.description}
            valeurs.append(trait if liens is None else {**trait, "h": f"{liens}epci/{siren}.html"})
    marque = {"type": "geoshape", "aria": True, "stroke": palettes.GRIS_CONTOUR, "strokeWidth": 0.75,
              "strokeJoin": "round"}
    canaux: dict[str, Any] = {"color": couleur_brute(), "description": {"field": "d", "type": "nominal"}}
    if liens is not None:
        canaux["href"] = {"field": "h", "type": "nominal"}
    return couche(marque, valeurs, **canaux)


def _hachures(fond: Fond, territoires: Mapping[str, _Territoire]) -> list[Couche]:
    couches = []
    for absence in palettes.ABSENCES:
        contours = [g for t in territoires.values() if t.absence == absence for g in fond.contours[t.siren]]
        if contours:
            motif = hachurer(union_all(contours), absence, fond.plan.metres_par_pixel)
            couches.append(_geometrie(motif, stroke=palettes.GRIS_HACHURE, strokeWidth=EPAISSEUR))
    return couches


def _geometrie(geometrie: Any, **style: Any) -> Couche:
    trait = {"type": "Feature", "geometry": geojson(geometrie)}
    return couche({"type": "geoshape", "filled": False, "strokeJoin": "round", **style}, [trait])


def _entree_hors_region(fonds: Fonds) -> list[Entree]:
    dehors = hors_region(fonds)
    return [Entree(f"partie hors de la région ({len(dehors)})", absence=HORS_REGION)] if dehors else []


def _dehors(fond: Fond) -> list[Couche]:
    """Rend, cernée d'un tireté et hachurée, la partie hors de la région des EPCI qui en débordent."""
    if not fond.dehors:
        return []
    traits_ = [{"type": "Feature", "geometry": geojson(g)} for g in fond.dehors.values()]
    marque = {"type": "geoshape", "filled": False, "stroke": palettes.GRIS_HACHURE, "strokeWidth": 1,
              "strokeDash": [3, 3]}
    motif = hachurer(union_all(list(fond.dehors.values())), HORS_REGION, fond.plan.metres_par_pixel)
    return [_geometrie(motif, stroke=palettes.GRIS_FILET, strokeWidth=EPAISSEUR), couche(marque, traits_)]


def _traits_du_fond(fond: Fond) -> list[Couche]:
    """Rend les limites de département et, pour chaque encart, son cadre, son cadre d'origine et son titre."""
    couches = [_geometrie(fond.departements, stroke=palettes.ENCRE, strokeWidth=1.25)]
    for encart in fond.encarts:
        x, y, x2, y2 = encart.boite
        x0, y0 = fond.plan.pixel(encart.origine[0], encart.origine[3])
        x1, y1 = fond.plan.pixel(encart.origine[2], encart.origine[1])
        couches += [
            traits(_cadre(x0, y0, x1, y1), color=palettes.ENCRE, strokeWidth=0.75, strokeDash=[4, 4]),
            traits(_cadre(x, y, x2, y2), color=palettes.ENCRE, strokeWidth=1),
            *textes([Texte(x + 1, y - 6, (encart.titre,), PETIT, gras=True)]),
        ]
    return couches


def _cadre(x: float, y: float, x2: float, y2: float) -> list[tuple[float, float, float, float]]:
    return [(x, y, x2, y), (x2, y, x2, y2), (x, y2, x2, y2), (x, y, x, y2)]


def _selection(fond: Fond, siren: str | None) -> list[Couche]:
    """Rend l'EPCI choisi, cerné d'un trait épais sur un halo blanc."""
    if siren is None:
        return []
    if siren not in fond.contours:
        raise ErreurUsage(f"L'EPCI « {siren} » à montrer n'est pas dans le fonds de carte ; vérifiez son SIREN.")
    contour = fond.contours[siren][0]
    return [
        _geometrie(contour, stroke=palettes.BLANC, strokeWidth=5),
        _geometrie(contour, stroke=palettes.ENCRE, strokeWidth=2.5),
    ]


def _disques(fond: Fond, valeurs: Mapping[str, float], plus_grand: float, rayon: float) -> list[Couche]:
    disques, nombres = [], []
    for siren, valeur in sorted(valeurs.items(), key=lambda paire: (-paire[1], paire[0])):
        x, y = fond.plan.pixel(*fond.centres[siren])
        r = math.sqrt(valeur / plus_grand) * rayon
        disques.append({"x": round(x, 1), "y": round(y, 1), "a": round(math.pi * r * r, 1)})
        texte = cellule(valeur, "nombre")
        if largeur_texte(texte, PETIT, gras=True) + 4 <= 2 * r:
            nombres.append(Texte(x, y, (texte,), PETIT, gras=True, couleur=palettes.BLANC, ancre="middle", centre=True))
    marque = {"type": "point", "shape": "circle", "filled": True, "fill": palettes.BLEU, "fillOpacity": 0.8,
              "stroke": palettes.BLANC, "strokeWidth": 1, "opacity": 1}
    taille = {"field": "a", "type": "quantitative", "scale": None, "legend": None}
    return [couche(marque, disques, x=pixel("x"), y=pixel("y"), size=taille), *textes(nombres)]


def reperes_ronds(plus_grand: float) -> Sequence[float]:
    """Rend trois volumes ronds, du plus grand au plus petit, sous le maximum."""
    puissance = 10.0 ** math.floor(math.log10(max(plus_grand, 1)))
    rond = next((m * puissance for m in (5, 2, 1) if m * puissance <= plus_grand), plus_grand)
    return [v for v in dict.fromkeys((rond, round(rond / 4), round(rond / 20))) if v >= 1] or [plus_grand]
