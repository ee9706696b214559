"""La sortie publique : une édition finie où l'on plante une fuite est refusée, et celle en place ne bouge pas."""

import io
import json
import shutil
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import typst
import xlsxwriter
from conftest import NOM, RACINE, Magasin, figure
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from bilan import comite
from bilan.editions import bascule, kit, publication, site
from bilan.editions.atelier import Atelier
from bilan.editions.diaporama import actualiser
from bilan.editions.fiches.serie import Serie
from bilan.editions.publication import Parution
from bilan.editions.sortie import attendu_du_site, lire_approbations, refuser_les_fuites, textes_a_relire
from bilan.entrepot import fichiers
from bilan.entrepot.etats import EntrepotEtats, EtatPublie
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.runs import EntrepotRuns
from bilan.erreurs import CodeSortie, PublicationRefusee
from bilan.figures import formes
from bilan.figures.modele import Colonne
from bilan.projet import PUBLIC, Jeu, Projet
from bilan.secret.textes import textes_livres
from bilan.tables.mesure import Mesure

_COLONNES = ("Réservataire", "Taux (%)")
_LIGNE = ("Action Logement", 78.4)
_COLONNES_MASQUEES = (NOM, Colonne("taux", "Taux", "pourcent", "%", absence="absence"))
_MASQUEE = {"nom": ["État", "Action Logement"], "taux": [91.2, None], "absence": [None, "secret"]}


def _csv() -> bytes:
    return "Réservataire;Taux (%)\nAction Logement;78,4\n".encode()


def _parquet() -> bytes:
    tampon = io.BytesIO()
    pl.DataFrame({"Réservataire": ["Action Logement"], "taux": [78.4]}).write_parquet(tampon)
    return tampon.getvalue()


def _xlsx() -> bytes:
    tampon = io.BytesIO()
    classeur = xlsxwriter.Workbook(tampon)
    feuille = classeur.add_worksheet("flux-taux")
    feuille.write_row(0, 0, _COLONNES)
    feuille.write_row(1, 0, _LIGNE)
    classeur.close()
    return tampon.getvalue()


def _pptx() -> bytes:
    donnees, tampon, deck = CategoryChartData(), io.BytesIO(), Presentation()
    donnees.categories = [_LIGNE[0]]
    donnees.add_series(_COLONNES[1], [_LIGNE[1]])
    page = deck.slides.add_slide(deck.slide_layouts[6])
    page.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), donnees)
    deck.save(tampon)
    return tampon.getvalue()


def _deck_vide() -> bytes:
    tampon = io.BytesIO()
    Presentation().save(tampon)
    return tampon.getvalue()


def _ipynb() -> bytes:
    table = f"<table><tr><th>{_COLONNES[0]}</th><th>{_COLONNES[1]}</th></tr><tr><td>{_LIGNE[0]}</td><td>78,4</td></tr>"
    sortie = {"output_type": "display_data", "data": {"text/html": [f"{table}</table>"]}}
    return json.dumps({"cells": [{"cell_type": "code", "source": [], "outputs": [sortie]}]}).encode()


def _pdf(taux: str = "78,4") -> bytes:
    table = f"#table(columns: 2, [Réservataire], [Taux], [Action Logement], [{taux} %])"
    return typst.compile(table.encode(), format="pdf")


FUITES = {
    "flux-taux.csv": _csv,
    "flux-taux.parquet": _parquet,
    "flux-taux.xlsx": _xlsx,
    "flux.pptx": _pptx,
    "flux.ipynb": _ipynb,
    "flux.pdf": _pdf,
    "flux.html": "<p>À <b>Action Logement</b>, 78,4 %</p>".encode,
    "flux-taux.svg": '<svg aria-label="Action Logement : 78,4 %"></svg>'.encode,
    "flux.js": lambda: b'window.d=[{"nom": "Action Logement", "taux": 78.4}]',
    "courriel.txt": lambda: b"ecrire a jeanne.exemple@exemple.fr",
    "nir.txt": lambda: b"1 84 12 76 451 089 46",
    "telephone.txt": lambda: b"06 12 34 56 78",
    "bailleur.txt": "OPH Fictif des Calanques".encode,
    "siren.csv": lambda: b"territoire;valeur\n999000011;12\n",
    "alias.txt": lambda: b"13 HABITAT",
    "prive.txt": lambda: b"camille exemple",
    "libre.csv": "statut\nLe directeur est en congé\n".encode,
    "inconnu.bin": lambda: b"\x00",
}


