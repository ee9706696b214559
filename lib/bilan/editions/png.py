"""Le PNG allégé : une figure a peu de couleurs, une palette de 64 la rend dix fois moins lourde sans qu'on le voie."""

import io

from PIL import Image

_COULEURS = 64
_FOND = "white"


def alleger(png: bytes) -> bytes:
    """Rend la même image, opaque sur fond blanc, en couleurs indexées ; une image déjà indexée est rendue telle quelle.

    La palette couvre l'étendue des couleurs présentes, sans tramage : aplats et texte restent exacts, seuls des pixels
    de lissage bougent.
    """
    with Image.open(io.BytesIO(png)) as image:
        if image.mode == "P":
            return png
        transparente = image.convert("RGBA")
    opaque = Image.new("RGB", transparente.size, _FOND)
    opaque.paste(transparente, mask=transparente)
    indexee = opaque.quantize(_COULEURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    tampon = io.BytesIO()
    indexee.save(tampon, "PNG")
    return tampon.getvalue()
