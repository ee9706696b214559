"""Libellés courts des EPCI : choisis à la main quand ils sont dans le fichier, sinon tirés du nom officiel."""

import re
from collections.abc import Mapping
from pathlib import Path

from bilan.referentiel.lignes import lignes_csv

FICHIER = "libelles_courts.csv"

_NATURE = re.compile(r"^(?:CC|CA|CU|Communauté (?:de communes|d'agglomération|urbaine)|Métropole)\s+")
_ARTICLE = re.compile(r"^(?:du |de la |de l'|des |de |d'|la |le |les |l')", re.IGNORECASE)
_PARENTHESE = re.compile(r"\s*\([^)]*\)\s*$")


def libelles_courts(noms: Mapping[str, str], dossier: Path) -> dict[str, str]:
    """Rend le libellé court de chaque EPCI, dont `noms` donne le nom officiel par SIREN."""
    lignes = lignes_csv(dossier / FICHIER, ("epci_siren", "epci_court"))
    choisis = {ligne["epci_siren"]: ligne["epci_court"] for ligne in lignes}
    return {siren: choisis.get(siren) or abreger(nom) for siren, nom in noms.items()}


def abreger(nom: str) -> str:
    """Ôte la nature juridique, l'article et la parenthèse finale : « CC du Pays de X (PX) » devient « Pays de X »."""
    reste = _PARENTHESE.sub("", _ARTICLE.sub("", _NATURE.sub("", nom)))
    return reste[:1].upper() + reste[1:]
