"""La vue liée de l'exploration : carte, classement des EPCI et communes, qu'un même clic met d'accord."""

from typing import Any

from bilan.figures import palettes
from bilan.figures.altair.rendu import SCHEMA, Mise, specification
from bilan.figures.modele import Figure
from bilan.figures.tableau import cellule
from bilan.figures.theme import CONFIGURATION
from bilan.referentiel.geometries import Fonds

CHOIX = "choix"
"""Nom de la sélection : l'EPCI sur lequel on a cliqué, sur la carte ou dans le classement."""

_CARTE, _CLASSEMENT = "carte", "classement"
_PERSONNE = "Aucun EPCI n'est renseigné."
_LARGEUR_CARTE, _LARGEUR_BARRES, _LARGEUR_COMMUNES, _PAS = 440, 110, 300, 13
_LARGEUR_NOMS, _LARGEUR_NOMS_COMMUNES = 235, 145
"""Pixels du plus long nom d'EPCI et de commune de la région, avec de la marge."""


def lier(carte: Figure, communes: Figure, fonds: Fonds, epci: str | None = None, montrees: int = 15) -> dict[str, Any]:
    """Rend la spécification Vega-Lite des trois vues liées ; `epci` est l'EPCI choisi au départ.

    `carte` est une figure par EPCI (epci_siren, epci, valeur), `communes` sa suite par commune (epci_siren, commune,
    logements). Un clic choisit un EPCI partout, un double clic efface le choix ; sans choix, les communes sont celles
    de toute la région, et il s'en montre `montrees`.
    """
    depart = {"value": [{"epci_siren": epci}]} if epci else {}
    selection = {"type": "point", "fields": ["epci_siren"], "toggle": False}
    return {
        "$schema": SCHEMA,
        "description": carte.alt,
        "usermeta": {"figure": carte.id},
        "config": CONFIGURATION,
        "params": [{"name": CHOIX, "select": selection, "views": [_CARTE, _CLASSEMENT], **depart}],
        "hconcat": [
            {"vconcat": [_vue_carte(carte, fonds), _vue_communes(communes, montrees)]},
            _vue_classement(carte),
        ],
    }


def _vue_carte(carte: Figure, fonds: Fonds) -> dict[str, Any]:
    dessin = specification(carte, fonds, mise=Mise(largeur=_LARGEUR_CARTE))
    couches = [_sans_lien(couche) for couche in dessin["layer"]]
    polygones = next(couche for couche in dessin["layer"] if "href" in couche["encoding"])
    gardes = ("width", "height", "projection")
    return {**{nom: dessin[nom] for nom in gardes}, "layer": [*couches, _a_cliquer(polygones)]}


def _sans_lien(couche: dict[str, Any]) -> dict[str, Any]:
    canaux = {nom: canal for nom, canal in couche["encoding"].items() if nom != "href"}
    return {**couche, "encoding": canaux}


def _a_cliquer(polygones: dict[str, Any]) -> dict[str, Any]:
    """Rend, par-dessus tout, les EPCI transparents qui reçoivent le clic ; celui qui est choisi est cerné."""
    # Le lien de la page, « epci/<SIREN>.html », porte le seul SIREN d'un polygone.
    valeurs = [
        {"type": "Feature", "geometry": v["geometry"], "d": v["d"], "epci_siren": v["h"].split("/")[-1][:9]}
        for v in polygones["data"]["values"]
    ]
    return {
        "name": _CARTE,
        "data": {"values": valeurs},
        "mark": {"type": "geoshape", "fill": "transparent", "cursor": "pointer", "strokeJoin": "round"},
        "encoding": {
            "stroke": {"value": palettes.ENCRE},
            "strokeWidth": {"condition": {"param": CHOIX, "empty": False, "value": 3}, "value": 0},
            "tooltip": {"field": "d", "type": "nominal"},
        },
    }


def _vue_classement(carte: Figure) -> dict[str, Any]:
    colonne = next(c for c in carte.colonnes if c.nom == "valeur")
    valeurs = [
        {"epci_siren": ligne["epci_siren"], "epci": ligne["epci"], "valeur": ligne["valeur"],
         "lu": cellule(ligne["valeur"], colonne.format)}
        for ligne in carte.donnees.sort("valeur", descending=True).iter_rows(named=True)
        if ligne["valeur"] is not None
    ]
    return {
        "title": _titre(f"{colonne.titre}, par EPCI", carte.sous_titre, *(() if valeurs else (_PERSONNE,))),
        "width": _LARGEUR_BARRES,
        "height": {"step": _PAS},
        "data": {"values": valeurs},
        "encoding": {"y": _categories("epci", "valeur", _LARGEUR_NOMS), "x": _longueur("valeur")},
        "layer": [
            {"name": _CLASSEMENT, "mark": {"type": "bar", "cursor": "pointer"},
             "encoding": {"color": _couleur_du_choix(), "tooltip": {"field": "lu", "type": "nominal"}}},
            _nombres("lu"),
        ],
    }


def _vue_communes(communes: Figure, montrees: int) -> dict[str, Any]:
    lignes = communes.donnees.select("epci_siren", "commune", "logements").to_dicts()
    valeurs = [{**ligne, "lu": cellule(ligne["logements"], "nombre")} for ligne in lignes]
    volume = next(c for c in communes.colonnes if c.nom == "logements")
    montre = f"Au plus {montrees} communes : celles de l'EPCI choisi, de la région sans choix. {communes.vide}".strip()
    return {
        "title": _titre(f"{volume.titre}, par commune", communes.sous_titre, montre),
        "width": _LARGEUR_COMMUNES,
        "height": {"step": _PAS},
        "data": {"values": valeurs},
        "transform": [
            {"filter": {"param": CHOIX}},
            {"window": [{"op": "row_number", "as": "rang"}], "sort": [{"field": "logements", "order": "descending"}]},
            {"filter": f"datum.rang <= {montrees}"},
        ],
        "encoding": {"y": _categories("commune", "logements", _LARGEUR_NOMS_COMMUNES), "x": _longueur("logements")},
        "layer": [{"mark": {"type": "bar", "color": palettes.BLEU}}, _nombres("lu")],
    }


def _titre(texte: str, *dessous: str) -> dict[str, Any]:
    return {"text": texte, "subtitle": list(dessous), "anchor": "start", "fontSize": 12, "subtitleFontSize": 11}


def _categories(champ: str, valeur: str, largeur: int) -> dict[str, Any]:
    """Rend l'axe des noms, entiers, la plus grande valeur d'abord : ni l'ordre ni la place ne changent d'un clic."""
    axe = {"title": None, "domain": False, "labelFontSize": 10, "labelLimit": largeur, "minExtent": largeur}
    tri = {"field": valeur, "op": "max", "order": "descending"}
    return {"field": champ, "type": "nominal", "sort": tri, "axis": axe}


def _longueur(champ: str) -> dict[str, Any]:
    return {"field": champ, "type": "quantitative", "axis": None}


def _nombres(champ: str) -> dict[str, Any]:
    marque = {"type": "text", "align": "left", "dx": 3, "fontSize": 10}
    return {"mark": marque, "encoding": {"text": {"field": champ, "type": "nominal"}}}


def _couleur_du_choix() -> dict[str, Any]:
    return {"condition": {"param": CHOIX, "value": palettes.BLEU}, "value": palettes.PALETTES["sequentiel"][1]}
