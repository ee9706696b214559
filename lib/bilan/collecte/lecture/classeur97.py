"""Ce qu'un classeur Excel 97-2003 (.xls) porte, lu enregistrement par enregistrement avant qu'un lecteur n'alloue.

Le fichier est un conteneur OLE ; le flux « Workbook » (« Book » avant Excel 97) y est une suite d'enregistrements
[MS-XLS] : un genre et une taille sur deux octets chacun, puis les données.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import olefile

_FLUX = ("Workbook", "Book")
_MACROS = ("_VBA_PROJECT_CUR", "VBA")

_DEBUT = 0x0809
_CHIFFRE = 0x002F
_LIEN = 0x01AE
_CELLULES = {0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_SUITES = {0x00BD, 0x00BE}
_LIENS_INTERNES = (b"\x01\x04", b"\x01\x3a")
"""Renvois du classeur à lui-même et aux fonctions complémentaires : ce ne sont pas des liens vers un autre fichier."""


class Illisible(Exception):
    """Le conteneur est abîmé : sa table d'allocation ou ses flux ne se lisent pas."""


@dataclass(frozen=True, slots=True)
class Classeur97:
    """Ce que porte le fichier : le plus grand rectangle occupé (lignes, colonnes), chiffrement, macros, liens."""

    est_classeur: bool
    est_chiffre: bool = False
    a_macros: bool = False
    a_liens: bool = False
    etendue: tuple[int, int] = (0, 0)


def parcourir(chemin: Path) -> Classeur97:
    """Rend ce que porte le conteneur OLE ; lève `Illisible` s'il est abîmé.

    Un classeur .xlsx protégé par un mot de passe est aussi un conteneur OLE : il est rendu chiffré.
    """
    try:
        with olefile.OleFileIO(str(chemin)) as conteneur:
            if conteneur.exists("EncryptedPackage"):
                return Classeur97(est_classeur=False, est_chiffre=True)
            flux = next((nom for nom in _FLUX if conteneur.exists(nom)), None)
            if flux is None:
                return Classeur97(est_classeur=False)
            contenu = conteneur.openstream(flux).read()
            a_macros = any(conteneur.exists(nom) for nom in _MACROS)
    except (OSError, ValueError, IndexError, TypeError, AttributeError, struct.error) as erreur:
        raise Illisible(str(erreur)) from erreur
    return _suivre(contenu, a_macros)


def _suivre(contenu: bytes, a_macros: bool) -> Classeur97:
    """Suit les enregistrements du flux ; le rectangle rendu est celui de la feuille la plus étendue."""
    position, etendues = 0, [(0, 0)]
    est_chiffre = a_liens = False
    while position + 4 <= len(contenu):
        genre, taille = struct.unpack_from("<HH", contenu, position)
        donnees = contenu[position + 4 : position + 4 + taille]
        position += 4 + taille
        if genre == _DEBUT:
            etendues.append((0, 0))
        elif genre == _CHIFFRE:
            est_chiffre = True
        elif genre == _LIEN:
            a_liens = a_liens or donnees[2:4] not in _LIENS_INTERNES
        elif (genre in _CELLULES or genre in _SUITES) and len(donnees) >= 6:
            etendues[-1] = _etendre(etendues[-1], donnees, genre in _SUITES)
    return Classeur97(True, est_chiffre, a_macros, a_liens, max(etendues, key=lambda e: e[0] * e[1]))


def _etendre(etendue: tuple[int, int], donnees: bytes, est_suite: bool) -> tuple[int, int]:
    ligne, premiere = struct.unpack_from("<HH", donnees)
    derniere = struct.unpack_from("<H", donnees, len(donnees) - 2)[0] if est_suite else premiere
    return max(etendue[0], ligne + 1), max(etendue[1], derniere + 1)
