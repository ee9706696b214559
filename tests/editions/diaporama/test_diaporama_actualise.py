"""Un diaporama repris à la main puis actualisé : les chiffres suivent, ce que les gens ont fait reste."""

import dataclasses
import io
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pptx
import pytest
from exemples_diaporama import barres, carte, executer, figure, projet_neuf, toutes, trouver
from pptx.dml.color import RGBColor
from pptx.util import Inches

from bilan.editions.diaporama import Changements, actualiser, construire, tableau
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.figures import formes
from bilan.figures.modele import Colonne, Figure
from bilan.figures.tableau import lignes
from bilan.projet import Jeu, Projet

COULEUR_MAISON = RGBColor(0x12, 0x34, 0x56)
GAP = "200067825"


@pytest.fixture(scope="module")
def projet(tmp_path_factory: pytest.TempPathFactory) -> Projet:
    """Projet d'essai et son diaporama d'origine, « copil.pptx »."""
    neuf = projet_neuf(tmp_path_factory.mktemp("actualisation") / "projet")
    executer(neuf, toutes())
    construire(neuf, Jeu.DEMONSTRATION, neuf.racine / "copil.pptx")
    return neuf


def _nouvelles() -> list[Figure]:
    """Rend les figures d'essai, quelques chiffres plus tard."""
    remplacees = {
        "barres": dataclasses.replace(barres(11.0), titre="Onze EPCI ont leur cotation", lecture="onze."),
        "carte": dataclasses.replace(carte("En service"), titre="Nice est en service"),
    }
    figures = [dataclasses.replace(f, titre="La courbe est ôtée") if f.id == "courbe" else remplacees.get(f.id, f)
               for f in toutes()]
    plus = {
        "chiffre-un": {"n": [10.0]},
        "tableau": {"nom": [f"Ligne {r}" for r in range(42)], "n": [float(r + 1) for r in range(42)]},
        "cercles": {"n": [1000.0, 1000.0, 10.0, None]},
    }
    return [
        dataclasses.replace(f, donnees=f.donnees.with_columns(**{c: pl.Series(v) for c, v in plus[f.id].items()})
                            if f.id != "tableau" else pl.DataFrame(plus[f.id])) if f.id in plus else f
        for f in figures
    ]


@pytest.fixture(scope="module")
def repris(projet: Projet) -> tuple[Any, Changements, Path]:
    """Rend le diaporama repris à la main puis actualisé, ses changements, et le fichier repris."""
    main = pptx.Presentation(str(projet.racine / "copil.pptx"))
    cadre = trouver(main, "bilan:barres")
    cadre.left, cadre.width = Inches(2), Inches(8)
    cadre.chart.plots[0].series[0].format.fill.fore_color.rgb = COULEUR_MAISON
    _diapositive(main, "bilan:carte").shapes.title.text_frame.text = "Mon titre à moi"
    notes = _diapositive(main, "bilan:barres").notes_slide.notes_text_frame
    notes.text = "Penser à remercier les EPCI\n" + notes.text
    ajoutee = main.slides.add_slide(main.slide_layouts.get_by_name("À remplir"))
    ajoutee.shapes.title.text_frame.text = "Une diapositive à nous"
    groupe = trouver(main, "bilan:frise")
    groupe.top = Inches(2)
    trouver_epci(main, GAP).fill.solid()
    trouver_epci(main, GAP).fill.fore_color.rgb = COULEUR_MAISON
    ote = trouver(main, "bilan:courbe")
    ote._element.getparent().remove(ote._element)
    main.save(str(projet.racine / "repris.pptx"))
    executer(projet, _nouvelles(), cle="1b2c")
    changements = actualiser(projet.racine / "repris.pptx", projet, Jeu.DEMONSTRATION, projet.racine / "maj.pptx")
    return pptx.Presentation(str(projet.racine / "maj.pptx")), changements, projet.racine / "repris.pptx"


