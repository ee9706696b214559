"""Le PNG allégé se relit, garde ses aplats et perd son poids."""

import struct
import zlib

import numpy as np
import pytest
import vl_convert

from bilan.editions.png import alleger

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><rect width="200" height="80" fill="#ffffff"/>'
    '<rect x="20" y="20" width="90" height="30" fill="#000091"/><circle cx="150" cy="40" r="25" fill="#ce614a"/></svg>'
)


def lire_indexe(png: bytes) -> np.ndarray:
    """Relit un PNG indexé sans filtre : trois canaux par pixel (norme PNG, § 11.2)."""
    place, morceaux = 8, {}
    while place < len(png):
        longueur, nom = struct.unpack(">I4s", png[place : place + 8])
        contenu = png[place + 8 : place + 8 + longueur]
        assert struct.unpack(">I", png[place + 8 + longueur : place + 12 + longueur])[0] == zlib.crc32(nom + contenu)
        morceaux[nom] = contenu
        place += 12 + longueur
    largeur, hauteur, profondeur, genre = struct.unpack(">IIBB", morceaux[b"IHDR"][:10])
    assert (profondeur, genre) == (8, 3)
    lignes = np.frombuffer(zlib.decompress(morceaux[b"IDAT"]), np.uint8).reshape(hauteur, largeur + 1)
    return np.frombuffer(morceaux[b"PLTE"], np.uint8).reshape(-1, 3)[lignes[:, 1:]]


@pytest.fixture(scope="module")
def png() -> bytes:
    return vl_convert.svg_to_png(SVG, scale=2)


def test_les_aplats_gardent_leur_couleur_exacte(png: bytes) -> None:
    image = lire_indexe(alleger(png))
    assert image.shape == (160, 400, 3)
    assert image[2, 2].tolist() == [255, 255, 255]
    assert image[60, 100].tolist() == [0, 0, 0x91]
    assert image[80, 300].tolist() == [0xCE, 0x61, 0x4A]


def test_l_image_est_plus_legere_et_toujours_la_meme(png: bytes) -> None:
    assert len(alleger(png)) < len(png) / 4
    assert alleger(png) == alleger(png)


def test_une_image_deja_allegee_est_rendue_telle_quelle(png: bytes) -> None:
    assert alleger(alleger(png)) == alleger(png)
