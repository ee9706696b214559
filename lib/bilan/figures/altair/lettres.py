"""Mesurer et couper les textes d'une image, pour ne jamais rogner un libellé."""

import unicodedata
from functools import lru_cache

from bilan.figures.theme import CORPS

# Chasses de Liberation Sans (celles d'Arial), en millièmes de corps ; les lettres accentuées prennent leur base.
_CHASSES = {
    lettre: chasse
    for chasse, lettres in {
        191: "'", 222: "ijl’", 260: "|", 278: " !,./:;I[]ft\xa0·\u202f", 333: "()-r“”", 355: '"', 389: "*",
        400: "°", 500: "Jcksvxyz", 549: "≥≤", 556: "#$0123456789?L_abdeghnopqu«»–€", 584: "+<=>~−×", 611: "FTZ",
        667: "&ABEKPSVXY", 722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%æ", 944: "Wœ", 1000: "—…Œ→",
    }.items()
    for lettre in lettres
}  # fmt: skip
_CHASSE_MOYENNE = 556
_GRAISSE = 1.08
HAUTES = (";", ":", "?", "!", "»")
"""Ponctuations hautes : elles suivent leur mot sur sa ligne."""


@lru_cache(maxsize=4096)
def largeur_texte(texte: str, corps: float = CORPS, gras: bool = False) -> float:
    """Rend la largeur du texte, en pixels, pour ce corps."""
    chasses = (_CHASSES.get(c) or _CHASSES.get(_base(c), _CHASSE_MOYENNE) for c in texte)
    return sum(chasses) * corps / 1000 * (_GRAISSE if gras else 1)


def couper(texte: str, largeur: float, corps: float = CORPS, gras: bool = False) -> list[str]:
    """Rend le texte en lignes d'au plus `largeur` pixels, coupées aux espaces et après les traits d'union.

    Un mot plus long que la ligne garde sa ligne à lui : rien n'est tronqué.
    """
    lignes = [""]
    for morceau in _morceaux(texte):
        essai = lignes[-1] + morceau
        if lignes[-1] and largeur_texte(essai.rstrip(" "), corps, gras) > largeur:
            lignes.append(morceau)
        else:
            lignes[-1] = essai
    return [ligne.strip(" ") for ligne in lignes]


def _morceaux(texte: str) -> list[str]:
    """Coupe après chaque espace ordinaire et chaque trait d'union entre deux lettres ; les insécables tiennent.

    Une ponctuation haute ne commence pas une ligne, même derrière l'espace ordinaire d'un texte saisi.
    """
    morceaux, debut = [], 0
    for rang, lettre in enumerate(texte):
        suivante = texte[rang + 1 : rang + 2]
        apres_espace = lettre == " " and suivante not in HAUTES
        if apres_espace or (lettre == "-" and rang and texte[rang - 1].isalpha() and suivante.isalpha()):
            morceaux.append(texte[debut : rang + 1])
            debut = rang + 1
    return [*morceaux, texte[debut:]]


def _base(lettre: str) -> str:
    return unicodedata.normalize("NFKD", lettre)[:1]
