"""L'annexe XLSX, relue par openpyxl : ce qu'un tableur y trouve, et que ses nombres sont ceux des figures."""

import dataclasses
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from conftest import EPCI, Magasin, barres, figure
from openpyxl.worksheet.worksheet import Worksheet

from bilan.editions.annexe import LISEZ_MOI, SOMMAIRE, Dossier, ecrire_annexe, entetes, noms_des_feuilles
from bilan.editions.annuaire import Annuaire
from bilan.editions.executions import Edition, lire_edition
from bilan.editions.textes import Textes
from bilan.figures import formes, tableau
from bilan.figures.modele import Colonne
from bilan.projet import Jeu, Projet

ETRANGE = "=cmd|' /C calc'!A0"


def _table_complete() -> object:
    """Une figure dont chaque colonne a son format, un code à zéro de tête, une formule hostile et trois absences."""
    donnees = {
        "code": ["04", "06", "13"], "annee": [2023, 2024, 2025], "nom": [ETRANGE, "Nice", "https://exemple.fr"],
        "n": [12098, None, 7], "part": [60.88, None, 33.333333], "ecart": [-3.25, 0.0, None],
        "jour": [date(2024, 2, 8), None, date(2025, 1, 1)], "absence": [None, "secret", None],
        "raison": [None, None, "sans_objet"],
    }
    colonnes = (
        Colonne("code", "Département"), Colonne("annee", "Année"), Colonne("nom", "Nom"),
        Colonne("n", "Attribués", "nombre", "logements", "absence"), Colonne("part", "Attribués", "pourcent"),
        Colonne("ecart", "Écart", "points", absence="raison"), Colonne("jour", "Date", "date"),
    )
    return figure("table-complete", formes.Tableau(), donnees, colonnes)


@pytest.fixture
def edition(projet: Projet, magasin: Magasin) -> Edition:
    plein = barres("flux-vide", vide="Aucun bilan n'a été transmis.")
    vide = dataclasses.replace(plein, donnees=plein.donnees.clear())
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [_table_complete(), vide], titre="Le flux")
    magasin.ecrire(Jeu.REEL, "31_conventions", "conventions", [barres("cotation-barres")], titre="Les conventions")
    for rang, epci in enumerate(EPCI[:3]):
        flux = dataclasses.replace(barres("fiche-flux"), sous_titre=f"Part des attributions, {epci.nom}")
        flux = dataclasses.replace(flux, donnees=flux.donnees.with_columns(taux=flux.donnees["taux"] + rang))
        magasin.ecrire(Jeu.REEL, "70_fiche_epci", f"epci/{epci.siren}", [flux], territoire=epci.siren, titre=epci.nom)
    return lire_edition(projet, Jeu.REEL)


def _dossier(projet: Projet, edition: Edition) -> Dossier:
    textes = Textes.lire(projet.gabarits_du_site)
    return Dossier(edition, Annuaire("Provence-Alpes-Côte d'Azur", EPCI), textes, projet.collection.contact)


@pytest.fixture
def classeur(projet: Projet, edition: Edition, tmp_path: Path) -> openpyxl.Workbook:
    ecrire_annexe(_dossier(projet, edition), tmp_path / "annexe.xlsx")
    return openpyxl.load_workbook(tmp_path / "annexe.xlsx")


def _lignes(feuille: Worksheet) -> list[list[object]]:
    (table,) = feuille.tables.values()
    return [[cellule.value for cellule in ligne] for ligne in feuille[table.ref]]


def test_chaque_figure_a_sa_feuille_et_le_sommaire_y_mene(classeur: openpyxl.Workbook) -> None:
    assert classeur.sheetnames[:2] == [LISEZ_MOI, SOMMAIRE]
    figures = classeur.sheetnames[2:]
    assert {"cotation-carte", "cotation-barres", "table-complete", "flux-vide", "fiche-flux"} <= set(figures)
    assert all(nom.isascii() and len(nom) <= 31 for nom in figures) and len(set(figures)) == len(figures)
    liens = [c.hyperlink.location for (c,) in classeur[SOMMAIRE]["A4:A20"] if c.hyperlink]
    assert liens == [f"'{nom}'!A1" for nom in figures]


def test_une_figure_montree_par_deux_pages_n_a_qu_une_feuille(classeur: openpyxl.Workbook) -> None:
    sommaire = {ligne[0]: ligne for ligne in _lignes(classeur[SOMMAIRE])}
    assert sommaire["cotation-barres"][3] == "La cotation ; Les conventions"


