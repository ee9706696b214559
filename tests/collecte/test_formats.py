"""Formats de tableur : les dates de 1904, les macros et les liens signalés."""

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from tests.collecte.corpus import Feuille, ecrire_xlsx, grille, verite

from bilan.collecte.reception import Guichet
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
