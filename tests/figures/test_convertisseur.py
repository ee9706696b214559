"""Le convertisseur d'images n'écrit qu'avec sa police : un poste qui en a d'autres donne la même image."""

import io
import os

import pytest
from PIL import Image

from bilan.figures.convertisseur import convertisseur
from bilan.figures.theme import POLICE


def encre(police: str) -> int:
    """Rend l'opacité la plus forte d'un mot écrit dans cette police : nulle si la police n'existe pas."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="30">'
        f'<text x="5" y="20" font-family="{police}">Cotation</text></svg>'
    )
    opacites = Image.open(io.BytesIO(convertisseur().svg_to_png(svg))).convert("RGBA").getchannel("A").getextrema()
    return int(opacites[1])


def test_la_police_du_theme_est_embarquee() -> None:
    assert encre(POLICE) == 255


# DejaVu, Droid et Noto sont ce qu'un Debian a d'ordinaire : si l'une se voyait, l'image dépendrait du poste.
@pytest.mark.parametrize("police", ["DejaVu Sans", "DejaVu Serif", "Droid Sans Fallback", "Noto Mono"])
def test_une_police_du_poste_ne_se_voit_pas(police: str) -> None:
    assert encre(police) == 0


def test_le_reglage_des_polices_du_poste_est_rendu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    convertisseur.__wrapped__()
    assert os.environ["FONTCONFIG_FILE"] == "/etc/fonts/fonts.conf"
    monkeypatch.delenv("FONTCONFIG_FILE")
    convertisseur.__wrapped__()
    assert "FONTCONFIG_FILE" not in os.environ
