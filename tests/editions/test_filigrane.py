"""La marque « document de travail » : sur chaque diapositive, en tête de l'annexe et des données ouvertes."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from pptx import Presentation
from python_calamine import CalamineWorkbook

from bilan.editions.filigrane import (
    MARQUE,
    MENTION,
    PAQUET,
    PLACE_DANS_L_ANNEXE,
    demarquer,
    marquer,
    marquer_l_annexe,
    marquer_la_piece,
)

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


def classeur(place: bool = True) -> bytes:
    tampon = io.BytesIO()
    with xlsxwriter.Workbook(tampon) as annexe:
        feuille = annexe.add_worksheet("Lisez-moi")
        feuille.write_string(0, 0, "Bilan")
        if place:
            feuille.write_blank(PLACE_DANS_L_ANNEXE, None, annexe.add_format({"bold": True}))
        annexe.add_worksheet("flux").write_string(2, 0, "Action Logement")
    return tampon.getvalue()


def test_l_annexe_la_porte_en_tete_de_son_lisez_moi_et_nulle_part_ailleurs() -> None:
    nue = classeur()
    marquee = marquer_la_piece("annexe.xlsx", nue)
    lu = CalamineWorkbook.from_filelike(io.BytesIO(marquee))
    assert lu.get_sheet_by_name("Lisez-moi").to_python() == [["Bilan"], [""], [MENTION]]
    assert lu.get_sheet_by_name("flux").to_python() == [["Action Logement"]]
    assert MENTION.encode() not in nue and marquee == marquer_la_piece("annexe.xlsx", nue)
    with pytest.raises(ValueError, match="place"):
        marquer_l_annexe(classeur(place=False))


def test_les_donnees_ouvertes_la_portent_dans_leur_paquet_seul() -> None:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr(PAQUET, json.dumps({"title": "Bilan", "description": "Période 2024.", "resources": []}))
        archive.writestr("mesures.csv", "a,b\n")
    with zipfile.ZipFile(io.BytesIO(marquer_la_piece("donnees-ouvertes-reel.zip", tampon.getvalue()))) as marquee:
        paquet = json.loads(marquee.read(PAQUET))
        assert paquet == {"title": f"{MARQUE} – Bilan", "description": f"{MENTION} Période 2024.", "resources": []}
        assert marquee.read("mesures.csv") == b"a,b\n"


def test_une_image_ne_la_porte_pas() -> None:
    assert marquer_la_piece("flux.png", b"x") == b"x"