def trouver_epci(presentation: Any, siren: str) -> Any:
    """Rend la forme d'un EPCI de la carte d'essai."""
    return next(f for f in trouver(presentation, "bilan:carte").shapes if f.name.startswith(f"{siren} "))


def _diapositive(presentation: Any, nom: str) -> Any:
    return next(d for d in presentation.slides if any(f.name == nom for f in d.shapes))


def test_le_graphique_et_son_classeur_suivent(repris: tuple[Any, Changements, Path]) -> None:
    cadre = trouver(repris[0], "bilan:barres")
    assert list(cadre.chart.plots[0].series[0].values) == [11.0, 13.0, None]
    feuille = openpyxl.load_workbook(io.BytesIO(cadre.chart.part.chart_workbook.xlsx_part.blob)).active
    assert feuille["B2"].value == 11
    assert any("EPCI, Effective : 9 → 11" in ligne for ligne in repris[1].lignes)


def test_la_place_et_les_couleurs_choisies_restent(repris: tuple[Any, Changements, Path]) -> None:
    cadre = trouver(repris[0], "bilan:barres")
    assert (cadre.left, cadre.width) == (Inches(2), Inches(8))
    assert cadre.chart.plots[0].series[0].format.fill.fore_color.rgb == COULEUR_MAISON
    assert trouver(repris[0], "bilan:frise").top == Inches(2)


def test_un_titre_calcule_suit_un_titre_recrit_reste(repris: tuple[Any, Changements, Path]) -> None:
    assert _diapositive(repris[0], "bilan:barres").shapes.title.text_frame.text == "Onze EPCI ont leur cotation"
    assert _diapositive(repris[0], "bilan:carte").shapes.title.text_frame.text == "Mon titre à moi"
    assert any("« Mon titre à moi »" in li and "« Nice est en service »" in li for li in repris[1].lignes)


def test_la_carte_se_recolorie(repris: tuple[Any, Changements, Path]) -> None:
    assert str(trouver_epci(repris[0], "200030195").fill.fore_color.rgb) == "000091"
    assert any("changement : Métropole Nice Côte d'Azur" in ligne for ligne in repris[1].lignes)
    legende = [f.text_frame.text for f in trouver(repris[0], "bilan:carte:legende").shapes if f.has_text_frame]
    assert "En service (3)" in legende


def test_un_epci_recolorie_a_la_main_le_reste_et_la_liste_le_dit(repris: tuple[Any, Changements, Path]) -> None:
    assert trouver_epci(repris[0], GAP).fill.fore_color.rgb == COULEUR_MAISON
    assert any("couleur reprise à la main, laissée : CA Gap-Tallard-Durance" in ligne for ligne in repris[1].lignes)


def test_un_graphique_ote_ne_revient_pas_et_sa_diapositive_reste_a_jour(
    repris: tuple[Any, Changements, Path],
) -> None:
    assert not any(f.name == "bilan:courbe" for d in repris[0].slides for f in d.shapes)
    assert any(d.shapes.title.text_frame.text == "La courbe est ôtée" for d in repris[0].slides)
    assert "courbe" in repris[1].absentes


def test_les_cercles_changent_de_taille(repris: tuple[Any, Changements, Path]) -> None:
    ronds = {f.name[:9]: f.width for f in trouver(repris[0], "bilan:cercles").shapes if f.name.endswith(" : volume")}
    assert ronds["200030195"] == ronds["200054807"]


def test_le_tableau_et_le_chiffre_suivent(repris: tuple[Any, Changements, Path]) -> None:
    lignes = [
        tuple(c.text_frame.text for c in r.cells)
        for d in repris[0].slides for f in d.shapes if f.has_table for r in list(f.table.rows)[1:]
    ]
    assert lignes == [(f"Ligne {r}", str(r + 1)) for r in range(42)]
    assert trouver(repris[0], "bilan:chiffre-un").text_frame.paragraphs[0].text == "10"


