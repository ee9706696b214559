"""Écrire un conteneur OLE minimal, d'après la spécification [MS-CFB] : de quoi fabriquer des .xls à vérité connue."""

import struct
from pathlib import Path

_SECTEUR = 512
_LIBRE, _FIN, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_PLANCHER = 4096
"""Un flux plus court irait dans les petits secteurs : il est complété de zéros jusque-là."""


def ecrire_ole(chemin: Path, flux: str, contenu: bytes) -> Path:
    """Écrit un conteneur d'un seul flux (moins de 60 000 octets) et rend son chemin."""
    contenu = contenu.ljust(_PLANCHER, b"\x00")
    contenu += b"\x00" * (-len(contenu) % _SECTEUR)
    secteurs = len(contenu) // _SECTEUR
    table = [_TABLE, _FIN, *range(3, secteurs + 2), _FIN]
    table += [_LIBRE] * (_SECTEUR // 4 - len(table))
    entete = struct.pack("<8s16s5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    entete += struct.pack("<9I", 0, 1, 1, 0, _PLANCHER, _FIN, 0, _FIN, 0)
    entete += struct.pack("<109I", 0, *[_LIBRE] * 108)
    dossier = _entree("Root Entry", 5, fils=1) + _entree(flux, 2, debut=2, taille=len(contenu))
    dossier += _entree("", 0) * 2
    chemin.write_bytes(entete + struct.pack(f"<{len(table)}I", *table) + dossier + contenu)
    return chemin


def _entree(nom: str, genre: int, fils: int = _LIBRE, debut: int = _FIN, taille: int = 0) -> bytes:
    texte = nom.encode("utf-16-le") + b"\x00\x00" if nom else b""
    tete = struct.pack("<64sHBB3I", texte, len(texte), genre, 1, _LIBRE, _LIBRE, fils)
    return tete + struct.pack("<16sIQQIQ", b"", 0, 0, 0, debut, taille)


def enregistrements(*suite: tuple[int, bytes]) -> bytes:
    """Rend une suite d'enregistrements [MS-XLS] : genre, taille, données."""
    return b"".join(struct.pack("<HH", genre, len(donnees)) + donnees for genre, donnees in suite)
