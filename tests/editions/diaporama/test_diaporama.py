"""Le diaporama construit : objets natifs, classeurs, notes, titres, accessibilité."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from exemples_diaporama import RACINE, barres, executer, projet_neuf, toutes, trouver
from pptx.enum.chart import XL_LABEL_POSITION

from bilan.editions.diaporama import construire
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.projet import Jeu, Projet

ESPACES = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main",
           "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
           "c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
Objet = Callable[[str], Any]


@pytest.fixture
def projet(tmp_path: Path) -> Projet:
    """Projet d'essai dont les figures ont toutes les formes."""
    neuf = projet_neuf(tmp_path / "projet")
    executer(neuf, toutes())
    return neuf


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Diaporama d'essai, construit une fois ; aucun test ne l'abîme."""
    neuf = projet_neuf(tmp_path_factory.mktemp("diaporama") / "projet")
    executer(neuf, toutes())
    construire(neuf, Jeu.DEMONSTRATION, neuf.racine / "copil.pptx")
    return neuf.racine / "copil.pptx"


@pytest.fixture(scope="module")
def presentation(deck: Path) -> Any:
    """Diaporama d'essai, relu."""
    return pptx.Presentation(str(deck))


@pytest.fixture(scope="module")
def objet(presentation: Any) -> Objet:
    """Rend l'objet du diaporama d'essai qui porte ce nom."""
    return lambda nom: trouver(presentation, nom)


def classeur(cadre: Any) -> list[tuple[Any, ...]]:
    feuille = openpyxl.load_workbook(io.BytesIO(cadre.chart.part.chart_workbook.xlsx_part.blob)).active
    return list(feuille.iter_rows(values_only=True))


def test_les_barres_sont_natives_et_leur_classeur_a_les_nombres(objet: Objet) -> None:
    cadre = objet("bilan:barres")
    assert cadre.has_chart
    assert classeur(cadre) == [(None, "EPCI"), ("Effective", 9), ("Prévue", 13), ("Plus tard (s)", None)]


def test_un_pour_cent_est_un_nombre_entre_zero_et_un(objet: Objet) -> None:
    titres, etat, _ = classeur(objet("bilan:atteinte"))
    assert titres == (None, "État", "Région")
    assert etat[1] == pytest.approx(0.9336505)
    codes = {e.text for e in objet("bilan:atteinte").chart._chartSpace.iter(f"{{{ESPACES['c']}}}formatCode")}
    assert codes == {'[$-40C]0.0"\u202f"%'}


def test_les_empilees_gardent_l_ordre_des_modalites_et_le_contraste(objet: Objet) -> None:
    graphique = objet("bilan:empilees").chart
    assert [s.name for s in graphique.plots[0].series] == ["fait", "prévu"]
    assert str(graphique.plots[0].series[0].data_labels.font.color.rgb) == "FFFFFF"
    assert str(graphique.plots[0].series[1].data_labels.font.color.rgb) == "161616"


def test_une_etiquette_qui_ne_tient_pas_n_est_pas_ecrite(objet: Objet) -> None:
    cachees = objet("bilan:empilees").chart._chartSpace.xpath(".//c:dLbl[c:delete/@val='1']/c:idx/@val")
    assert cachees == ["1", "1"]


def test_le_repere_tombe_sur_sa_valeur(objet: Objet) -> None:
    cadre, groupe = objet("bilan:atteinte"), objet("bilan:atteinte:repere")
    espace = cadre.chart._chartSpace
    x, large = (float(espace.xpath(f".//c:plotArea/c:layout//c:{nom}/@val")[0]) for nom in "xw")
    maximum = cadre.chart.value_axis.maximum_scale
    trait = next(f for f in groupe.shapes if f.shape_type == 9 or not f.has_text_frame)
    assert trait.left == pytest.approx(cadre.left + (x + large / maximum) * cadre.width, abs=12700)
    assert any(f.has_text_frame and f.text_frame.text == "Objectif : 100,0\u202f%" for f in groupe.shapes)


def test_les_deux_signes_d_une_paire_se_voient_et_se_distinguent(objet: Objet) -> None:
    signes = [serie.marker for serie in objet("bilan:paires").chart.plots[0].series]
    assert len({signe.style for signe in signes}) == 2
    assert "FFFFFF" not in {str(signe.format.fill.fore_color.rgb) for signe in signes}


