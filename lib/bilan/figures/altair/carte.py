"""Les cartes de la région : la choroplèthe et les cercles proportionnels, sur le même fond."""

import math
from collections.abc import Mapping, Sequence

from bilan.erreurs import ErreurUsage
from bilan.figures import palettes
from bilan.figures.altair.aplats import absents, hors_du_fond, polygones, tracer, traits_du_fond
from bilan.figures.altair.etiquettes import LARGEUR_ETROITE, ecrire_etiquettes
from bilan.figures.altair.fond import Fond, dessiner_fond
from bilan.figures.altair.legende_carte import (
    Entree,
    dessiner_legende,
    entree_hors_region,
    entrees_absences,
    mesurer_legende,
)
from bilan.figures.altair.lettres import largeur_texte
from bilan.figures.altair.territoires import (
    Territoire,
    colonnes_decrites,
    decrire,
    refuser_inconnus,
    territoires_classes,
)
from bilan.figures.altair.toile import Couche, Texte, Toile, couche, pixel, textes
from bilan.figures.formes import Cercles, Choroplethe
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule
from bilan.figures.theme import PETIT
from bilan.referentiel.geometries import Fonds

LARGEUR_CARTE = 920
LARGEUR_SITUATION = 460
"""Largeurs par défaut de la carte de la région et de la carte de situation d'un EPCI, en pixels."""

_RAYON_MAXIMAL = 38.0


def dessiner_choroplethe(
    figure: Figure, forme: Choroplethe, fonds: Fonds, largeur: float | None, base_liens: str
) -> Toile:
    """Rend la toile de la carte coloriée par classe ; `selection` la change en carte de situation.

    Une carte de situation n'a ni noms ni encarts ; ses couleurs restent pleines, sans quoi une classe
    éclaircie se lirait comme sa voisine. Les territoires de gestion, assez grands, se passent d'encarts.
    """
    territoires = territoires_classes(figure, forme, forme, fonds)
    couleurs = palettes.couleurs(forme.palette, len(forme.classes))
    classes = figure.donnees[forme.classe].to_list()
    legendes = [f"{nom} ({classes.count(nom)})" for nom in forme.classes]
    entrees = [Entree(libelle, couleur=c) for libelle, c in zip(legendes, couleurs, strict=True)]
    entrees += [*entrees_absences(territoires.values()), *entree_hors_region(fonds)]
    if forme.selection:
        entrees.append(Entree(_nom(figure, forme.territoire, forme.selection), contour=palettes.ENCRE))
    large = largeur or (LARGEUR_SITUATION if forme.selection else LARGEUR_CARTE)
    avec_encarts = not forme.selection and forme.maille == "epci" and large >= LARGEUR_ETROITE
    fond = dessiner_fond(fonds, large, mesurer_legende(entrees, large), avec_encarts)
    liens = base_liens if forme.liens else None
    toile = Toile(large, fond.hauteur, projection=fond.plan.projection)
    toile.couches = [
        *hors_du_fond(fond),
        polygones(fond, territoires, liens),
        *absents(fond, territoires),
        *traits_du_fond(fond),
        *_selection(fond, forme.selection),
        *ecrire_etiquettes(fonds, fond, forme.selection),
        *dessiner_legende(entrees, fond),
    ]
    return toile


def dessiner_cercles(figure: Figure, forme: Cercles, fonds: Fonds, largeur: float | None, base_liens: str) -> Toile:
    """Rend la toile de la carte en cercles : l'aire est proportionnelle au volume, les petits passent devant."""
    lignes = {ligne[forme.territoire]: ligne for ligne in figure.donnees.to_dicts()}
    absence = figure.colonne_absence(forme.valeur)
    colonnes = colonnes_decrites(figure, forme.territoire)
    territoires = {}
    for siren in fonds.epci["epci_siren"]:
        ligne = lignes.get(siren, {})
        manque = ligne.get(forme.valeur) is None
        raison = (ligne.get(absence) or "non_transmis") if manque else None
        territoires[siren] = Territoire(siren, palettes.BLANC, raison, decrire(ligne, colonnes, siren))
    refuser_inconnus(figure, lignes, territoires)
    valeurs = {s: float(ligne[forme.valeur]) for s, ligne in lignes.items() if ligne[forme.valeur]}
    plus_grand = max(valeurs.values(), default=1.0)
    large = largeur or LARGEUR_CARTE
    rayon = min(_RAYON_MAXIMAL, large / 20)
    entrees = [
        Entree(cellule(v, "nombre"), rayon=math.sqrt(v / plus_grand) * rayon) for v in reperes_ronds(plus_grand)
    ]
    entrees = [Entree(forme.libelle), *entrees, *entrees_absences(territoires.values(), toutes=False)]
    entrees += entree_hors_region(fonds)
    fond = dessiner_fond(fonds, large, mesurer_legende(entrees, large), avec_encarts=False)
    toile = Toile(large, fond.hauteur, projection=fond.plan.projection)
    toile.couches = [
        *hors_du_fond(fond),
        polygones(fond, territoires, base_liens if forme.liens else None),
        *absents(fond, territoires),
        *traits_du_fond(fond),
        *_disques(fond, valeurs, plus_grand, rayon),
        *dessiner_legende(entrees, fond),
    ]
    return toile


def _nom(figure: Figure, territoire: str, siren: str) -> str:
    nom = next((c.nom for c in figure.colonnes if c.nom != territoire and c.format == "texte"), territoire)
    return next((str(ligne[nom]) for ligne in figure.donnees.to_dicts() if ligne[territoire] == siren), siren)


def _selection(fond: Fond, siren: str | None) -> list[Couche]:
    """Rend l'EPCI choisi, cerné d'un trait épais sur un halo blanc."""
    if siren is None:
        return []
    if siren not in fond.contours:
        raise ErreurUsage(f"L'EPCI « {siren} » à montrer n'est pas dans le fonds de carte ; vérifiez son SIREN.")
    contour = fond.contours[siren][0]
    return [
        tracer(contour, stroke=palettes.BLANC, strokeWidth=5),
        tracer(contour, stroke=palettes.ENCRE, strokeWidth=2.5),
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
