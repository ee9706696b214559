"""Un même chiffre dans deux éditions est le même : pages, CSV, annexe, diaporama et PDF, figure par figure."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader

RACINE = Path(__file__).parents[2]
VERSEE = RACINE / "reports" / "publies" / "2024-02-08-copil"
_ESPACES = str.maketrans({"\u202f": "", "\u00a0": "", " ": "", "−": "-"})
_NOMBRE = re.compile(r"^[+-]?\d+(?:,\d+)?(?=$|[%a-zéè]|logements)")


def _nombre(lue: object) -> float | None:
    """Rend le nombre d'une case lue (« 60,9 % », « 6 698 », « 6 bailleurs ») ; rien si elle n'en est pas un."""
    trouve = _NOMBRE.match(str(lue).translate(_ESPACES))
    return float(trouve[0].replace(",", ".")) if trouve else None


def _nombres(cases: list[object]) -> Counter[float]:
    return Counter(n for case in cases if (n := _nombre(case)) is not None)


@pytest.fixture(scope="module")
def releve() -> dict[str, dict[str, list]]:
    """Figures de l'édition versée, par identifiant."""
    lu = json.loads((VERSEE / "figures.json").read_text(encoding="utf-8"))
    return {chemin.split("/")[-1]: figure for chemin, figure in lu.items()}


def _arrondis(valeur: float, cent: bool) -> set[float]:
    """Rend les nombres lus que cette valeur peut être : telle quelle, entière, à une décimale, ou en pour cent."""
    echelle = 100 * valeur if cent else valeur
    return {round(echelle), round(echelle, 1), round(valeur, 1), round(echelle + 1e-9, 1)}


def test_chaque_case_d_une_page_est_celle_de_son_csv(site_intact: Path) -> None:
    compares = 0
    for page in sorted(site_intact.rglob("*.html")):
        dossier = page.parent / "telechargements" / page.stem
        if page.parent.name == "epci":
            dossier = page.parents[1] / "telechargements" / "epci" / page.stem
        for fichier in sorted(dossier.glob("*.csv")):
            lignes = list(csv.reader(io.StringIO(fichier.read_text(encoding="utf-8-sig")), delimiter=";"))[1:]
            html = page.read_text(encoding="utf-8")
            bloc = html[html.index(f'id="fig-{fichier.stem}"'):]
            corps = re.search(r"<tbody>(.*?)</tbody>", bloc, re.S)
            if corps is None:
                continue
            cases = [re.sub(r"<[^>]+>", "", c) for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", corps[1], re.S)]
            assert _nombres(cases) == _nombres([c for ligne in lignes for c in ligne]), f"{page.name}, {fichier.stem}"
            compares += len(_nombres(cases))
    assert compares > 10


def test_l_annexe_a_les_nombres_des_pages(releve: dict[str, dict[str, list]]) -> None:
    classeur = openpyxl.load_workbook(VERSEE / "annexe.xlsx")
    compares = 0
    for ident, figure in releve.items():
        noms = [nom for nom in classeur.sheetnames if nom == ident[:31]]
        if not noms or not figure["lignes"]:
            continue
        cases = [c for ligne in classeur[noms[0]].iter_rows(min_row=7) for c in ligne]
        ecrits = [(float(c.value), "%" in c.number_format) for c in cases if isinstance(c.value, int | float)]
        voulus = _nombres([c for ligne in figure["lignes"] for c in ligne])
        for valeur, cent in ecrits:
            assert _arrondis(valeur, cent) & voulus.keys(), f"{ident} : {valeur} n'est pas sur la page"
            compares += 1
    assert compares > 50


def test_le_diaporama_et_ses_classeurs_ont_les_nombres_des_pages(releve: dict[str, dict[str, list]]) -> None:
    compares = 0
    for diapositive in Presentation(str(VERSEE / "diaporama.pptx")).slides:
        for forme in diapositive.shapes:
            ident = forme.name.split(":")[1] if forme.name.startswith("bilan:") else ""
            if ident not in releve:
                continue
            voulus = _nombres([c for ligne in releve[ident]["lignes"] for c in ligne])
            if forme.has_table:
                lignes = [[c.text for c in ligne.cells] for ligne in forme.table.rows][1:]
                assert all(ligne in releve[ident]["lignes"] for ligne in lignes), ident
                compares += len(lignes)
            if forme.has_chart:
                classeur = openpyxl.load_workbook(io.BytesIO(forme.chart.part.chart_workbook.xlsx_part.blob))
                du_classeur = [c.value for ligne in classeur.active.iter_rows(min_row=2, min_col=2) for c in ligne]
                du_trace = [v for serie in forme.chart.plots[0].series for v in serie.values]
                for valeur in (v for v in [*du_classeur, *du_trace] if v is not None):
                    lus = _arrondis(float(valeur), cent=False) | _arrondis(float(valeur), cent=True)
                    assert lus & voulus.keys(), f"{ident} : {valeur} n'est pas sur la page"
                    compares += 1
    assert compares > 40


def test_la_synthese_a_les_nombres_des_pages(releve: dict[str, dict[str, list]]) -> None:
    """Là où le PDF montre une colonne (son titre s'y lit), toutes ses cases s'y lisent, écrites de même."""
    texte = "".join(page.extract_text() for page in PdfReader(VERSEE / "synthese-regionale.pdf").pages)
    lu = "".join(texte.translate(_ESPACES).split())
    compares = 0
    for ident, figure in releve.items():
        if figure["titre"].translate(_ESPACES) not in lu:
            continue
        for rang, titre in enumerate(figure["colonnes"]):
            cases = [ligne[rang] for ligne in figure["lignes"] if _nombre(ligne[rang]) is not None]
            if titre.translate(_ESPACES) in lu:
                manquent = [case for case in cases if case.translate(_ESPACES) not in lu]
                assert manquent == [], f"{ident}, {titre}"
                compares += len(cases)
    assert compares > 30
