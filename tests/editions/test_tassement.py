"""Le tassement d'un PDF : le même document pour qui le lit, en moins d'octets."""

import re
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader
from pypdf.generic import StreamObject

from bilan.editions.fiches.tassement import tasser

DOCUMENT = """#set document(title: "Essai")
#set text(lang: "fr")
= Une fiche
#table(columns: 2, table.header[Étape][Statut], ..range(120).map(n => [Ligne #n]))
"""


@pytest.fixture(scope="module")
def en_clair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PDF accessible tel que Typst l'écrit : un titre et une table, sur plusieurs pages."""
    dossier = tmp_path_factory.mktemp("tassement")
    (dossier / "essai.typ").write_text(DOCUMENT, encoding="utf-8")
    typst.compile(dossier / "essai.typ", output=dossier / "essai.pdf", pdf_standards="ua-1")
    return dossier / "essai.pdf"


def objets(chemin: Path) -> list[str]:
    """Rend tous les objets du fichier tels que pypdf les lit, le contenu des flux compris."""
    lecteur = PdfReader(chemin, strict=True)
    lus = [lecteur.get_object(numero) for numero in range(1, int(lecteur.trailer["/Size"]))]
    dits = [
        f"{o!r} {o.get_data()!r}" if isinstance(o, StreamObject) else repr(o)
        for o in lus if not (isinstance(o, StreamObject) and o.get("/Type") in ("/ObjStm", "/XRef"))
    ]
    # pypdf nomme un objet par son numéro et par l'adresse du lecteur, qui change d'un fichier à l'autre.
    return [re.sub(r"IndirectObject\((\d+), 0, \d+\)", r"objet \1", dit) for dit in dits]


def test_chaque_objet_reste_le_meme_et_le_fichier_maigrit(en_clair: Path, tmp_path: Path) -> None:
    tasse = tmp_path / "tasse.pdf"
    tasse.write_bytes(tasser(en_clair.read_bytes()))
    assert len(objets(en_clair)) > 100
    assert objets(tasse) == objets(en_clair)
    assert tasse.stat().st_size < 0.85 * en_clair.stat().st_size
    assert [p.extract_text() for p in PdfReader(tasse).pages] == [p.extract_text() for p in PdfReader(en_clair).pages]


def test_un_pdf_deja_tasse_ou_d_une_autre_forme_reste_tel_quel(en_clair: Path) -> None:
    tasse = tasser(en_clair.read_bytes())
    assert tasser(tasse) == tasse
    assert tasser(b"%PDF-1.7\nrien\n") == b"%PDF-1.7\nrien\n"
