"""Exporter une vue d'exploration : la table pour un tableur, l'image pour un diaporama."""

from pathlib import Path
from typing import TYPE_CHECKING

from bilan.entrepot import fichiers
from bilan.figures.altair.rendu import Mise, specification
from bilan.figures.images import Rendu
from bilan.figures.tableau import en_csv

if TYPE_CHECKING:
    from bilan.carnets.exploration import Exploration, Vue


def exporter(vue: "Vue", exploration: "Exploration", dossier: Path, nom: str) -> list[Path]:
    """Écrit `nom`.csv, .svg et .png (la carte, textes compris) et `nom`-communes.csv ; rend ces chemins.

    S'y ajoute `nom`.pptx, la carte en diapositive, quand l'exploration sait en faire ; jamais les communes, dont les
    petits nombres ne se projettent pas.
    """
    carnet = exploration.carnet
    dessin = specification(vue.carte, carnet.fonds, mise=Mise(autonome=True))
    rendu = Rendu()
    contenus = {
        f"{nom}.csv": en_csv(vue.carte),
        f"{nom}.svg": rendu.svg(dessin).encode("utf-8"),
        f"{nom}.png": rendu.png(dessin),
        f"{nom}-communes.csv": en_csv(vue.communes),
    }
    if exploration.diapositives:
        contenus[f"{nom}.pptx"] = exploration.diapositives(carnet.projet, carnet.jeu, carnet.connu_le, [vue.carte])
    for fichier, contenu in contenus.items():
        fichiers.ecrire(dossier / fichier, contenu)
    return [dossier / fichier for fichier in contenus]