@pytest.fixture
def publique(projet: Projet, magasin: Magasin, atelier: Atelier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Rend la publication du profil public, une première édition propre étant en place."""
    projet.referentiel.mkdir(parents=True, exist_ok=True)
    for chemin in (RACINE / "data" / "referentiel").iterdir():
        (projet.referentiel / chemin.name).symlink_to(chemin)
    projet.demonstration.mkdir(parents=True, exist_ok=True)
    shutil.copy(RACINE / "data" / "demonstration" / "bailleurs.csv", projet.demonstration / "bailleurs.csv")
    masquee = figure("flux-taux", formes.Barres("nom", "taux", "pourcent"), _MASQUEE, _COLONNES_MASQUEES)
    magasin.ecrire(Jeu.DEMONSTRATION, "30_flux", "flux", [masquee], titre="La gestion en flux")
    for jeu in Jeu:
        runs = EntrepotRuns(projet.entrepot, jeu)
        shutil.copy(runs.index, EntrepotRuns(projet.entrepot, jeu, PUBLIC).index)
    prive = tmp_path / "prive.txt"
    prive.write_text("Camille Exemple\n", encoding="utf-8")
    monkeypatch.setenv("BILAN_LISTE_PRIVEE", str(prive))
    public = replace(atelier, profil=PUBLIC, diapositives=lambda _edition, pages: dict.fromkeys(pages, _deck_vide()))
    parution = Parution(PUBLIC, atelier=public)

    def publier() -> None:
        publication.mettre_en_place(projet, lambda _dit: None, parution)

    publier()
    return publier


def test_les_deux_profils_se_publient_cote_a_cote(projet: Projet, publique, atelier: Atelier) -> None:
    en_place = bascule.courante(projet.reports, PUBLIC)
    assert en_place is not None and en_place.endswith("-public") and publication.profil_de(en_place) == PUBLIC
    publication.mettre_en_place(projet, lambda _dit: None, Parution(atelier=atelier))
    assert bascule.courante(projet.reports, PUBLIC) == en_place != bascule.courante(projet.reports)
    publication.retirer(projet, PUBLIC)
    assert bascule.courante(projet.reports, PUBLIC) is None and bascule.courante(projet.reports) is not None
    publication.publier(projet, en_place)
    assert bascule.courante(projet.reports, PUBLIC) == en_place


def test_chaque_fuite_plantee_dans_l_edition_finie_est_nommee(projet: Projet, publique, tmp_path: Path) -> None:
    finie, attendu = bascule.place(projet.reports, PUBLIC), attendu_du_site(projet, list(Jeu))
    refuser_les_fuites(finie, attendu)
    for nom, ecrire in FUITES.items():
        dossier = tmp_path / f"site-{nom}" / "demonstration" / "telechargements" / "flux"
        shutil.copytree(finie / "demonstration" / "telechargements" / "flux", dossier)
        (dossier / nom).write_bytes(ecrire())
        with pytest.raises(PublicationRefusee) as refus:
            refuser_les_fuites(tmp_path / f"site-{nom}", attendu)
        assert f"telechargements/flux/{nom}" in refus.value.message
        if "flux" in nom:
            assert "figure flux-taux, Action Logement" in refus.value.message, nom


def test_une_fuite_laisse_l_edition_en_place(projet: Projet, publique, monkeypatch: pytest.MonkeyPatch) -> None:
    avant, construire = bascule.courante(projet.reports, PUBLIC), site.construire

    def avec_fuite(projet, jeux, destination, *reste):
        bilan = construire(projet, jeux, destination, *reste)
        (destination / "demonstration" / "telechargements" / "flux" / "flux-taux.csv").write_bytes(_csv())
        return bilan

    monkeypatch.setattr(site, "construire", avec_fuite)
    (projet.entrepot / "site-public.json").unlink()
    with pytest.raises(PublicationRefusee, match="figure flux-taux, Action Logement") as refus:
        publique()
    assert refus.value.code_sortie == CodeSortie.PUBLICATION_REFUSEE
    assert bascule.courante(projet.reports, PUBLIC) == avant and publication.versions(projet.reports) == [avant]


def test_une_fiche_demandee_seule_passe_aussi_la_barriere(
    projet: Projet, publique, magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    fabrique = kit.Fabrique.ouvrir(projet, Jeu.DEMONSTRATION, profil=PUBLIC)

    def imprimer(_serie, dossier: Path, _sirens=()) -> list[Path]:
        (dossier / "epci").mkdir(parents=True)
        (dossier / "epci" / "200054807.pdf").write_bytes(_pdf("55,5"))
        return [dossier / "epci" / "200054807.pdf"]

    monkeypatch.setattr(Serie, "imprimer", imprimer)
    with pytest.raises(PublicationRefusee, match="figure flux-taux, Action Logement"):
        fabrique.fiches(["200054807"])
    assert not list((fabrique.dossier).rglob("*.pdf"))


def test_un_diaporama_repris_passe_aussi_la_barriere(projet: Projet, publique, tmp_path: Path) -> None:
    """Le diaporama interne que l'on actualise au profil public garde ce que des gens y ont écrit."""
    shutil.copy(RACINE / "copil.toml", projet.racine / "copil.toml")
    deck = Presentation()
    page = deck.slides.add_slide(deck.slide_layouts[5])
    page.shapes.add_textbox(0, 0, Inches(3), Inches(1)).name = "bilan:flux-taux"
    page.shapes.title.text_frame.text = "Action Logement : 78,4 %"
    deck.save(tmp_path / "interne.pptx")
    with pytest.raises(PublicationRefusee, match="figure flux-taux, Action Logement"):
        actualiser(tmp_path / "interne.pptx", projet, Jeu.DEMONSTRATION, tmp_path / "public.pptx", PUBLIC)
    assert [c.name for c in tmp_path.glob("public*")] == []


def test_l_edition_d_un_comite_passe_aussi_la_barriere(
    projet: Projet, publique, magasin: Magasin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Refusée, elle n'écrit rien ; acceptée, elle compte parmi ce que le public connaît."""
    barres = figure("flux-taux", formes.Barres("nom", "taux", "pourcent"), _MASQUEE, _COLONNES_MASQUEES)
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [barres])
    shutil.copy(EntrepotRuns(projet.entrepot, Jeu.REEL).index, EntrepotRuns(projet.entrepot, Jeu.REEL, PUBLIC).index)
    EntrepotMesures(projet.entrepot, Jeu.REEL, PUBLIC).ecrire(Mesure.create_empty())
    etat = EtatPublie("reel", "2024", "2024-12-31", 2026, "e", {})
    fichiers.ecrire_json(projet.entrepot / Jeu.REEL / "etat.json", asdict(etat))
    monkeypatch.setattr(comite, "_refaire", lambda *_reste: nullcontext(projet))
    voulu, versee = comite.Comite("2024", date(2024, 12, 31), PUBLIC), projet.reports / "publies" / "copil"
    for taux, refuse in (("55,5", True), ("s", False)):
        monkeypatch.setattr(comite, "_pieces", lambda _p, _e, ou, t=taux: (ou / "synthese.pdf").write_bytes(_pdf(t)))
        with pytest.raises(PublicationRefusee, match=r"synthese\.pdf.*flux-taux") if refuse else nullcontext():
            comite.editer(projet, voulu, versee, lambda _dit: None)
        assert versee.exists() != refuse
    assert {p.name for p in versee.iterdir()} == {"synthese.pdf", "figures.json", "etat-public"}
    connus = EntrepotEtats(projet, Jeu.REEL, PUBLIC).tous()
    assert [(e.edition, e.etat) for e in connus] == [("copil", etat), ("", etat)]


def test_un_texte_libre_ou_un_commentaire_ne_sort_qu_approuve(projet: Projet, publique) -> None:
    table = {"texte": ["Un avis écrit à la main"], "effet": [None]}
    livres = textes_livres({"chronologie": pl.DataFrame(table, dict.fromkeys(table, pl.String))})
    assert livres == {"Un avis écrit à la main"}
    finie, attendu = bascule.place(projet.reports, PUBLIC), attendu_du_site(projet, list(Jeu))
    page = finie / "demonstration" / "avis.html"
    page.write_text("<p>Lu : un avis <b>écrit à la main</b>.</p>", encoding="utf-8")
    with pytest.raises(PublicationRefusee, match="un avis ecrit a la main"):
        refuser_les_fuites(finie, replace(attendu, textes=tuple(lire_approbations(projet).retenus(livres))))
    approbations = lire_approbations(projet).avec(livres, "chargée de mission", date(2025, 3, 31))
    (projet.racine / "data" / "approbations.csv").write_bytes(approbations.en_csv())
    refuser_les_fuites(finie, replace(attendu, textes=tuple(lire_approbations(projet).retenus(livres))))
    (projet.racine / "commentaires").mkdir()
    entete = 'jeu = "demonstration"\nrole = "analyste"\ndate = 2025-03-31\n\n[figures]\nflux-taux = ""'
    (projet.racine / "commentaires" / "note.md").write_text(f"+++\n{entete}\n+++\nUne note.\n", encoding="utf-8")
    with pytest.raises(PublicationRefusee, match="commentaire sans approbation"):
        attendu_du_site(projet, list(Jeu))
    assert textes_a_relire(projet) == ["Une note."]


def test_sans_sa_liste_privee_rien_ne_sort(projet: Projet, publique, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILAN_LISTE_PRIVEE", "liste-perdue.txt")
    (projet.entrepot / "site-public.json").unlink()
    with pytest.raises(PublicationRefusee, match="liste-perdue"):
        publique()
