"""Les fiches PDF, relues par pypdf : pages exactes, texte, balises, polices, données fictives."""

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import EPCI, RACINE, Magasin, barres, carte, chiffre, tableau
from pypdf import PdfReader

from bilan.editions.annuaire import Annuaire
from bilan.editions.atelier import Atelier
from bilan.editions.executions import lire_edition
from bilan.editions.fiches.contenu import insecables
from bilan.editions.fiches.plan import DOSSIER, Plan
from bilan.editions.fiches.serie import SYNTHESE, Serie
from bilan.erreurs import DonneesRefusees, ErreurUsage, PublicationRefusee
from bilan.projet import Jeu, Projet

AIX = EPCI[0]


@pytest.fixture
def serie(projet: Projet, atelier: Atelier, magasin: Magasin) -> Serie:
    """Série fictive : deux fiches, l'une sans flux connu, et la synthèse."""
    shutil.copytree(RACINE / "reports" / DOSSIER, projet.reports / DOSSIER)
    jeu = Jeu.DEMONSTRATION
    magasin.ecrire(jeu, "90_copil", "copil", [chiffre("chiffre-e5"), chiffre("chiffre-v1"),
                                              tableau("copil-tableau-de-bord")], titre="Synthèse")
    magasin.ecrire(jeu, "20_cotation", "cotation", [barres("cotation-groupes"), carte("cotation-carte-etats")])
    magasin.ecrire(jeu, "50_production", "production", [barres("production-annees")])
    situation = [tableau("fiche-chiffres"), carte("fiche-situation")]
    flux = [tableau("fiche-etapes"), barres("fiche-parts"), barres("fiche-repere", maturite="provisoire")]
    magasin.ecrire(jeu, "70_fiche_epci", f"epci/{AIX.siren}", [*situation, *flux], territoire=AIX.siren, titre=AIX.nom)
    magasin.ecrire(jeu, "70_fiche_epci", f"epci/{EPCI[1].siren}", situation, territoire=EPCI[1].siren,
                   titre=EPCI[1].nom)
    annuaire = Annuaire("Provence-Alpes-Côte d'Azur", EPCI)
    return Serie(lire_edition(projet, jeu), annuaire, atelier.textes, atelier.imageries[jeu], projet.reports / DOSSIER)


def _texte(page: object) -> str:
    return " ".join(page.extract_text().replace("\u202f", " ").replace("\u00a0", " ").split())


def _lire(serie: Serie, dossier: Path, siren: str = AIX.siren) -> PdfReader:
    (chemin,) = serie.imprimer(dossier, (siren,))
    return PdfReader(chemin)


def test_une_fiche_a_deux_pages_et_la_synthese_quatre(serie: Serie, tmp_path: Path) -> None:
    ecrits = serie.imprimer(tmp_path)
    assert [e.relative_to(tmp_path).as_posix() for e in ecrits] == [
        SYNTHESE, *(f"epci/{e.siren}.pdf" for e in EPCI if e.siren in (AIX.siren, EPCI[1].siren))
    ]
    assert [len(PdfReader(e).pages) for e in ecrits] == [4, 2, 2]


def test_une_fiche_dit_l_epci_ses_figures_et_ce_qu_il_faut_en_savoir(serie: Serie, tmp_path: Path) -> None:
    une, deux = map(_texte, _lire(serie, tmp_path).pages)
    assert AIX.nom in une and "départements 13, 83, 84" in une and "EPCI soumis à la réforme" in une
    for attendu in ("Annoncé", "31", "Champ : EPCI soumis", "Source : DREAL", "Lecture : à Nice, 62,5 %"):
        assert attendu in une
    assert "Ce que reçoit chaque réservataire" in deux and "données connues le 31 mars 2025" in deux.lower()


def test_les_donnees_fictives_sont_dites_sur_chaque_page_et_chaque_image(serie: Serie, tmp_path: Path) -> None:
    for pdf in serie.imprimer(tmp_path):
        for page in PdfReader(pdf).pages:
            assert "DONNÉES FICTIVES" in _texte(page) and "Ne pas citer" in _texte(page)
    assert _texte(_lire(serie, tmp_path).pages[1]).count("Données fictives") >= 2


def test_un_document_de_travail_le_dit_sur_chaque_page_et_une_edition_publiee_nulle_part(
    serie: Serie, tmp_path: Path
) -> None:
    travail = dataclasses.replace(serie, document_de_travail=True)
    assert all("Document de travail" in _texte(page) for page in _lire(travail, tmp_path).pages)
    assert not any("Document de travail" in _texte(page) for page in _lire(serie, tmp_path).pages)


