"""Le PNG allégé garde ses aplats, son fond devient blanc, et il perd son poids."""

import io

import pytest
from PIL import Image

from bilan.editions.png import alleger
from bilan.figures.convertisseur import convertisseur

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><rect width="200" height="70" fill="#ffffff"/>'
    '<rect x="20" y="20" width="90" height="30" fill="#000091"/><circle cx="150" cy="40" r="25" fill="#ce614a"/></svg>'
)


@pytest.fixture(scope="module")
def png() -> bytes:
    rendu: bytes = convertisseur().svg_to_png(SVG, scale=2)
    return rendu


def test_les_aplats_gardent_leur_couleur_exacte(png: bytes) -> None:
    image = Image.open(io.BytesIO(alleger(png)))
    assert (image.mode, image.size) == ("P", (400, 160))
    couleurs = image.convert("RGB")
    lues = [couleurs.getpixel(point) for point in ((2, 2), (100, 60), (300, 80))]
    assert lues == [(255, 255, 255), (0, 0, 0x91), (0xCE, 0x61, 0x4A)]


def test_ce_qui_etait_transparent_devient_blanc(png: bytes) -> None:
    assert Image.open(io.BytesIO(png)).convert("RGBA").getpixel((2, 158)) == (0, 0, 0, 0)
    assert Image.open(io.BytesIO(alleger(png))).convert("RGB").getpixel((2, 158)) == (255, 255, 255)


def test_l_image_est_plus_legere_et_toujours_la_meme(png: bytes) -> None:
    assert len(alleger(png)) < len(png) / 3
    assert alleger(png) == alleger(png)


def test_une_image_deja_allegee_est_rendue_telle_quelle(png: bytes) -> None:
    assert alleger(alleger(png)) == alleger(png)
