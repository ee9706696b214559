"""Le plus petit projet qui se lise : une région, deux jeux, aucun carnet ; chaque essai y met ce dont il parle."""

COLLECTION = """\
region = "93"
millesime = 2026
contact = "boîte de test"
carnets = []

[jeux.reel]
titre = "Chiffres publiés"
periode = "2023"
connu_le = 2024-12-31

[jeux.demonstration]
titre = "Année de démonstration"
periode = "2024"
connu_le = 2025-03-31
"""