def test_le_pdf_est_balise_en_francais_ses_images_ont_un_texte_et_ses_polices_sont_jointes(
    serie: Serie, tmp_path: Path
) -> None:
    pdf = _lire(serie, tmp_path)
    racine = pdf.trailer["/Root"]
    assert racine["/MarkInfo"]["/Marked"] and racine["/Lang"].startswith("fr") and "/StructTreeRoot" in racine
    assert "pdfuaid:part" in racine["/Metadata"].get_data().decode() and AIX.nom in pdf.metadata.title
    balises = _balises(racine["/StructTreeRoot"])
    figures = [b for b in balises if b.get("/S") == "/Figure"]
    assert len(figures) == 3 and all("Diagramme de la figure" in b["/Alt"] for b in figures)
    genres = {b.get("/S") for b in balises}
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD"} <= genres
    for page in pdf.pages:
        for police in page["/Resources"]["/Font"].values():
            (descendante,) = police.get_object()["/DescendantFonts"]
            descripteur = descendante.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descripteur)


def _balises(noeud: object) -> list[object]:
    noeud = noeud.get_object() if hasattr(noeud, "get_object") else noeud
    if isinstance(noeud, list):
        return [b for enfant in noeud for b in _balises(enfant)]
    if not hasattr(noeud, "get"):
        return []
    return [noeud, *(_balises(noeud["/K"]) if "/K" in noeud else [])]


def test_les_images_restent_vectorielles(serie: Serie, tmp_path: Path) -> None:
    for page in _lire(serie, tmp_path).pages:
        assert list(page.images) == []


def test_sans_flux_connu_la_seconde_page_donne_la_region(serie: Serie, tmp_path: Path) -> None:
    deux = _texte(_lire(serie, tmp_path, EPCI[1].siren).pages[1])
    assert "La région, pour repère" in deux and "Ce que reçoit chaque réservataire" not in deux


def test_un_long_tableau_rapetisse_la_page_plutot_que_d_en_ajouter_une(
    serie: Serie, magasin: Magasin, tmp_path: Path
) -> None:
    assert len(_lire(_avec_lignes(serie, magasin, 36), tmp_path).pages) == 2


def test_une_page_qui_deborde_meme_en_petit_est_refusee_et_rien_n_est_ecrit(
    serie: Serie, magasin: Magasin, tmp_path: Path
) -> None:
    with pytest.raises(PublicationRefusee, match=r"« L'EPCI et la réforme » déborde.*retirez-lui une figure"):
        _avec_lignes(serie, magasin, 300).imprimer(tmp_path, (AIX.siren,))
    assert not list(tmp_path.rglob("*.pdf"))


def _avec_lignes(serie: Serie, magasin: Magasin, lignes: int) -> Serie:
    court = tableau("fiche-chiffres")
    long = dataclasses.replace(court, donnees=court.donnees.sample(lignes, with_replacement=True, seed=1))
    magasin.ecrire(Jeu.DEMONSTRATION, "70_fiche_epci", f"epci/{AIX.siren}", [long, carte("fiche-situation"),
                   tableau("fiche-etapes")], territoire=AIX.siren, titre=AIX.nom)
    return dataclasses.replace(serie, edition=lire_edition(magasin.projet, Jeu.DEMONSTRATION))


def test_un_siren_sans_fiche_est_refuse(serie: Serie, tmp_path: Path) -> None:
    with pytest.raises(ErreurUsage, match="200054808"):
        serie.imprimer(tmp_path, ("200054808",))


def test_un_plan_abime_est_refuse_en_nommant_le_fichier(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("[epci", encoding="utf-8")
    with pytest.raises(DonneesRefusees, match=r"plan\.toml"):
        Plan.lire(tmp_path)


def test_un_gabarit_fautif_est_refuse_en_le_nommant(serie: Serie, tmp_path: Path) -> None:
    (serie.gabarits / "epci.typ").write_text("#inconnu", encoding="utf-8")
    with pytest.raises(PublicationRefusee, match=r"epci\.typ"):
        serie.imprimer(tmp_path, (AIX.siren,))


def test_la_ponctuation_haute_ne_se_separe_pas_de_son_mot() -> None:
    assert insecables("Champ : « 45 % » ; oui") == "Champ\u00a0: «\u00a045\u202f%\u00a0»\u202f; oui"


def test_un_lecteur_de_pdf_independant_voit_un_a4_balise(serie: Serie, tmp_path: Path) -> None:
    pdfinfo = shutil.which("pdfinfo")
    if pdfinfo is None:
        pytest.skip("pdfinfo manque : installez poppler-utils pour faire relire les PDF par un autre programme.")
    (chemin,) = serie.imprimer(tmp_path, (AIX.siren,))
    dit = subprocess.run([pdfinfo, str(chemin)], capture_output=True, text=True, check=True).stdout
    lu = {cle.strip(): valeur.strip() for cle, _, valeur in (ligne.partition(":") for ligne in dit.splitlines())}
    assert (lu["Pages"], lu["Tagged"], "A4" in lu["Page size"]) == ("2", "yes", True)


def test_le_plan_livre_ne_cite_aucune_figure_deux_fois_dans_un_document() -> None:
    plan = Plan.lire(RACINE / "reports" / DOSSIER)
    for document in (plan.epci, plan.synthese):
        citees = [figure for page in document.pages for figure in page.figures]
        assert len(citees) == len(set(citees))
    assert (len(plan.epci.pages), len(plan.synthese.pages)) == (2, 4)
