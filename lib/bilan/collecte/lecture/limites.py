"""Ce que la collecte accepte d'ouvrir : au-delà, le fichier est refusé avant qu'un lecteur n'alloue."""

MO = 1_000_000

TAILLE_MAX = 20 * MO
"""Taille d'un fichier reçu, en octets."""

DEPLIE_MAX = 100 * MO
"""Taille d'un classeur une fois décompressé, en octets."""

TAUX_MAX = 200
"""Taux de compression au-delà duquel un membre de plus de `PETIT` octets est une bombe."""

PETIT = 5 * MO

MEMBRES_MAX = 2_000
"""Nombre de fichiers dans un classeur."""

CELLULES_MAX = 1_000_000
"""Rectangle occupé d'une feuille (dernière ligne × dernière colonne), ou cases d'un CSV, en cellules."""

MEMOIRE_MAX = 700 * MO
"""Mémoire du processus qui lit, en octets : avec celle de la commande, moins de 1 Go."""

DELAI_S = 6.0
"""Temps laissé à la lecture d'un fichier, en secondes."""
