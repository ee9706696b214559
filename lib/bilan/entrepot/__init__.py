"""Les magasins : tables livrées, mesures calculées, exécutions. Rien n'y est jamais écrasé à moitié."""