def test_une_valeur_au_ras_de_l_axe_s_ecrit_a_droite_de_son_point(objet: Objet) -> None:
    recue, promise = objet("bilan:paires").chart.plots[0].series
    assert recue.points[0].data_label.position == XL_LABEL_POSITION.BELOW
    assert recue.points[2].data_label.position == XL_LABEL_POSITION.RIGHT
    assert promise.data_labels.position == XL_LABEL_POSITION.ABOVE


def test_la_carte_a_une_forme_nommee_par_epci_sans_style(objet: Objet) -> None:
    groupe = objet("bilan:carte")
    noms = [f.name for f in groupe.shapes if re.match(r"\d{9} ", f.name)]
    assert len(noms) == len(set(noms)) == 52
    assert "200054807 Métropole d'Aix-Marseille-Provence" in noms
    assert not groupe._element.findall(".//p:style", ESPACES)
    assert groupe._element.findall(".//a:custGeom", ESPACES)


def test_les_couleurs_et_les_absences_de_la_carte(objet: Objet) -> None:
    def remplissage(siren: str) -> Any:
        forme = next(f for f in objet("bilan:carte").shapes if f.name.startswith(siren))
        return forme._element.find("p:spPr", ESPACES)

    assert remplissage("200054807").find("a:solidFill/a:srgbClr", ESPACES).get("val") == "000091"
    assert remplissage("240400440").find("a:pattFill", ESPACES).get("prst") == "wdUpDiag"
    assert remplissage("200039915").find("a:pattFill", ESPACES).get("prst") == "narHorz"


def test_un_territoire_en_morceaux_garde_tous_ses_anneaux(objet: Objet) -> None:
    departs = [len(f._element.findall(".//a:moveTo", ESPACES)) for f in objet("bilan:carte").shapes
               if re.match(r"\d{9} ", f.name)]
    assert max(departs) > 1


def test_l_aire_des_cercles_suit_le_volume(objet: Objet) -> None:
    ronds = {f.name[:9]: f.width for f in objet("bilan:cercles").shapes if f.name.endswith(" : volume")}
    assert set(ronds) == {"200054807", "200030195", "200067825"}
    assert ronds["200054807"] / ronds["200030195"] == pytest.approx(2.0, rel=0.01)


def test_un_long_tableau_se_coupe_en_diapositives(presentation: Any, objet: Objet) -> None:
    premiere, suite = objet("bilan:tableau").table, objet("bilan:tableau:2").table
    assert premiere.cell(1, 0).text_frame.text == "Ligne 0"
    total = sum(len(f.table.rows) - 1 for d in presentation.slides for f in d.shapes if f.has_table)
    assert total == 40
    assert [c.text_frame.text for c in suite.rows[0].cells] == ["Nom", "Nombre"]


def test_la_frise_place_les_dates_et_met_a_part_ce_qui_n_en_a_pas(objet: Objet) -> None:
    textes = [f.text_frame.text for f in objet("bilan:frise").shapes if f.has_text_frame]
    assert {"15/01/2024", "30/06/2025", "sans date", "Nice", "Ubaye", "fait", "prévu"} <= set(textes)


def test_une_figure_vide_dit_pourquoi(objet: Objet) -> None:
    assert objet("bilan:vide").text_frame.text == "Aucun bilan n'a été versé."


def test_les_titres_sont_uniques_et_aucun_n_est_vide(presentation: Any) -> None:
    titres = [d.shapes.title.text_frame.text for d in presentation.slides]
    assert all(t.strip() for t in titres)
    assert len(titres) == len(set(titres))
    assert titres[:3] == ["Comité d'essai", "Communication", "Le contexte"]
    assert titres[-1] == "Sources"


def test_chaque_figure_fictive_le_dit(presentation: Any) -> None:
    for diapositive in presentation.slides:
        noms = [f.name for f in diapositive.shapes if f.name.startswith("bilan:")]
        if noms:
            textes = [f.text_frame.text for f in diapositive.shapes if f.has_text_frame]
            assert "Données fictives" in textes, noms


