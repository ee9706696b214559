"""Les étiquettes de la carte : un fichier que l'on règle à la main, ou un placement calculé à défaut."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bilan.erreurs import DonneesRefusees
from bilan.referentiel.libelles import libelles_courts
from bilan.referentiel.lignes import lignes_csv

FICHIER = "etiquettes.csv"
COLONNES = ("epci_siren", "x", "y", "texte", "ancre", "encart", "x_repere", "y_repere")
ANCRES = ("start", "middle", "end")

LARGEUR_CARTE_PX = 1000
CORPS_PX = 11
INTERLIGNE = 1.15
_CHASSES = dict.fromkeys(" '’.,:-iíïjlftrIJ()", 0.30) | dict.fromkeys("mwMW@", 0.85)


@dataclass(frozen=True, slots=True)
class Boite:
    """Rectangle occupé par une étiquette, dans la projection du fonds."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float

    def touche(self, autre: "Boite") -> bool:
        """Vrai si les deux rectangles se chevauchent."""
        return (self.xmin < autre.xmax and autre.xmin < self.xmax
                and self.ymin < autre.ymax and autre.ymin < self.ymax)


def boite(texte: str, point: tuple[float, float], ancre: str, metres_par_pixel: float) -> Boite:
    """Rend le rectangle d'une étiquette posée en `point` (milieu de sa hauteur), en corps de 11 pixels."""
    lignes = texte.split("\n")
    largeur = max(map(_chasse, lignes)) * CORPS_PX * metres_par_pixel
    hauteur = len(lignes) * CORPS_PX * INTERLIGNE * metres_par_pixel
    gauche = point[0] - {"start": 0.0, "middle": largeur / 2, "end": largeur}[ancre]
    return Boite(gauche, point[1] - hauteur / 2, gauche + largeur, point[1] + hauteur / 2)


def metres_par_pixel(emprise: np.ndarray) -> float:
    """Rend l'échelle d'une carte de mille pixels de large qui montre l'`emprise` (xmin, ymin, xmax, ymax)."""
    return float((emprise[2] - emprise[0]) / LARGEUR_CARTE_PX)


def lire_etiquettes(dossier: Path) -> pd.DataFrame:
    """Rend les étiquettes du fichier ; « | » y marque un retour à la ligne.

    Lève `DonneesRefusees`, avec la ligne, pour une coordonnée qui n'est pas un nombre ou une ancre inconnue.
    """
    chemin = dossier / FICHIER
    lignes = []
    for numero, ligne in enumerate(lignes_csv(chemin, COLONNES), 2):
        if ligne["ancre"] not in ANCRES:
            raise DonneesRefusees(
                f"Le fichier « {chemin} », ligne {numero}, colonne « ancre » : « {ligne['ancre']} » est refusé ; "
                f"attendu : {', '.join(ANCRES)} ; corrigez la ligne."
            )
        lignes.append({**ligne, **{nom: _metres(ligne[nom], chemin, numero) for nom in COLONNES if nom[:1] in "xy"},
                       "texte": ligne["texte"].replace("|", "\n")})
    return pd.DataFrame(lignes, columns=list(COLONNES))


def calculer_etiquettes(epci: gpd.GeoDataFrame, dossier: Path) -> pd.DataFrame:
    """Rend une étiquette par EPCI ou département, au centre du plus grand cercle inscrit, les plus étendus d'abord.

    Une étiquette qui en couvrirait une autre est laissée de côté : la table de la figure porte son nom.
    """
    noms = {ligne["epci_siren"]: ligne["epci"] for ligne in lignes_csv(dossier / "epci.csv", ("epci_siren", "epci"))}
    departements = lignes_csv(dossier / "departements.csv", ("code_departement", "departement"))
    courts = libelles_courts(noms, dossier) | {d["code_departement"]: d["departement"] for d in departements}
    rayons = shapely.maximum_inscribed_circle(np.asarray(epci.geometry), tolerance=500)
    centres = shapely.get_point(rayons, 0)
    echelle = metres_par_pixel(epci.total_bounds)
    posees: list[Boite] = []
    lignes = []
    for rang in np.argsort(-shapely.length(rayons), kind="stable"):
        siren, point = epci["epci_siren"].iloc[rang], (round(centres[rang].x), round(centres[rang].y))
        place = boite(courts[siren], point, "middle", echelle)
        if not any(place.touche(autre) for autre in posees):
            posees.append(place)
            lignes.append([siren, *point, courts[siren], "middle", "", np.nan, np.nan])
    return pd.DataFrame(lignes, columns=list(COLONNES)).sort_values("epci_siren", ignore_index=True)


def _chasse(texte: str) -> float:
    """Largeur d'une ligne, en corps : chasses moyennes d'une linéale, capitales comprises."""
    return sum(_CHASSES.get(signe, 0.68 if signe.isupper() else 0.55) for signe in texte)


def _metres(texte: str, chemin: Path, numero: int) -> float:
    try:
        return float(texte) if texte else np.nan
    except ValueError as erreur:
        raise DonneesRefusees(
            f"Le fichier « {chemin} », ligne {numero} : « {texte} » n'est pas un nombre de mètres ; corrigez-le."
        ) from erreur
