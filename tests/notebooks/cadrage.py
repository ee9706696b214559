"""Ce qui sort d'une image : la boîte de chaque texte d'une spécification, comparée à celle de l'image."""

from collections.abc import Iterator
from typing import Any

from bilan.figures.altair.lettres import largeur_texte

_PARTS = {"left": 0.0, "center": 0.5, "right": 1.0}
_JEU = 2.0
"""Une chasse est estimée : deux pixels de plus ne sont pas un texte rogné."""


def debords(specification: dict[str, Any]) -> list[str]:
    """Rend les textes qui débordent du cadre de l'image, chacun avec ses bords gauche et droit et sa ligne."""
    marges = specification["padding"]
    gauche, droite = -marges["left"] - _JEU, specification["width"] + marges["right"] + _JEU
    haut, bas = -marges["top"] - _JEU, specification["height"] + marges["bottom"] + _JEU
    return [
        f"« {texte} » de {debut:.0f} à {fin:.0f}, ligne {ligne:.0f}"
        for texte, debut, fin, ligne, corps in _textes(specification)
        if debut < gauche or fin > droite or ligne - corps * 0.7 < haut or ligne > bas
    ]


def marques(specification: dict[str, Any]) -> int:
    """Rend le nombre de formes dessinées, textes et filets exclus ; une image vide n'en a aucune."""
    formes = [c for c in specification["layer"] if c["mark"]["type"] not in ("text", "rule")]
    return sum(len(couche["data"]["values"]) for couche in formes)


def _textes(specification: dict[str, Any]) -> Iterator[tuple[str, float, float, float, float]]:
    for couche in specification["layer"]:
        marque = couche["mark"]
        if marque["type"] != "text":
            continue
        corps, gras = marque["fontSize"], marque["fontWeight"] == "bold"
        descend = corps * 0.35 if marque["baseline"] == "middle" else 0.0
        for valeur in couche["data"]["values"]:
            lignes = valeur["t"] if isinstance(valeur["t"], list) else [valeur["t"]]
            for rang, ligne in enumerate(lignes):
                long = largeur_texte(ligne, corps, gras)
                debut = valeur["x"] - long * _PARTS[marque["align"]]
                yield ligne, debut, debut + long, valeur["y"] + rang * marque["lineHeight"] + descend, corps
