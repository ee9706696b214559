"""Rend importable `jouet`, la région jouet que partagent les essais (ce dossier entre dans le chemin d'import)."""
