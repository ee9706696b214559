"""Bancs d'essai : chacun mesure, dans un même passage, le projet et ce à quoi on le compare."""