def test_un_nombre_est_un_nombre_un_code_est_un_texte_une_absence_est_son_signe(classeur: openpyxl.Workbook) -> None:
    feuille = classeur["table-complete"]
    assert _lignes(feuille) == [
        ["Département", "Année", "Nom", "Attribués (logements)", "Attribués (%)", "Écart (points)", "Date"],
        ["04", "2023", ETRANGE, 12098, 60.88, -3.25, feuille["G6"].value],
        ["06", "2024", "Nice", "s", "n.d.", 0, "n.d."],
        ["13", "2025", "https://exemple.fr", 7, 33.333333, "///", feuille["G8"].value],
    ]
    assert feuille["G6"].value.date() == date(2024, 2, 8) and feuille["G6"].number_format == "dd/mm/yyyy"
    assert (feuille["D6"].number_format, feuille["E6"].number_format) == ("#,##0", "0.0")
    assert feuille["C6"].data_type == "s" and feuille["C8"].hyperlink is None and feuille["A6"].number_format == "@"


def test_tous_les_nombres_de_l_annexe_sont_ceux_des_figures(classeur: openpyxl.Workbook, edition: Edition) -> None:
    compares = 0
    for execution in edition.pages:
        for fig in execution.figures.values():
            if fig.donnees.is_empty():
                continue
            ecrites = _lignes(classeur[fig.id])[1:]
            for rang, colonne in enumerate(fig.colonnes):
                if tableau.est_numerique(colonne):
                    attendues = [v for v in fig.donnees[colonne.nom].to_list() if v is not None]
                    assert [x for ligne in ecrites if isinstance(x := ligne[rang], int | float)] == attendues
                    compares += len(attendues)
    assert compares > 10


def test_les_fiches_sont_reunies_epci_par_epci(classeur: openpyxl.Workbook) -> None:
    lignes = _lignes(classeur["fiche-flux"])
    assert lignes[0] == ["SIREN de l'EPCI", "Nom de l'EPCI", "EPCI", "Taux (%)"]
    assert [ligne[3] for ligne in lignes[1:] if ligne[2] == "État"] == [91.2, 92.2, 93.2]
    assert lignes[1][:2] == [EPCI[0].siren, EPCI[0].nom]
    assert classeur["fiche-flux"]["A1"].value == "Part des attributions"


def test_une_figure_vide_dit_pourquoi_au_lieu_d_une_table(classeur: openpyxl.Workbook) -> None:
    assert classeur["flux-vide"]["A5"].value == "Aucun bilan n'a été transmis."
    assert not classeur["flux-vide"].tables


def test_la_presentation_donne_champ_sources_signes_date_et_licence(classeur: openpyxl.Workbook) -> None:
    texte = " ".join(str(c.value) for ligne in classeur[LISEZ_MOI].iter_rows() for c in ligne if c.value)
    for attendu in ("Provence-Alpes-Côte d'Azur", "31 décembre 2025", "Licence Ouverte 2.0", "n.d. : non disponible",
                    "/// : sans objet", "s : masqué", "DREAL, remontées des EPCI"):
        assert attendu in texte


def test_les_feuilles_se_lisent_et_s_impriment_sans_cellule_fusionnee(classeur: openpyxl.Workbook) -> None:
    feuille = classeur["table-complete"]
    assert feuille.freeze_panes == "B6" and feuille.print_title_rows == "$5:$5"
    assert not any(f.merged_cells.ranges for f in classeur.worksheets)
    assert feuille["A5"].font.name == "Arial"


def test_un_texte_replie_se_lit_en_entier_et_un_titre_est_du_cote_de_ses_nombres(classeur: openpyxl.Workbook) -> None:
    presentation = classeur[LISEZ_MOI]
    longues = [c.row for c in presentation["B"] if len(str(c.value or "")) > 110]
    assert longues and all(presentation.row_dimensions[ligne].height >= 26 for ligne in longues)
    cotes = {c.value: c.alignment.horizontal for c in classeur["table-complete"][5]}
    assert (cotes["Nom"], cotes["Attribués (logements)"]) == ("left", "right")


def test_les_donnees_fictives_sont_dites_sur_chaque_feuille(projet: Projet, magasin: Magasin, tmp_path: Path) -> None:
    ecrire_annexe(_dossier(projet, lire_edition(projet, Jeu.DEMONSTRATION)), tmp_path / "a.xlsx")
    classeur = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert all("fictives" in f["A3"].value for f in classeur.worksheets[2:])
    assert all("fictives" in f.oddFooter.left.text for f in classeur.worksheets)


def test_deux_identifiants_longs_gardent_deux_noms_de_feuille() -> None:
    noms = noms_des_feuilles(["a" * 40, "a" * 41, "a" * 31])
    assert len(set(noms)) == 3 and all(len(nom) <= 31 for nom in noms)


def test_deux_colonnes_du_meme_titre_restent_deux_colonnes() -> None:
    assert entetes((Colonne("a", "Part", "pourcent"), Colonne("b", "PART", "pourcent"))) == ["Part (%)", "PART 2"]
