"""La barrière : une fuite plantée dans chaque genre de fichier est vue, et une édition propre passe."""

import json
import zipfile

import polars as pl
import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from bilan.secret.attendu import Attendu, CelluleMasquee, lire_figures
from bilan.secret.barriere import verifier
from bilan.secret.profils import Profil

MASQUEE = CelluleMasquee("flux-epci", ("Provence Verte", "Commune"), ("Part (%)", "Part", "part"))
PUBLIC = Attendu(Profil.PUBLIC, (MASQUEE,), ("Habitat Fictif Azuréen", "999000011"))
_TITRES = ["EPCI", "Réservataire", "Part (%)"]


def _html(valeur):
    cellules = "".join(f"<td>{c}</td>" for c in ("Provence Verte", "Commune", valeur))
    entetes = "".join(f"<th>{t}</th>" for t in _TITRES)
    return f'<figure id="flux-epci"><table><tr>{entetes}</tr><tr>{cellules}</tr></table></figure>'


def _csv(valeur):
    return f"EPCI;Réservataire;Part (%)\nProvence Verte;Commune;{valeur}\n"


def _js(valeur):
    ligne = {"epci": "Provence Verte", "r": "Commune", "part": valeur}
    return "const x = " + json.dumps({"id": "flux-epci", "v": [ligne]})


def _svg(valeur):
    return f'<svg><g aria-label="Provence Verte, Commune : {valeur}"></g></svg>'


def _ipynb(valeur):
    sortie = {"data": {"text/html": [_html(valeur)]}, "output_type": "display_data"}
    return json.dumps({"cells": [{"cell_type": "code", "source": [], "outputs": [sortie]}]})


@pytest.mark.parametrize(
    ("nom", "ecrire"),
    [("p.html", _html), ("flux-epci.csv", _csv), ("d.js", _js), ("i.svg", _svg), ("c.ipynb", _ipynb)],
)
def test_une_cellule_masquee_se_lit_s_et_rien_d_autre(tmp_path, nom, ecrire):
    (tmp_path / nom).write_text(ecrire("s"), encoding="utf-8")
    assert verifier(tmp_path, PUBLIC) == []
    (tmp_path / nom).write_text(ecrire("12,5"), encoding="utf-8")
    assert [c.fichier for c in verifier(tmp_path, PUBLIC)] == [nom]


def test_un_parquet_est_relu(tmp_path):
    pl.DataFrame({"EPCI": ["Provence Verte"], "r": ["Commune"], "part": [3]}).write_parquet(
        tmp_path / "flux-epci.parquet"
    )
    assert "cellule masquée" in verifier(tmp_path, PUBLIC)[0].message


def test_le_classeur_incorpore_d_une_diapositive_est_relu(tmp_path):
    donnees = CategoryChartData()
    donnees.categories = ["Provence Verte"]
    donnees.add_series("Part (%)", [12.5])
    deck = Presentation()
    page = deck.slides.add_slide(deck.slide_layouts[6])
    page.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), donnees)
    deck.save(tmp_path / "copil.pptx")
    assert any(n.endswith(".xlsx") for n in zipfile.ZipFile(tmp_path / "copil.pptx").namelist())
    attendu = Attendu(Profil.PUBLIC, (CelluleMasquee("flux-epci", ("Provence Verte",), ("Part (%)",)),))
    assert [c.fichier for c in verifier(tmp_path, attendu)] == ["copil.pptx"]


@pytest.mark.parametrize("texte", ["Habitat fictif azureen", "SIREN 999000011", "HABITAT-FICTIF AZURÉEN"])
def test_aucun_bailleur_ne_sort_du_profil_public(tmp_path, texte):
    (tmp_path / "p.html").write_text(f"<p>{texte}</p>", encoding="utf-8")
    assert len(verifier(tmp_path, PUBLIC)) == 1
    assert verifier(tmp_path, Attendu(Profil.INTERNE, bailleurs=PUBLIC.bailleurs)) == []


@pytest.mark.parametrize("texte", ["a.b@exemple.fr", "06 12 34 56 78", "1 84 12 76 451 089 46"])
def test_une_donnee_de_personne_est_refusee(tmp_path, texte):
    (tmp_path / "p.html").write_text(f"<p>{texte}</p>", encoding="utf-8")
    constats = verifier(tmp_path, PUBLIC)
    assert len(constats) == 1 and texte not in str(constats[0])


@pytest.mark.parametrize("texte", ["Exécution c0892569672c86809e", "a184127645108946", "04, 05, 06, 13, 83 et 84"])
def test_une_empreinte_ou_une_suite_de_codes_n_est_pas_une_personne(tmp_path, texte):
    (tmp_path / "p.html").write_text(f"<p>{texte}</p>", encoding="utf-8")
    assert verifier(tmp_path, PUBLIC) == []


def test_la_boite_fonctionnelle_declaree_passe(tmp_path):
    (tmp_path / "p.html").write_text("<p>boite@exemple.fr</p>", encoding="utf-8")
    assert verifier(tmp_path, Attendu(Profil.PUBLIC, courriels=frozenset({"boite@exemple.fr"}))) == []


def test_la_liste_privee_vaut_pour_tous_les_profils(tmp_path):
    liste = tmp_path / "liste.txt"
    liste.write_text("# personnes\nCamille Exemple\n", encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "p.html").write_text('<img alt="camille exemple">', encoding="utf-8")
    assert len(verifier(tmp_path / "site", Attendu(Profil.INTERNE, liste_privee=liste))) == 1


def test_un_texte_hors_nomenclature_est_refuse(tmp_path):
    (tmp_path / "m.csv").write_text("Motif\nATTENTE\nLe directeur est en congé\n", encoding="utf-8")
    attendu = Attendu(Profil.PUBLIC, vocabulaires={"Motif": frozenset({"ATTENTE"})})
    assert "nomenclature" in verifier(tmp_path, attendu)[0].message


def test_ce_qui_ne_se_lit_pas_ne_passe_pas(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"\x00")
    (tmp_path / "b.xlsx").write_bytes(b"rien")
    assert [c.fichier for c in verifier(tmp_path, PUBLIC)] == ["a.bin", "b.xlsx"]


def test_les_figures_declarent_elles_memes_ce_qu_elles_masquent():
    colonnes = [
        {"nom": "epci", "titre": "EPCI", "format": "texte", "unite": "", "absence": ""},
        {"nom": "part", "titre": "Part", "format": "pourcent", "unite": "%", "absence": "statut"},
    ]
    donnees = [{"epci": "A", "part": None, "statut": "secret"}, {"epci": "B", "part": 3.0, "statut": "observe"}]
    attendue = CelluleMasquee("f-x", ("A",), ("Part (%)", "Part", "part"))
    assert lire_figures([{"id": "f-x", "colonnes": colonnes, "donnees": donnees}])[0] == (attendue,)
