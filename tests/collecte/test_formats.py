"""Formats de tableur : les .xls de LibreOffice, les .xlsb, les dates de 1904, les macros et les liens signalés."""

import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.collecte.corpus import Feuille, ecrire_xlsx, grille, verite
from tests.collecte.ole import ecrire_ole, enregistrements
from tests.collecte.xlsb import ecrire_xlsb

from bilan.collecte.lecture.classeur97 import parcourir
from bilan.collecte.lecture.garde import garder
from bilan.collecte.reception import Guichet, Reception
from bilan.projet import Projet


@pytest.fixture(scope="module")
def guichet() -> Iterator[Guichet]:
    with Guichet(Projet.trouver()) as ouvert:
        yield ouvert


def test_les_dates_d_un_classeur_de_1904_ne_glissent_pas_de_quatre_ans(guichet: Guichet, tmp_path: Path) -> None:
    chemin = tmp_path / "mac_2024T1.xlsx"
    feuille = Feuille([ligne | {"date_arrete": 43920} for ligne in verite()])
    with xlsxwriter.Workbook(str(chemin), {"date_1904": True}) as classeur:
        onglet = classeur.add_worksheet()
        for rang, ligne in enumerate(grille(feuille)):
            onglet.write_row(rang, 0, ligne)
    reception = guichet.recevoir(chemin)
    assert reception.examen is not None
    assert set(reception.examen.lignes["date_arrete"]) == {date(2024, 3, 31)}


@pytest.mark.parametrize(
    ("membre", "regle"), [("xl/vbaProject.bin", "macros"), ("xl/externalLinks/externalLink1.xml", "liens_externes")]
)
def test_macros_et_liens_sont_dits_et_jamais_suivis(guichet: Guichet, tmp_path: Path, membre: str, regle: str) -> None:
    chemin = ecrire_xlsx(tmp_path / "export_2024T1.xlsx", Feuille(verite()))
    with zipfile.ZipFile(chemin, "a") as archive:
        archive.writestr(membre, b"<externalLink/>")
    reception = guichet.recevoir(chemin)
    assert reception.est_acceptee
    assert [anomalie.regle for anomalie in reception.anomalies] == [regle]


def test_macros_et_liens_d_un_xls_se_voient_sans_l_ouvrir(tmp_path: Path) -> None:
    debut = (0x0809, bytes.fromhex("0006050000000000"))
    seul = ecrire_ole(tmp_path / "seul.xls", "Workbook", enregistrements(debut, (0x01AE, b"\x01\x00\x01\x04")))
    lie = ecrire_ole(tmp_path / "lie.xls", "Workbook", enregistrements(debut, (0x01AE, b"\x01\x00\x08\x00\x00autre")))
    assert not parcourir(seul).a_liens
    assert parcourir(lie).a_liens
    assert [anomalie.regle for anomalie in garder(lie).remarques] == ["liens_externes"]


@pytest.fixture(scope="module")
def convertir(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """Rend de quoi enregistrer un classeur dans un autre format par LibreOffice ; passe les tests s'il n'y est pas."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice n'est pas installé : aucun vrai fichier de tableur ancien à lire")
    profil = tmp_path_factory.mktemp("profil").as_uri()

    def enregistrer(chemin: Path, extension: str) -> Path:
        commande = [soffice, f"-env:UserInstallation={profil}", "--headless", "--convert-to", extension]
        subprocess.run([*commande, "--outdir", chemin.parent, chemin], capture_output=True, timeout=120, check=False)
        converti = chemin.with_suffix(f".{extension}")
        if not converti.exists():
            pytest.skip(f"LibreOffice est là, mais sans Calc : il n'écrit pas de .{extension}")
        return converti

    return enregistrer


def _lues(reception: Reception) -> list[dict[str, Any]]:
    assert reception.est_acceptee, [anomalie.phrase() for anomalie in reception.anomalies]
    assert reception.examen is not None
    colonnes = [nom for nom in verite()[0] if nom != "date_arrete"]
    assert set(reception.examen.lignes["date_arrete"]) == {date(2024, 3, 31)}
    return sorted(reception.examen.lignes.select(colonnes).to_dicts(), key=repr)


def _dites() -> list[dict[str, Any]]:
    return sorted(({k: v for k, v in ligne.items() if k != "date_arrete"} for ligne in verite()), key=repr)


@pytest.mark.lent
def test_un_vrai_xls_est_lu_exactement_dates_comprises(
    guichet: Guichet, tmp_path: Path, convertir: Callable[[Path, str], Path]
) -> None:
    origine = tmp_path / "export_2024T1.xlsx"
    with xlsxwriter.Workbook(str(origine)) as classeur:
        onglet = classeur.add_worksheet("Export")
        jours = classeur.add_format({"num_format": "dd/mm/yyyy"})
        for rang, ligne in enumerate(grille(Feuille(verite()))):
            onglet.write_row(rang, 0, ligne[:-1])
            if rang:
                onglet.write_datetime(rang, len(ligne) - 1, datetime(2024, 3, 31), jours)
            else:
                onglet.write(rang, len(ligne) - 1, ligne[-1])
    chemin = convertir(origine, "xls")
    assert chemin.read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    reception = guichet.recevoir(chemin)
    assert reception.trace.perdues == 0
    assert _lues(reception) == _dites()


@pytest.mark.lent
def test_un_xls_dont_une_cellule_se_perd_au_bout_de_la_feuille_est_refuse(
    guichet: Guichet, tmp_path: Path, convertir: Callable[[Path, str], Path]
) -> None:
    origine = tmp_path / "perdue_2024T1.xlsx"
    with xlsxwriter.Workbook(str(origine)) as classeur:
        onglet = classeur.add_worksheet("Export")
        onglet.write(0, 0, "Exercice")
        onglet.write(65_535, 255, 1)
    reception = guichet.recevoir(convertir(origine, "xls"))
    (anomalie,) = reception.anomalies
    assert anomalie.regle == "feuille_demesuree"
    assert "65\u202f536" in anomalie.constat


@pytest.mark.lent
def test_libreoffice_lit_notre_xlsb_comme_nous(
    guichet: Guichet, tmp_path: Path, convertir: Callable[[Path, str], Path]
) -> None:
    binaire = ecrire_xlsb(tmp_path / "binaire_2024T1.xlsb", grille(Feuille(verite())))
    relu = convertir(binaire, "xlsx")
    assert _lues(guichet.recevoir(binaire)) == _lues(guichet.recevoir(relu)) == _dites()


def test_un_xlsb_dont_une_cellule_se_perd_au_bout_de_la_feuille_est_refuse(guichet: Guichet, tmp_path: Path) -> None:
    chemin = ecrire_xlsb(tmp_path / "perdue_2024T1.xlsb", [["Exercice"] * 15], depuis=1_048_575)
    (anomalie,) = guichet.recevoir(chemin).anomalies
    assert anomalie.regle == "feuille_demesuree"
    assert "1\u202f048\u202f576" in anomalie.constat
