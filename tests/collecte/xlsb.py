"""Écrire un classeur .xlsb minimal, d'après [MS-XLSB] : ni LibreOffice ni nos bibliothèques n'en écrivent."""

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/></Types>'
)
_GENRE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _liens(genre: str, cible: str) -> str:
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_GENRE}/{genre}" Target="{cible}"/></Relationships>'
    )


def _variable(entier: int) -> bytes:
    """Rend un entier par groupes de sept bits, le bit de poids fort annonçant la suite."""
    octets = bytearray()
    while entier > 0x7F:
        octets.append(entier & 0x7F | 0x80)
        entier >>= 7
    return bytes([*octets, entier])


def _enregistrement(genre: int, contenu: bytes = b"") -> bytes:
    return _variable(genre) + _variable(len(contenu)) + contenu


def _texte(texte: str) -> bytes:
    return struct.pack("<I", len(texte)) + texte.encode("utf-16-le")


def _classeur(nom: str) -> bytes:
    fiche = struct.pack("<II", 0, 1) + _texte("rId1") + _texte(nom)  # visible, première feuille
    return b"".join(
        [
            _enregistrement(131),  # BrtBeginBook
            _enregistrement(143),  # BrtBeginBundleShs
            _enregistrement(156, fiche),  # BrtBundleSh
            _enregistrement(144),
            _enregistrement(132),
        ]
    )


def _cases(lignes: list[list[Any]], depuis: int) -> Iterator[bytes]:
    for rang, ligne in enumerate(lignes, start=depuis):
        etendue = struct.pack("<III", 1, 0, max(len(ligne) - 1, 0))
        yield _enregistrement(0, struct.pack("<IIHHB", rang, 0, 300, 0, 0) + etendue)  # BrtRowHdr
        for colonne, valeur in enumerate(ligne):
            place = struct.pack("<II", colonne, 0)
            if isinstance(valeur, int):
                yield _enregistrement(5, place + struct.pack("<d", valeur))  # BrtCellReal
            elif valeur:
                yield _enregistrement(6, place + _texte(valeur))  # BrtCellSt


def _feuille(lignes: list[list[Any]], depuis: int) -> bytes:
    largeur = max(map(len, lignes))
    return b"".join(
        [
            _enregistrement(129),  # BrtBeginSheet
            _enregistrement(148, struct.pack("<IIII", depuis, depuis + len(lignes) - 1, 0, largeur - 1)),  # BrtWsDim
            _enregistrement(145),  # BrtBeginSheetData
            *_cases(lignes, depuis),
            _enregistrement(146),
            _enregistrement(130),
        ]
    )


def ecrire_xlsb(chemin: Path, lignes: list[list[Any]], depuis: int = 0) -> Path:
    """Écrit une feuille « Export » à partir de la ligne `depuis` : nombres en nombres, le reste en textes."""
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _liens("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/workbook.bin", _classeur("Export"))
        archive.writestr("xl/_rels/workbook.bin.rels", _liens("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/worksheets/sheet1.bin", _feuille(lignes, depuis))
    return chemin