def test_les_notes_suivent_et_gardent_ce_qu_on_y_a_ecrit(repris: tuple[Any, Changements, Path]) -> None:
    notes = _diapositive(repris[0], "bilan:barres").notes_slide.notes_text_frame.text
    assert notes.startswith("Penser à remercier les EPCI\nbilan:barres\n")
    assert "Lecture : onze." in notes and "clé 1b2c" in notes and "0f3a" not in notes


def test_les_diapositives_ajoutees_restent_et_le_fichier_repris_n_est_pas_touche(
    repris: tuple[Any, Changements, Path],
) -> None:
    assert repris[0].slides[len(repris[0].slides) - 1].shapes.title.text_frame.text == "Une diapositive à nous"
    assert next(iter(trouver(pptx.Presentation(str(repris[2])), "bilan:barres").chart.plots[0].series[0].values)) == 9.0


def test_la_liste_des_changements_est_ecrite_a_cote(repris: tuple[Any, Changements, Path]) -> None:
    liste = repris[1].liste
    assert liste is not None and liste.name == "maj.changements.md"
    texte = liste.read_text(encoding="utf-8")
    assert texte.startswith("# Ce qui a changé dans « repris.pptx »")
    assert all(f"- {ligne}" in texte for ligne in repris[1].lignes)


def test_un_diaporama_a_jour_ne_change_pas(projet: Projet, repris: tuple[Any, Changements, Path]) -> None:
    encore = actualiser(projet.racine / "maj.pptx", projet, Jeu.DEMONSTRATION, projet.racine / "encore.pptx")
    assert [li for li in encore.lignes if "à la main" not in li] == []


def test_le_fichier_de_depart_n_est_jamais_recrit(projet: Projet) -> None:
    deck = projet.racine / "copil.pptx"
    with pytest.raises(ErreurUsage, match="jamais récrit"):
        actualiser(deck, projet, Jeu.DEMONSTRATION, deck)


def test_un_autre_jeu_est_refuse(projet: Projet, tmp_path: Path) -> None:
    executer(projet, toutes(), Jeu.REEL)
    with pytest.raises(ErreurUsage, match="--jeu demonstration"):
        actualiser(projet.racine / "copil.pptx", projet, Jeu.REEL, tmp_path / "x.pptx")
    assert not (tmp_path / "x.pptx").exists()


@pytest.mark.parametrize("contenu", [b"pas un zip", None])
def test_un_fichier_etranger_est_refuse_en_une_phrase(projet: Projet, tmp_path: Path, contenu: bytes | None) -> None:
    deck = tmp_path / "autre.pptx"
    if contenu is None:
        pptx.Presentation().save(str(deck))
    else:
        deck.write_bytes(contenu)
    with pytest.raises(DonneesRefusees):
        actualiser(deck, projet, Jeu.DEMONSTRATION, tmp_path / "x.pptx")


def test_deux_lignes_d_un_meme_theme_se_distinguent_dans_la_liste() -> None:
    themes = {"nom": ["Flux", "Flux", "Cotation"], "quoi": ["Reçus", "Atteint", "Service"], "n": [1.0, 2.0, 3.0]}
    colonnes = (Colonne("nom", "Thème"), Colonne("quoi", "Indicateur"), Colonne("n", "Nombre", "nombre"))
    avant = figure("themes", formes.Tableau(), themes, *colonnes)
    apres = dataclasses.replace(avant, donnees=avant.donnees.with_columns(n=pl.Series([1.0, 5.0, 4.0])))
    feuille = pptx.Presentation()
    diapositive = feuille.slides.add_slide(feuille.slide_layouts[6])
    zone = (0, 0, Inches(9), Inches(5))
    cadre = tableau.ajouter(diapositive.shapes, avant, zone, tableau.paginer(avant, zone)[0], "")
    assert tableau.actualiser(cadre, apres, lignes(apres)) == [
        "Flux, Atteint, Nombre : 2 → 5", "Cotation, Nombre : 3 → 4",
    ]
