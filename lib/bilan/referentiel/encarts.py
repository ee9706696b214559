"""Les encarts de la carte : des cadres, en mètres, où l'on agrandit ce qui est trop serré."""

from dataclasses import dataclass
from pathlib import Path

from bilan.erreurs import DonneesRefusees
from bilan.referentiel.lignes import lignes_csv

FICHIER = "encarts.csv"
COLONNES = ("code_region", "encart", "titre", "xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class Encart:
    """Cadre agrandi : son identifiant, son titre et ses bords dans la projection du fonds."""

    id: str
    titre: str
    xmin: float
    ymin: float
    xmax: float
    ymax: float

    @property
    def cadre(self) -> tuple[float, float, float, float]:
        """Bords du cadre : xmin, ymin, xmax, ymax."""
        return self.xmin, self.ymin, self.xmax, self.ymax


def lire_encarts(dossier: Path, region: str) -> tuple[Encart, ...]:
    """Rend les encarts de la région, dans l'ordre du fichier.

    Lève `DonneesRefusees`, avec la ligne, si un bord n'est pas un nombre ou si le cadre est vide.
    """
    chemin = dossier / FICHIER
    encarts = []
    for numero, ligne in enumerate(lignes_csv(chemin, COLONNES), 2):
        if ligne["code_region"] != region:
            continue
        try:
            bords = [float(ligne[nom]) for nom in ("xmin", "ymin", "xmax", "ymax")]
        except ValueError as erreur:
            raise DonneesRefusees(
                f"Le fichier « {chemin} », ligne {numero} : un bord n'est pas un nombre de mètres ; corrigez-le."
            ) from erreur
        encart = Encart(ligne["encart"], ligne["titre"], *bords)
        if encart.xmin >= encart.xmax or encart.ymin >= encart.ymax:
            raise DonneesRefusees(f"Le fichier « {chemin} », ligne {numero} : le cadre est vide ; corrigez ses bords.")
        encarts.append(encart)
    return tuple(encarts)
