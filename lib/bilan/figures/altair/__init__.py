"""Moteur de rendu des pages et des images : chaque forme devient une spécification Vega-Lite (grammaire d'Altair)."""
