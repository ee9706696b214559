"""Le tassement d'un PDF : ses petits objets, écrits en clair par Typst, tiennent ensemble dans un flux comprimé.

L'arbre des balises d'une fiche accessible fait le tiers de son poids. PDF 1.5 et suivants, donc PDF/UA-1, lisent
aussi bien les objets rangés dans un flux (ISO 32000-1, § 7.5.7 et 7.5.8).

Écrit ici faute d'une bibliothèque du projet qui le fasse : pypdf lit ces flux et n'en écrit pas, et pikepdf, qui sait,
apporterait tout QPDF pour cette seule opération. Ce module ne connaît que la forme de Typst, rend tel quel un PDF qui
en a une autre, et les essais relisent le résultat avec pypdf.
"""

import re
import struct
import zlib

_NIVEAU = 9
_DEBUT_DE_TABLE = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TABLE = re.compile(rb"xref\s+0 (\d+)\s+")
_LIGNE = 20
_EN_TETE_D_OBJET = re.compile(rb"(\d+) 0 obj\s")
_FIN_D_OBJET = re.compile(rb"\s*endobj\s*\Z")
_FLUX = re.compile(rb"\bstream\r?\n")
_RESTE = re.compile(rb"/(?:Size|Prev)\s+\d+")


def tasser(pdf: bytes) -> bytes:
    """Rend le même document, ses objets sans flux réunis dans un flux comprimé ; un PDF d'une autre forme, tel quel."""
    objets, suite = _lire(pdf)
    if not objets:
        return pdf
    legers = {numero: corps for numero, corps in objets.items() if not _FLUX.search(corps)}
    reunis, table = max(objets) + 1, max(objets) + 2
    sortie = bytearray(pdf[: min(len(pdf), pdf.index(b"\n", pdf.index(b"\n") + 1) + 1)])
    places: dict[int, tuple[int, int, int]] = {0: (0, 0, 0xFFFF)}
    for numero, corps in objets.items():
        if numero not in legers:
            places[numero] = (1, len(sortie), 0)
            sortie += b"%d 0 obj\n%b\nendobj\n" % (numero, corps)
    places |= {numero: (2, reunis, rang) for rang, numero in enumerate(legers)}
    places[reunis] = (1, len(sortie), 0)
    sortie += _flux(reunis, *_reunir(legers))
    places[table] = (1, len(sortie), 0)
    lignes = b"".join(struct.pack(">BIH", *places.get(numero, (0, 0, 0))) for numero in range(table + 1))
    entrees = b"/Type/XRef/Size %d/W[1 4 2]%b" % (table + 1, suite)
    debut = len(sortie)
    sortie += _flux(table, entrees, lignes)
    return bytes(sortie) + b"startxref\n%d\n%%%%EOF\n" % debut


def _lire(pdf: bytes) -> tuple[dict[int, bytes], bytes]:
    """Rend le corps de chaque objet et ce que dit la fin du fichier (racine, informations, identifiant)."""
    fin = _DEBUT_DE_TABLE.search(pdf)
    table = _TABLE.match(pdf, int(fin[1])) if fin else None
    if fin is None or table is None:
        return {}, b""
    lignes = pdf[table.end() : table.end() + _LIGNE * int(table[1])]
    rangees = (lignes[place : place + _LIGNE] for place in range(0, len(lignes), _LIGNE))
    debuts = sorted(int(rangee[:10]) for rangee in rangees if rangee[17:18] == b"n")
    objets: dict[int, bytes] = {}
    for debut, suivant in zip(debuts, [*debuts[1:], int(fin[1])], strict=True):
        entete = _EN_TETE_D_OBJET.match(pdf, debut)
        if entete is None:
            return {}, b""
        objets[int(entete[1])] = _FIN_D_OBJET.sub(b"", pdf[entete.end() : suivant])
    ouverture = pdf.index(b"<<", table.end() + len(lignes))
    dit = pdf[ouverture + 2 : pdf.rindex(b">>", ouverture, fin.start())]
    return dict(sorted(objets.items())), _RESTE.sub(b"", dit).strip()


def _reunir(legers: dict[int, bytes]) -> tuple[bytes, bytes]:
    """Rend les entrées et le contenu du flux d'objets : leurs numéros et leurs places, puis leurs corps."""
    places, corps = [], bytearray()
    for numero, contenu in legers.items():
        places.append(b"%d %d" % (numero, len(corps)))
        corps += contenu + b"\n"
    tete = b" ".join(places) + b"\n"
    return b"/Type/ObjStm/N %d/First %d" % (len(legers), len(tete)), tete + bytes(corps)


def _flux(numero: int, entrees: bytes, contenu: bytes) -> bytes:
    comprime = zlib.compress(contenu, _NIVEAU)
    return b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
        numero, entrees, len(comprime), comprime
    )
