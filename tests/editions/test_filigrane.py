"""La marque « document de travail » d'un diaporama : sur chaque diapositive, une fois, et sans trace une fois ôtée."""

import io
from pathlib import Path

from pptx import Presentation

from bilan.editions.filigrane import MARQUE, demarquer, marquer

VERSEE = Path(__file__).parents[2] / "reports" / "publies" / "2024-02-08-copil" / "diaporama.pptx"


def textes(pptx: bytes) -> list[list[str]]:
    diapositives = Presentation(io.BytesIO(pptx)).slides
    return [[f.text_frame.text for f in d.shapes if f.has_text_frame] for d in diapositives]


def test_chaque_diapositive_la_porte_derriere_tout_couverture_comprise() -> None:
    marquee = Presentation(io.BytesIO(marquer(VERSEE.read_bytes())))
    assert len(marquee.slides) > 10
    for diapositive in marquee.slides:
        formes = list(diapositive.shapes)
        assert [f.name for f in formes].count(MARQUE) == 1
        assert formes[0].text_frame.text == MARQUE
        identifiants = [f.shape_id for f in formes]
        assert len(set(identifiants)) == len(identifiants)


def test_deux_fois_marquee_ne_l_est_qu_une_et_demarquee_redevient_ce_qu_elle_etait() -> None:
    nue = VERSEE.read_bytes()
    marquee = marquer(nue)
    assert marquer(marquee) == marquee != nue
    assert textes(demarquer(marquee)) == textes(nue)
    assert demarquer(marquee) == demarquer(nue)
