"""Lire sans se laisser faire : garder la porte, puis ouvrir dans un processus à part, tout en texte."""
