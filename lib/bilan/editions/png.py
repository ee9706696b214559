"""Le PNG allégé : une figure a peu de couleurs, une palette de 64 la rend dix fois moins lourde sans qu'on le voie."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGBA_8_BITS = b"\x08\x06\x00\x00\x00"
_INDEXE_8_BITS = b"\x08\x03\x00\x00\x00"
_SANS_FILTRE, _PAR_LA_GAUCHE = 0, 1
_COULEURS = 64

Octets = NDArray[np.uint8]


def alleger(png: bytes) -> bytes:
    """Rend la même image en couleurs indexées, opaque.

    Les couleurs se groupent par 32 niveaux et les 64 groupes les plus présents font la palette : aplats et
    texte restent exacts, seuls des pixels de lissage bougent. Une image d'un autre genre que celui du
    moteur (RGBA, 8 bits, lignes filtrées par la gauche) est rendue telle quelle.
    """
    morceaux = _morceaux(png)
    entete = morceaux[b"IHDR"]
    if entete[8:] != _RGBA_8_BITS:
        return png
    largeur, hauteur = struct.unpack(">II", entete[:8])
    lignes = np.frombuffer(zlib.decompress(morceaux[b"IDAT"]), np.uint8).reshape(hauteur, 4 * largeur + 1)
    if not np.isin(lignes[:, 0], (_SANS_FILTRE, _PAR_LA_GAUCHE)).all():
        return png
    palette, indices = _indexer(*_defiltrer(lignes))
    image = np.zeros((hauteur, largeur + 1), np.uint8)
    image[:, 1:] = indices.reshape(hauteur, largeur)
    return _SIGNATURE + b"".join(
        _morceau(nom, contenu)
        for nom, contenu in (
            (b"IHDR", entete[:8] + _INDEXE_8_BITS),
            (b"PLTE", palette.tobytes()),
            (b"IDAT", zlib.compress(image.tobytes(), 9)),
            (b"IEND", b""),
        )
    )


def _morceaux(png: bytes) -> dict[bytes, bytes]:
    trouves: dict[bytes, bytes] = {}
    place = len(_SIGNATURE)
    while place < len(png):
        longueur, nom = struct.unpack(">I4s", png[place : place + 8])
        trouves[nom] = trouves.get(nom, b"") + png[place + 8 : place + 8 + longueur]
        place += 12 + longueur
    return trouves


def _morceau(nom: bytes, contenu: bytes) -> bytes:
    return struct.pack(">I", len(contenu)) + nom + contenu + struct.pack(">I", zlib.crc32(nom + contenu))


def _defiltrer(lignes: Octets) -> tuple[Octets, NDArray[np.intp]]:
    """Rend l'image par plages d'une même couleur : la couleur de chaque plage (sur fond blanc) et sa longueur.

    Une figure est faite d'aplats : ses plages sont vingt fois moins nombreuses que ses pixels.
    """
    ecarts = np.ascontiguousarray(lignes[:, 1:]).reshape(len(lignes), -1, 4)
    pixels = ecarts.copy()
    filtrees = lignes[:, 0] == _PAR_LA_GAUCHE
    # Le filtre « par la gauche » garde des différences modulo 256 : leur somme courante rend les pixels.
    pixels[filtrees] = np.cumsum(ecarts[filtrees], axis=1, dtype=np.uint8)
    mots = pixels.view(np.uint32).ravel()
    debuts = np.flatnonzero(np.concatenate(([True], mots[1:] != mots[:-1])))
    couleurs = pixels.reshape(-1, 4)[debuts].astype(np.uint16)
    opacite = couleurs[:, 3:]
    opaques = (couleurs[:, :3] * opacite + 255 * (255 - opacite)) // 255
    return opaques.astype(np.uint8), np.diff(debuts, append=len(mots))


def _indexer(couleurs: Octets, longueurs: NDArray[np.intp]) -> tuple[Octets, Octets]:
    """Rend la palette (64 couleurs au plus) et, par pixel, le rang de sa couleur."""
    rouge, vert, bleu = (couleurs[:, canal].astype(np.int32) >> 3 for canal in range(3))
    groupes = rouge << 10 | vert << 5 | bleu
    effectifs = np.bincount(groupes, weights=longueurs, minlength=1 << 15)
    presents = np.argsort(-effectifs, kind="stable")[: np.count_nonzero(effectifs)]
    sommes = [np.bincount(groupes, weights=couleurs[:, canal] * longueurs, minlength=1 << 15) for canal in range(3)]
    moyennes = np.stack([somme[presents] / effectifs[presents] for somme in sommes], axis=1)
    palette = np.rint(moyennes[:_COULEURS])
    rangs = np.zeros(1 << 15, np.uint8)
    # Les groupes hors palette prennent la couleur la plus proche ; ceux de la palette se trouvent eux-mêmes.
    rangs[presents] = ((moyennes[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    return palette.astype(np.uint8), np.repeat(rangs[groupes], longueurs)
