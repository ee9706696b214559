"""Le catalogue : une table par module, chaque colonne avec son titre, son unité et sa source de droit."""
