"""Jeu de démonstration : livraisons fictives de bailleurs fictifs, sur la géographie réelle."""
