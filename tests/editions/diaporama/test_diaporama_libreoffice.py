"""Le diaporama s'ouvre dans LibreOffice : autant de pages que de diapositives, et les textes s'y lisent."""

import shutil
import subprocess
from pathlib import Path

import pptx
import pytest
from exemples_diaporama import executer, projet_neuf, toutes

from bilan.editions.diaporama import construire
from bilan.projet import Jeu

SOFFICE = shutil.which("soffice")


@pytest.mark.lent
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice manque : installez « libreoffice-impress » pour ce test")
def test_libreoffice_ouvre_le_diaporama(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf manque : installez les dépendances de développement")
    projet = projet_neuf(tmp_path / "projet")
    executer(projet, toutes())
    construire(projet, Jeu.DEMONSTRATION, tmp_path / "copil.pptx")
    subprocess.run(
        [str(SOFFICE), "--headless", f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "copil.pptx")],
        check=True, capture_output=True, timeout=180,
    )
    pages = pypdf.PdfReader(tmp_path / "copil.pdf").pages
    textes = [" ".join(page.extract_text().replace("\u202f", " ").split()) for page in pages]
    assert len(pages) == len(pptx.Presentation(str(tmp_path / "copil.pptx")).slides)
    for attendu in ("Ce que dit la figure barres", "Données fictives", "93,4 %", "Objectif : 100,0 %", "Ligne 39",
                    "En service (2)", "Plus tard (s)"):
        assert any(attendu in texte for texte in textes), attendu