def test_le_jeu_reel_ne_dit_pas_donnees_fictives(projet: Projet, tmp_path: Path) -> None:
    executer(projet, [barres()], Jeu.REEL)
    construire(projet, Jeu.REEL, tmp_path / "reel.pptx")
    contenu = zipfile.ZipFile(tmp_path / "reel.pptx")
    assert not any(b"fictives" in contenu.read(n) for n in contenu.namelist() if n.startswith("ppt/slides/"))


def test_les_notes_ont_lecture_champ_source_et_execution(presentation: Any) -> None:
    diapositive = next(d for d in presentation.slides if any(f.name == "bilan:barres" for f in d.shapes))
    assert diapositive.notes_slide.notes_text_frame.text.split("\n") == [
        "bilan:barres", "Titre calculé : Ce que dit la figure barres", "Sous-titre : EPCI soumis, 31 décembre 2024",
        "Lecture : à Nice, 62,5\u202f% des attributions.", "Champ : EPCI soumis à la réforme.",
        "Source : DREAL, remontées des EPCI, extraction du 31/03/2025.",
        "Exécution : 90_copil, jeu demonstration, clé 0f3a, données connues le 2025-03-31",
    ]


def test_chaque_objet_graphique_a_un_texte_de_remplacement(presentation: Any) -> None:
    for diapositive in presentation.slides:
        for forme in diapositive.shapes:
            if not forme.is_placeholder and not forme.name.endswith((":lecture", "bilan:sources")):
                assert forme._element.xpath("./*/p:cNvPr/@descr"), forme.name


def test_tout_est_en_francais_et_les_identifiants_sont_uniques(deck: Path, presentation: Any) -> None:
    contenu = zipfile.ZipFile(deck)
    langues = {lang for n in contenu.namelist() if n.endswith(".xml")
               for lang in re.findall(rb'lang="([^"]+)"', contenu.read(n))}
    assert langues == {b"fr-FR"}
    for diapositive in presentation.slides:
        identites = diapositive._element.xpath("//p:cNvPr/@id")
        assert len(identites) == len(set(identites))


def test_rien_ne_sort_de_la_diapositive(presentation: Any) -> None:
    for diapositive in presentation.slides:
        for forme in diapositive.shapes:
            assert forme.left >= 0 and forme.left + forme.width <= presentation.slide_width, forme.name
            assert forme.top >= 0 and forme.top + forme.height <= presentation.slide_height, forme.name


def test_le_gabarit_d_un_service_remplace_le_neutre(projet: Projet, tmp_path: Path) -> None:
    from bilan.editions.diaporama.gabarit import neutre

    service = neutre()
    service.slide_layouts.get_by_name("Figure").name = "DREAL – chiffres"
    service.slides.add_slide(service.slide_layouts[0])
    service.save(str(tmp_path / "service.pptx"))
    plan = projet.racine / "copil.toml"
    plan.write_text(f'gabarit = "{tmp_path / "service.pptx"}"\n' + plan.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ErreurUsage, match="disposition de diapositive « Figure »"):
        construire(projet, Jeu.DEMONSTRATION, tmp_path / "sortie.pptx")
    assert not (tmp_path / "sortie.pptx").exists()
    nomme = plan.read_text(encoding="utf-8") + '\n[dispositions]\nfigure = "DREAL – chiffres"\n'
    plan.write_text(nomme, encoding="utf-8")
    construire(projet, Jeu.DEMONSTRATION, tmp_path / "sortie.pptx")
    faites = pptx.Presentation(str(tmp_path / "sortie.pptx")).slides
    assert "DREAL – chiffres" in {d.slide_layout.name for d in faites}
    assert faites[0].shapes.title.text_frame.text == "Comité d'essai"


def test_un_plan_abime_est_refuse_en_une_phrase(projet: Projet, tmp_path: Path) -> None:
    (projet.racine / "copil.toml").write_text("titre = 3\n", encoding="utf-8")
    with pytest.raises(DonneesRefusees, match=r"copil\.toml"):
        construire(projet, Jeu.DEMONSTRATION, tmp_path / "x.pptx")


def test_le_plan_du_projet_se_lit() -> None:
    from bilan.editions.diaporama.plan import Plan

    plan = Plan.lire(Projet(RACINE))
    assert [s.titre for s in plan.sections] == [
        "Communication", "Référentiel régional", "Bilan régional", "Chantiers de l'année",
    ]
    assert len(plan.figures) == len(set(plan.figures))
