"""Ce que l'on explore d'une figure : la spécification Vega-Lite que le navigateur anime, à la largeur de la page.

L'image publiée pose chaque texte à sa place ; ici le moteur dispose, et ce qui est dessiné se dit sous le pointeur
et au clavier. Les cartes gardent leur dessin, avec les liens vers les fiches.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from bilan.figures import formes, palettes, tableau
from bilan.figures.formes import Format
from bilan.figures.modele import Figure
from bilan.figures.theme import CONFIGURATION

Specification = dict[str, Any]

_PAS = 28
_HAUTEUR = 320
_FORMATS: dict[Format, str] = {"nombre": ",.0f", "decimal": ",.1f", "pourcent": ",.0f", "points": "+,.1f"}
_CHAMPS = ("categorie", "serie", "valeur", "couleur", "abscisse", "ligne", "date", "statut", "repere")
_DIT = {"field": "dit", "type": "nominal"}


def explorable(figure: Figure, dessin: Specification) -> Specification | None:
    """Rend la spécification à explorer d'une figure, rien si sa forme n'a rien à explorer.

    `dessin` est la spécification de l'image de la page : une carte en garde les contours, les couleurs et les liens.
    """
    if figure.donnees.is_empty():
        return None
    if isinstance(figure.forme, formes.Carte):
        return _carte(dessin)
    faire = _FORMES.get(type(figure.forme))
    if faire is None:
        return None
    return {
        "config": CONFIGURATION | {"aria": True},
        "description": figure.alt,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": _lignes(figure)},
        **faire(figure, figure.forme),
    }


def _carte(dessin: Specification) -> Specification:
    couches = [
        couche | {"encoding": couche["encoding"] | {"tooltip": couche["encoding"]["description"]}}
        if "description" in couche["encoding"] else couche | {"mark": couche["mark"] | {"aria": False}}
        for couche in dessin["layer"]
    ]
    return {nom: valeur for nom, valeur in dessin.items() if nom != "$schema"} | {
        "config": CONFIGURATION | {"aria": True}, "layer": couches,
    }


def _lignes(figure: Figure) -> list[dict[str, Any]]:
    """Rend les lignes de la table, chacune avec ce qu'elle dit en toutes lettres."""
    colonnes = [nom for champ in _CHAMPS if isinstance(nom := getattr(figure.forme, champ, None), str)]
    visibles = [tableau.entete(colonne) for colonne in figure.colonnes]
    return [
        {nom: _brut(ligne[nom]) for nom in colonnes} | {"dit": _dire(visibles, cellules)}
        for ligne, cellules in zip(figure.donnees.to_dicts(), tableau.lignes(figure), strict=True)
    ]


def _brut(valeur: Any) -> Any:
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def _dire(titres: list[str], cellules: tuple[str, ...]) -> str:
    nom, *suite = cellules
    valeurs = " ; ".join(f"{titre} : {texte}" for titre, texte in zip(titres[1:], suite, strict=True))
    return f"{nom} – {valeurs}" if valeurs else nom


def _barres(figure: Figure, forme: formes.Barres) -> Specification:
    couleur: dict[str, Any] = {"value": palettes.BLEU}
    if forme.couleur:
        vues = [str(m) for m in figure.donnees[forme.couleur].to_list()]
        teintes = palettes.teintes(vues, figure.donnees[forme.valeur].to_list(), forme.modalites)
        couleur = _nominale(forme.couleur, teintes)
    barres = {
        "mark": {"type": "bar", "height": {"band": 0.7}, "stroke": palettes.GRIS_CONTOUR, "strokeWidth": 0.5},
        "encoding": {"y": _categorie(forme.categorie), "x": _valeur(forme.valeur, forme.format), "color": couleur,
                     **_parole()},
    }
    couches = [barres]
    if forme.reference:
        couches.append({
            "data": {"values": [{"repere": forme.reference.valeur, "dit": forme.reference.libelle}]},
            "mark": {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 2, "color": palettes.ENCRE},
            "encoding": {"x": {"field": "repere", "type": "quantitative"}, **_parole()},
        })
    return {"height": _hauteur(figure, forme.categorie), "layer": couches}


def _empilees(figure: Figure, forme: formes.BarresEmpilees) -> Specification:
    couleur = _couleur(forme.serie, list(forme.modalites), forme.palette)
    rangs = {modalite: rang for rang, modalite in enumerate(forme.modalites)}
    return {
        "height": _hauteur(figure, forme.categorie),
        "transform": [{"calculate": f"{rangs!r}[datum['{forme.serie}']]", "as": "rang"}],
        "params": [_legende(forme.serie)],
        "mark": {"type": "bar", "height": {"band": 0.7}, "stroke": palettes.GRIS_CONTOUR, "strokeWidth": 0.75},
        "encoding": {
            "y": _categorie(forme.categorie), "x": _valeur(forme.valeur, forme.format), "color": couleur,
            "order": {"field": "rang", "type": "quantitative"}, "opacity": _estompe(), **_parole(),
        },
    }


