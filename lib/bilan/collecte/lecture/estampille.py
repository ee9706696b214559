"""L'estampille d'un gabarit : une feuille cachée qui dit la table, l'émetteur, la période et la version."""

from collections.abc import Sequence

from bilan.collecte.lecture.feuille import Feuille

FEUILLE = "_bilan"
VERSION = "1"
CLES = ("gabarit_version", "table", "emetteur", "emetteur_nom", "periode")


def lire_estampille(feuilles: Sequence[Feuille]) -> dict[str, str]:
    """Rend ce que dit la feuille cachée du gabarit ; vide si le fichier n'en vient pas."""
    for feuille in feuilles:
        if feuille.nom == FEUILLE:
            couples = ((ligne[0].strip(), ligne[1].strip()) for ligne in feuille.lignes if len(ligne) > 1)
            return {cle: valeur for cle, valeur in couples if cle in CLES and valeur}
    return {}
