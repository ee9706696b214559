"""La porte : ce que les émetteurs envoient entre entier, ou repart avec une note claire."""
