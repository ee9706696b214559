"""Un même chiffre dans deux éditions est le même : pages, CSV, annexe, diaporama, PDF et données ouvertes."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from conftest import EPCI, RACINE, Magasin
from conftest import figure as faire_figure
from pptx import Presentation
from pypdf import PdfReader

from bilan.editions.annexe import Dossier, ecrire_annexe
from bilan.editions.atelier import Atelier
from bilan.editions.executions import lire_edition
from bilan.editions.fiches.plan import DOSSIER
from bilan.editions.fiches.serie import Serie
from bilan.editions.ouvertes import ouvrir_donnees
from bilan.editions.site import construire
from bilan.figures import formes
from bilan.figures.modele import Colonne
from bilan.projet import Jeu, Projet

VERSEE = RACINE / "reports" / "publies" / "2024-02-08-copil"
_ESPACES = str.maketrans({"\u202f": "", "\u00a0": "", " ": "", "−": "-"})
_DATES = ("Année", "Période")
_OUVERTES = {
    "chiffre-p1": ({"P1"}, "region"),
    "production-annees": ({"P1", "P1n"}, "region"),
    "production-territoires-n1": ({"P1", "P1n"}, "territoire_gestion"),
    "production-territoires-n2": ({"P1", "P1n"}, "territoire_gestion"),
    "cotation-groupes": ({"E5"}, "region"),
}
"""Indicateurs et niveau d'où viennent les figures régionales que l'édition versée a en données ouvertes."""
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


def _cases(html: str, ident: str) -> list[str] | None:
    """Rend les cases de la table d'une figure dans sa page ; rien si elle n'y a pas de table."""
    corps = re.search(r"<tbody>(.*?)</tbody>", html[html.index(f'id="fig-{ident}"'):], re.S)
    if corps is None:
        return None
    return [re.sub(r"<[^>]+>", "", c) for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", corps[1], re.S)]


def test_chaque_case_d_une_page_est_celle_de_son_csv(site_intact: Path) -> None:
    compares = 0
    for page in sorted(site_intact.rglob("*.html")):
        dossier = page.parent / "telechargements" / page.stem
        if page.parent.name == "epci":
            dossier = page.parents[1] / "telechargements" / "epci" / page.stem
        for fichier in sorted(dossier.glob("*.csv")):
            lignes = list(csv.reader(io.StringIO(fichier.read_text(encoding="utf-8-sig")), delimiter=";"))[1:]
            cases = _cases(page.read_text(encoding="utf-8"), fichier.stem)
            if cases is None:
                continue
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


def test_les_donnees_ouvertes_ont_les_nombres_des_pages(
    releve: dict[str, dict[str, list]], projet: Projet, tmp_path: Path
) -> None:
    ouvrir_donnees(projet, Jeu.REEL, tmp_path, pl.read_parquet(VERSEE / "etat" / "reel" / "mesures.parquet"))
    with (tmp_path / "mesures.csv").open(encoding="utf-8", newline="") as fichier:
        mesures = list(csv.DictReader(fichier))
    compares = 0
    for ident, (indicateurs, niveau) in _OUVERTES.items():
        lues = [m for m in mesures if m["indicateur"] in indicateurs and m["territoire_type"] == niveau]
        ouverts = set().union(*(_arrondis(float(m[nom]), cent=False) for m in lues
                                for nom in ("numerateur", "denominateur", "valeur") if m[nom]))
        rangs = [rang for rang, titre in enumerate(releve[ident]["colonnes"]) if titre not in _DATES]
        ecrits = _nombres([ligne[rang] for ligne in releve[ident]["lignes"] for rang in rangs])
        assert ecrits.keys() <= ouverts, f"{ident} : {ecrits.keys() - ouverts} n'est pas dans les données ouvertes"
        compares += ecrits.total()
    assert compares > 30


def test_une_fiche_pdf_et_l_annexe_ont_les_nombres_de_sa_page(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    siren, jeu, ident = EPCI[0].siren, Jeu.REEL, "fiche-chiffres"
    valeurs = {"nom": ["a", "b", "c"], "n": [1939077.0, 0.4999, 12.5], "taux": [89.4499, 0.04, 100.0],
               "ecart": [-2.149, 3.05, 0.0], "moyenne": [1234.55, 0.04, 7.0]}
    colonnes = (Colonne("nom", "Nom"), Colonne("n", "Logements", "nombre"), Colonne("taux", "Taux", "pourcent"),
                Colonne("ecart", "Écart", "points"), Colonne("moyenne", "Moyenne", "decimal"))
    magasin.ecrire(jeu, "70_fiche_epci", f"epci/{siren}", [faire_figure(ident, formes.Tableau(), valeurs, colonnes)],
                   territoire=siren)
    edition, gabarits = lire_edition(projet, jeu), RACINE / "reports" / DOSSIER
    serie = Serie(edition, atelier.annuaire, atelier.textes, atelier.imageries[jeu], gabarits)
    (pdf,) = serie.imprimer(tmp_path, (siren,))
    ecrire_annexe(Dossier(edition, atelier.annuaire, atelier.textes, "boîte d'essai"), tmp_path / "annexe.xlsx")
    construire(projet, [jeu], tmp_path / "site", atelier)
    cases = _cases((tmp_path / "site" / jeu / "epci" / f"{siren}.html").read_text(encoding="utf-8"), ident)
    assert cases is not None and len(_nombres(list(cases))) > 8
    imprime = "".join(page.extract_text() for page in PdfReader(pdf).pages).translate(_ESPACES)
    assert [case for case in cases if case.translate(_ESPACES) not in imprime] == []
    feuille = openpyxl.load_workbook(tmp_path / "annexe.xlsx")[ident]
    ecrits = [c.value for ligne in feuille.iter_rows(min_row=6, min_col=4) for c in ligne
              if isinstance(c.value, int | float)]
    assert len(ecrits) == 12
    assert all(_arrondis(float(v), cent=False) & _nombres(list(cases)).keys() for v in ecrits)
