"""Lire les petits fichiers réglés à la main, sans polars : ses fils d'exécution interdiraient de forker ensuite."""

import csv
from pathlib import Path

from bilan.erreurs import DonneesRefusees

QUE_FAIRE = "relancez `bilan referentiel construire` ou reprenez le fichier versé au dépôt"


def lignes_csv(chemin: Path, colonnes: tuple[str, ...]) -> list[dict[str, str]]:
    """Rend les lignes du fichier (point-virgule, UTF-8), tout en texte, une case vide valant « ».

    Lève `DonneesRefusees` si le fichier manque, n'est pas lisible, ou n'a pas les `colonnes`.
    """
    if not chemin.is_file():
        raise DonneesRefusees(f"Le fichier « {chemin} » manque ; {QUE_FAIRE}.")
    try:
        with chemin.open(encoding="utf-8", newline="") as flux:
            lignes = list(csv.DictReader(flux, delimiter=";", restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as erreur:
        raise DonneesRefusees(f"Le fichier « {chemin} » ne peut pas être lu ({erreur}) ; {QUE_FAIRE}.") from erreur
    absentes = [nom for nom in colonnes if lignes and nom not in lignes[0]]
    if absentes:
        raise DonneesRefusees(
            f"Le fichier « {chemin} » n'a pas la colonne « {absentes[0]} » (attendues : {', '.join(colonnes)}) ; "
            f"{QUE_FAIRE}."
        )
    return lignes
