"""Moteur de rendu des pages et des images : chaque forme devient une spécification Vega-Lite (grammaire d'Altair)."""

from bilan.imports import sans_inutiles

# Altair passe par jsonschema : importé ici d'abord, il se passe de la grammaire, et chaque processus qui dessine aussi.
with sans_inutiles():
    import altair as _altair  # noqa: F401