def _courbe(figure: Figure, forme: formes.Courbe) -> Specification:
    axes = {
        "x": {"field": forme.abscisse, "type": "ordinal", "sort": None, "axis": {"title": None, "labelAngle": 0}},
        "y": _valeur(forme.valeur, forme.format),
    }
    couleur: dict[str, Any] = {"value": palettes.BLEU}
    params = []
    if forme.serie:
        couleur = _couleur(forme.serie, [str(s) for s in dict.fromkeys(figure.donnees[forme.serie].to_list())])
        params, axes["opacity"] = [_legende(forme.serie)], _estompe()
    trait = {"mark": {"type": "line", "strokeWidth": 2.5, "aria": False}, "encoding": axes | {"color": couleur}}
    ronds = {"mark": {"type": "point", "filled": True, "size": 90}, "encoding": axes | {"color": couleur, **_parole()}}
    return {"height": _HAUTEUR, "layer": [trait, ronds | ({"params": params} if params else {})]}


def _points(figure: Figure, forme: formes.Points) -> Specification:
    y = _categorie(forme.categorie)
    x = _valeur(forme.valeur, forme.format)
    paires = ((forme.repere, "diamond", palettes.ALERTE), (forme.valeur, "circle", palettes.BLEU))
    points = [
        {"mark": {"type": "point", "shape": dessin, "filled": True, "size": 110, "color": couleur, "opacity": 1},
         "encoding": {"y": y, "x": x | {"field": nom}, **_parole()}}
        for nom, dessin, couleur in paires
    ]
    ecart = {"mark": {"type": "rule", "color": palettes.GRIS_HACHURE, "strokeWidth": 2, "aria": False},
             "encoding": {"y": y, "x": x, "x2": {"field": forme.repere}}}
    titre = f"● {forme.libelle_valeur}   ◆ {forme.libelle_repere}"
    return {"height": _hauteur(figure, forme.categorie), "layer": [ecart, *points],
            "title": {"text": titre, "anchor": "start", "fontSize": 12, "fontWeight": 400}}


def _frise(figure: Figure, forme: formes.Frise) -> Specification:
    statuts = [str(s) for s in dict.fromkeys(figure.donnees[forme.statut].to_list())]
    return {
        "height": _hauteur(figure, forme.ligne),
        "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
        "encoding": {
            "y": _categorie(forme.ligne),
            "x": {"field": forme.date, "type": "temporal", "axis": {"title": None, "format": "%b %Y"}},
            "shape": {"field": forme.statut, "type": "nominal", "scale": {"domain": statuts},
                      "legend": {"title": None, "orient": "top"}},
            "color": {"value": palettes.BLEU},
            **_parole(),
        },
    }


_FORMES: dict[type, Callable[[Figure, Any], Specification]] = {
    formes.Barres: _barres,
    formes.BarresEmpilees: _empilees,
    formes.Courbe: _courbe,
    formes.Points: _points,
    formes.Frise: _frise,
}


def _hauteur(figure: Figure, categorie: str) -> int:
    return _PAS * figure.donnees[categorie].n_unique()


def _parole() -> dict[str, Any]:
    return {"tooltip": _DIT, "description": _DIT}


def _categorie(nom: str) -> dict[str, Any]:
    axe = {"title": None, "labelLimit": 190, "domain": False, "ticks": False}
    return {"field": nom, "type": "nominal", "sort": None, "axis": axe}


def _valeur(nom: str, format_: Format) -> dict[str, Any]:
    unite = " %" if format_ == "pourcent" else ""
    lire = f"format(datum.value, '{_FORMATS.get(format_, ',.0f')}') + '{unite}'"
    return {"field": nom, "type": "quantitative", "axis": {"title": None, "tickCount": 5, "labelExpr": lire}}


def _couleur(nom: str, modalites: list[str], palette: str = "categoriel") -> dict[str, Any]:
    return _nominale(nom, dict(zip(modalites, palettes.couleurs(palette, len(modalites)), strict=True)))


def _nominale(nom: str, teintes: dict[str, str]) -> dict[str, Any]:
    echelle = {"domain": list(teintes), "range": list(teintes.values())}
    return {"field": nom, "type": "nominal", "scale": echelle,
            "legend": {"title": None, "orient": "top", "columns": 2, "labelLimit": 0}}


def _legende(serie: str) -> dict[str, Any]:
    """Rend le choix d'une série par la légende : les autres s'estompent."""
    return {"name": "serie", "select": {"type": "point", "fields": [serie]}, "bind": "legend"}


def _estompe() -> dict[str, Any]:
    return {"condition": {"param": "serie", "value": 1}, "value": 0.25}
