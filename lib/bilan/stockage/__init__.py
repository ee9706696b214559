"""Le stockage distant : l'entrepôt et le site sur une adresse fsspec, avec les garanties du dossier local.

Le dossier local fait foi pendant une exécution ; le distant en est un miroir par empreintes, dont l'index se
remplace en dernier. Un lecteur y voit l'état d'avant ou celui d'après, jamais un mélange.
"""
