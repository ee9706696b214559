"""Le site construit : ce qu'une personne y trouve, page par page."""

import dataclasses
import json
import re
from functools import partial
from pathlib import Path

import pytest
from conftest import EPCI, Magasin, barres, carte, chiffre, tableau

from bilan.editions.atelier import Atelier
from bilan.editions.controles import controler
from bilan.editions.executions import Edition
from bilan.editions.pieces import Piece
from bilan.editions.site import construire
from bilan.erreurs import DonneesRefusees
from bilan.projet import Jeu, Projet


def lire(site: Path, page: str) -> str:
    return (site / page).read_text(encoding="utf-8")


def texte(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_l_entree_separe_les_deux_editions(site: Path) -> None:
    entree = lire(site, "index.html")
    assert 'href="reel/index.html">Chiffres publiés' in entree
    assert 'href="demonstration/index.html">Année de démonstration' in entree
    assert entree.count("Données fictives") == 1


def test_l_edition_donne_ses_pieces_et_chaque_page_ses_diapositives(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    pieces = [Piece("Annexe des figures", "annexe.xlsx", lambda: b"PK annexe")]
    construire(projet, [Jeu.REEL, Jeu.DEMONSTRATION], site, dataclasses.replace(atelier, pieces=lambda _e: pieces))
    assert 'href="telechargements/annexe.xlsx" download>Annexe des figures' in lire(site, "reel/index.html")
    assert (site / "reel/telechargements/annexe.xlsx").read_bytes() == b"PK annexe"
    assert controler(site) == []
    assert 'href="telechargements/cotation/cotation.pptx" download' in lire(site, "reel/cotation.html")
    assert ".pptx" not in lire(site, "demonstration/epci/200054807.html")


def test_un_mot_du_glossaire_employe_par_une_figure_y_mene(site: Path) -> None:
    assert 'href="../glossaire.html#s-epci-soumis">EPCI soumis</a>' in lire(site, "demonstration/epci/200054807.html")


def test_les_pages_de_chaque_edition_sont_la(site: Path) -> None:
    pages = {p.relative_to(site).as_posix() for p in site.rglob("*.html")}
    communes = {"index", "epci/index", "glossaire", "accessibilite", "mentions"}
    reel = {f"reel/{nom}.html" for nom in communes | {"cotation", "mobilisation"}}
    fiches = {f"epci/{e.siren}" for e in EPCI[:2]}
    demonstration = {f"demonstration/{nom}.html" for nom in communes | fiches | {"copil", "flux"}}
    assert pages == reel | demonstration | {"index.html"}


def test_une_figure_porte_titre_lecture_champ_source_table_et_fichiers(site: Path) -> None:
    page = lire(site, "reel/cotation.html")
    figure = page[page.index('id="fig-cotation-barres"') :]
    lu = texte(figure)
    assert "Figure 2 — Quatre EPCI sur dix" in lu
    assert "Lecture : à Nice, 62,5" in lu
    assert "Champ : EPCI soumis" in lu
    assert "Source : DREAL" in lu
    assert "Données de la figure 2" in lu
    assert '<td class="n">91,2\u202f%</td>' in figure
    assert '<td class="n">n.d.</td>' in figure
    for suffixe in ("csv", "svg", "png"):
        assert f'href="telechargements/cotation/cotation-barres.{suffixe}" download' in figure
        assert (site / f"reel/telechargements/cotation/cotation-barres.{suffixe}").stat().st_size > 0


def test_les_figures_suivent_l_ordre_du_carnet(site: Path) -> None:
    page = lire(site, "reel/cotation.html")
    assert re.findall(r'<figure class="figure" id="fig-([a-z-]+)"', page) == ["cotation-carte", "cotation-barres"]


def test_les_chiffres_cles_se_groupent_et_ne_comptent_pas_parmi_les_figures(site: Path) -> None:
    page = lire(site, "demonstration/copil.html")
    assert page.count('<ul class="chiffres">') == 1
    assert page.count('<li class="chiffre"') == 2
    assert "Figure 1 — " in texte(page)
    assert "Figure 2" not in texte(page)


def test_le_csv_a_les_lignes_de_la_table(site: Path) -> None:
    csv = (site / "reel/telechargements/cotation/cotation-barres.csv").read_text(encoding="utf-8-sig").splitlines()
    assert csv[1:] == ["État;91,2", "Action Logement;78,4", "Communes;n.d."]


def test_un_tableau_se_lit_sans_image_ni_repli(site: Path) -> None:
    page = lire(site, "reel/mobilisation.html")
    assert "<svg" not in page
    assert page.index("<table>") < page.index("Lecture\u00a0:")


def test_la_carte_mene_aux_fiches_qui_existent(site: Path) -> None:
    page = lire(site, "demonstration/copil.html")
    carte = page[page.index("<svg") : page.index("</svg>")]
    assert set(re.findall(r'href="epci/(\d+)\.html"', carte)) == {e.siren for e in EPCI[:2]}
    assert 'role="group"' in carte
    assert 'href="epci/200067825.html">CA Gap-Tallard-Durance' in page


def test_la_page_dit_d_ou_elle_vient(site: Path) -> None:
    lu = texte(lire(site, "demonstration/epci/200067825.html"))
    for attendu in ("70_fiche_epci-epci-200067825-0f3a", "a1b2c3d", "année 2024", "31 mars 2025",
                    "Licence Ouverte 2.0 (Etalab)", "la boîte fonctionnelle du service éditeur",
                    "Accessibilité : non audité"):
        assert attendu in lu


def test_la_fiche_mene_a_ses_voisines_et_se_situe(site: Path) -> None:
    fiche = lire(site, "demonstration/epci/200067825.html")
    assert 'href="200054807.html" rel="prev"' in fiche
    assert "Communauté d'agglomération · Départements 05, 04 · EPCI soumis à la réforme" in fiche.replace("&#39;", "'")


def test_toute_page_fictive_porte_son_bandeau_et_aucune_page_reelle(site: Path) -> None:
    for page in (site / "demonstration").rglob("*.html"):
        assert 'class="bandeau bandeau-fictif"' in page.read_text(encoding="utf-8"), page
    for page in (site / "reel").rglob("*.html"):
        assert "bandeau-fictif" not in page.read_text(encoding="utf-8"), page


def test_l_accueil_reprend_les_chiffres_cles_et_la_carte(site: Path) -> None:
    accueil = lire(site, "demonstration/index.html")
    assert accueil.count('<li class="chiffre"') == 2
    assert 'href="copil.html#fig-chiffre-cotation"' in accueil
    assert 'href="telechargements/copil/copil-carte.png"' in accueil


def test_la_recherche_trouve_un_epci_par_une_commune_sans_accent(site: Path) -> None:
    script = lire(site, "demonstration/recherche.js")
    entrees = json.loads(script.removeprefix("window.__BILAN__=").rstrip(";\n"))["entrees"]
    trouves = [e["u"] for e in entrees if "aix en provence" in e["m"]]
    assert trouves == ["epci/200054807.html"]


def test_l_index_des_epci_les_nomme_tous_et_ne_lie_que_les_fiches_faites(site: Path) -> None:
    index = lire(site, "demonstration/epci/index.html")
    assert len(re.findall(r'<th scope="row">', index)) == len(EPCI)
    assert re.findall(r'<a href="(\d+)\.html">', index) == ["200054807", "200067825"]
    assert "3 sont soumis" in texte(index)


def test_le_carnet_en_echec_a_sa_page_et_situe_la_cellule(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    magasin.ecrire(Jeu.REEL, "50_production", "production", [tableau("production-total")], statut="echec",
                   echec={"cellule": 5, "source": "carnet.mesures('P9')", "message": "La mesure « P9 » est inconnue."})
    bilan = construire(projet, [Jeu.REEL], tmp_path / "site", atelier)
    page = lire(tmp_path / "site", "reel/production.html")
    lu = texte(page).replace("&#39;", "'")
    assert "Le carnet « 50_production » s'est arrêté à la cellule 5" in lu
    assert "La mesure « P9 » est inconnue." in lu
    assert "carnet.mesures('P9')" in lu
    assert 'id="fig-production-total"' in page
    assert "Page incomplète" in texte(lire(tmp_path / "site", "reel/index.html"))
    assert bilan.echecs == ["production"]


def test_une_figure_sans_ligne_dit_pourquoi(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    figure = barres("flux-vide")
    figure = dataclasses.replace(figure, donnees=figure.donnees.clear(), vide="Aucun bailleur n'a encore transmis.")
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [figure])
    construire(projet, [Jeu.REEL], tmp_path / "site", atelier)
    page = lire(tmp_path / "site", "reel/flux.html").replace("&#39;", "'")
    assert '<p class="vide">Aucun bailleur n\'a encore transmis.</p>' in page
    assert "<svg" not in page


def test_les_memes_executions_donnent_le_meme_site_octet_pour_octet(
    projet: Projet, magasin: Magasin, site: Path, atelier: Atelier, tmp_path: Path
) -> None:
    construire(projet, [Jeu.REEL, Jeu.DEMONSTRATION], tmp_path / "bis", atelier)
    contenus = [
        {p.relative_to(racine): p.read_bytes() for p in sorted(racine.rglob("*")) if p.is_file()}
        for racine in (site, tmp_path / "bis")
    ]
    assert contenus[0] == contenus[1]


def test_un_script_dans_un_nom_ou_un_carnet_reste_du_texte(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    piege = "<script>alert(1)</script>"
    figure = barres("flux-piege", titre=f"Titre {piege}", lecture=f"Lecture {piege}", alt=f"Alt {piege}")
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [chiffre(), figure], titre=f"Flux {piege}")
    construire(projet, [Jeu.REEL], tmp_path / "site", atelier)
    for page in (tmp_path / "site").rglob("*.html"):
        contenu = re.sub(r"<svg.*?</svg>", "", page.read_text(encoding="utf-8"), flags=re.S)
        assert "<script>" not in contenu, page
    assert "<script" not in lire(tmp_path / "site", "reel/recherche.js")


def test_le_document_de_travail_le_dit_sur_chaque_page(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    construire(projet, [Jeu.REEL], tmp_path / "site", atelier, document_de_travail=True)
    for page in (tmp_path / "site").rglob("*.html"):
        assert "<strong>Document de travail.</strong>" in page.read_text(encoding="utf-8"), page


def test_un_jeu_jamais_execute_se_refuse_en_disant_quoi_faire(projet: Projet, atelier: Atelier, tmp_path: Path) -> None:
    with pytest.raises(DonneesRefusees, match="bilan executer"):
        construire(projet, [Jeu.REEL], tmp_path / "site", atelier)


def test_une_figure_perdue_nomme_son_carnet(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    run = magasin.ecrire(Jeu.REEL, "30_flux", "flux", [barres()])
    (projet.entrepot / "reel" / "runs" / run.cle / "figures" / "flux-atteinte.json").unlink()
    with pytest.raises(DonneesRefusees, match="30_flux"):
        construire(projet, [Jeu.REEL], tmp_path / "site", atelier)


@pytest.mark.parametrize("chemin", ["../evasion", "a/b/c", "Page", "epci/../../x"])
def test_un_chemin_de_page_hors_de_l_edition_est_refuse(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path, chemin: str
) -> None:
    magasin.ecrire(Jeu.REEL, "30_flux", chemin, [barres()], cle="x1")
    with pytest.raises(DonneesRefusees, match="chemin de page"):
        construire(projet, [Jeu.REEL], tmp_path / "site", atelier)


def test_une_page_trop_chargee_met_ses_images_lourdes_a_part(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bilan.editions import composition

    monkeypatch.setattr(composition, "IMAGES_INSCRITES", 10)
    monkeypatch.setattr(composition, "IMAGE_LOURDE", 10)
    construire(projet, [Jeu.REEL], tmp_path / "site", atelier)
    page = lire(tmp_path / "site", "reel/cotation.html")
    assert 'src="telechargements/cotation/cotation-barres.page.svg" alt="Diagramme de la figure' in page
    svg = lire(tmp_path / "site", "reel/telechargements/cotation/cotation-barres.page.svg")
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert controler(tmp_path / "site") == []


def test_un_signe_double_ne_commence_jamais_une_ligne(site: Path) -> None:
    page = lire(site, "reel/cotation.html")
    assert "Lecture\u00a0:</strong>" in page
    assert "«\u00a0Chiffres publiés\u00a0»" in page
    assert " :</strong>" not in page


def test_deux_pages_qui_montrent_la_meme_figure_donnent_les_memes_fichiers(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [carte()], titre="Le flux")
    construire(projet, [Jeu.REEL], tmp_path / "site", atelier)
    telecharges = sorted((tmp_path / "site" / "reel" / "telechargements").rglob("cotation-carte.*"))
    assert [p.relative_to(tmp_path / "site" / "reel" / "telechargements").as_posix() for p in telecharges] == [
        "cotation/cotation-carte.csv", "cotation/cotation-carte.png", "cotation/cotation-carte.svg"
    ]
    assert 'href="telechargements/cotation/cotation-carte.csv"' in lire(tmp_path / "site", "reel/flux.html")
    assert controler(tmp_path / "site") == []


def test_les_fiches_imprimees_se_telechargent_de_leur_page_de_l_index_et_de_l_accueil(
    projet: Projet, magasin: Magasin, atelier: Atelier, tmp_path: Path
) -> None:
    def imprimer(edition: Edition, _imagerie: object, _travail: bool, dossier: Path) -> list[Path]:
        ecrits = [dossier / "synthese-regionale.pdf", *(dossier / "epci" / f"{siren}.pdf" for siren in edition.fiches)]
        for chemin in ecrits:
            chemin.parent.mkdir(parents=True, exist_ok=True)
            chemin.write_bytes(b"%PDF")
        return ecrits

    atelier = dataclasses.replace(atelier, fiches=lambda *voulu: partial(imprimer, *voulu))
    construire(projet, [Jeu.DEMONSTRATION], tmp_path / "site", atelier)
    fiche, autre = EPCI[0].siren, EPCI[2].siren
    assert f'href="../telechargements/fiches/epci/{fiche}.pdf"' in lire(
        tmp_path / "site", f"demonstration/epci/{fiche}.html"
    )
    index = lire(tmp_path / "site", "demonstration/epci/index.html")
    assert f"fiches/epci/{fiche}.pdf" in index and f"fiches/epci/{autre}.pdf" not in index
    assert 'href="telechargements/fiches/synthese-regionale.pdf"' in lire(tmp_path / "site", "demonstration/index.html")
    assert controler(tmp_path / "site") == []


def test_l_index_ne_met_pas_de_s_a_epci_et_un_pourcentage_tient_a_son_nombre(site: Path) -> None:
    index = texte(lire(site, "demonstration/epci/index.html"))
    assert "4 EPCI à fiscalité propre touchent" in index
    glossaire = lire(site, "demonstration/glossaire.html")
    assert re.search(r"\d\u00a0%", glossaire) and not re.search(r"\d [%€]", glossaire)
