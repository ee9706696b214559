"""Ce que la collecte accepte d'ouvrir : au-delà, le fichier est refusé avant qu'un lecteur n'alloue."""

MO = 1_000_000

TAILLE_MAX = 20 * MO
"""Taille d'un fichier reçu, en octets."""

DEPLIE_MAX = 200 * MO
"""Taille d'un classeur une fois décompressé, en octets."""

TAUX_MAX = 200
"""Taux de compression au-delà duquel un membre de plus de `PETIT` octets est une bombe."""

PETIT = 5 * MO

MEMBRES_MAX = 2_000
"""Nombre de fichiers dans un classeur."""

CELLULES_MAX = 5_000_000
"""Rectangle occupé d'une feuille (dernière ligne × dernière colonne), en cellules."""

MEMOIRE_MAX = 900 * MO
"""Mémoire du processus qui lit, en octets."""

DELAI_S = 8.0
"""Temps laissé à la lecture d'un fichier, en secondes."""
