"""Les correspondances : ce qu'écrit un éditeur, traduit en colonnes et codes canoniques : des données, pas du code."""
