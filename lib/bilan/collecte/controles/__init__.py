"""Les contrôles : ce qui bloque un fichier, ce qui demande une réponse. Chacun rend des anomalies, aucun ne corrige."""
