"""Exporter une vue d'exploration : la table pour un tableur, l'image pour un diaporama."""

from pathlib import Path
from typing import TYPE_CHECKING

from bilan.carnets.ouverture import Carnet
from bilan.entrepot import fichiers
from bilan.figures.altair.rendu import Mise, specification
from bilan.figures.images import Rendu
from bilan.figures.tableau import en_csv

if TYPE_CHECKING:
    from bilan.carnets.exploration import Vue


def exporter(vue: "Vue", carnet: Carnet, dossier: Path, nom: str) -> list[Path]:
    """Écrit `nom`.csv, .svg et .png (la carte, textes compris) et `nom`-communes.csv ; rend ces chemins."""
    dessin = specification(vue.carte, carnet.fonds, mise=Mise(autonome=True))
    rendu = Rendu()
    contenus = {
        f"{nom}.csv": en_csv(vue.carte),
        f"{nom}.svg": rendu.svg(dessin).encode("utf-8"),
        f"{nom}.png": rendu.png(dessin),
        f"{nom}-communes.csv": en_csv(vue.communes),
    }
    for fichier, contenu in contenus.items():
        fichiers.ecrire(dossier / fichier, contenu)
    return [dossier / fichier for fichier in contenus]
