"""La publication : d'un coup ou pas du tout, et l'on revient en arrière."""

import re
from pathlib import Path

import pytest
from conftest import Magasin, barres

from bilan.editions import bascule, publication
from bilan.editions.atelier import Atelier
from bilan.editions.publication import Parution
from bilan.erreurs import CodeSortie, DonneesRefusees, ErreurUsage, PublicationRefusee
from bilan.projet import Jeu, Projet


@pytest.fixture
def mettre_en_place(projet: Projet, magasin: Magasin, atelier: Atelier):
    def publier(dossier: Path | None = None) -> tuple[Path, list[str]]:
        dit: list[str] = []
        return publication.mettre_en_place(projet, dit.append, Parution(dossier=dossier, atelier=atelier)), dit

    return publier


def test_le_site_publie_s_ouvre_par_courant(projet: Projet, mettre_en_place) -> None:
    entree, dit = mettre_en_place()
    assert entree == projet.reports / "courant" / "index.html"
    assert entree.is_file()
    assert publication.versions(projet.reports) == [bascule.courante(projet.reports)]
    assert not list((projet.reports / ".construction").iterdir())
    assert "16\u00a0pages construites et contrôlées" in dit[0]


def test_sans_rien_de_neuf_rien_n_est_reconstruit(projet: Projet, mettre_en_place) -> None:
    mettre_en_place()
    assert mettre_en_place()[1] == []


def test_une_execution_neuve_fait_une_version_et_la_precedente_reste(
    projet: Projet, magasin: Magasin, mettre_en_place
) -> None:
    mettre_en_place()
    premiere = bascule.courante(projet.reports)
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [barres()])
    mettre_en_place()
    assert bascule.courante(projet.reports) != premiere
    assert premiere in publication.versions(projet.reports)

    publication.publier(projet, str(premiere))
    assert bascule.courante(projet.reports) == premiere
    assert not (projet.reports / "courant" / "reel" / "flux.html").exists()


def test_un_controle_en_defaut_laisse_la_version_en_place(
    projet: Projet, magasin: Magasin, mettre_en_place
) -> None:
    mettre_en_place()
    premiere = bascule.courante(projet.reports)
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [barres()], titre="La cotation")
    with pytest.raises(PublicationRefusee, match=r"déjà celui de .*La version en place reste") as refus:
        mettre_en_place()
    assert refus.value.code_sortie == CodeSortie.PUBLICATION_REFUSEE == 5
    assert bascule.courante(projet.reports) == premiere
    assert publication.versions(projet.reports) == [premiere]
    assert not list((projet.reports / ".construction").iterdir())


def test_une_edition_fictive_ne_sort_pas_de_reports(projet: Projet, mettre_en_place, tmp_path: Path) -> None:
    with pytest.raises(PublicationRefusee, match="fictive"):
        mettre_en_place(tmp_path / "ailleurs")
    assert not (tmp_path / "ailleurs").exists()


def test_une_version_inconnue_propose_les_plus_proches(projet: Projet, mettre_en_place) -> None:
    mettre_en_place()
    with pytest.raises(ErreurUsage, match=str(bascule.courante(projet.reports))):
        publication.publier(projet, "2025-12-31-00000000")


def test_retirer_ote_le_site_et_garde_ses_versions(projet: Projet, mettre_en_place) -> None:
    mettre_en_place()
    version = publication.retirer(projet)
    assert not (projet.reports / "courant").exists()
    assert publication.versions(projet.reports) == [version]
    with pytest.raises(PublicationRefusee, match="rien à retirer"):
        publication.retirer(projet)


def test_publier_sans_execution_dit_quoi_faire(projet: Projet) -> None:
    with pytest.raises(DonneesRefusees, match="bilan executer"):
        publication.mettre_en_place(projet, print)


def test_sans_liens_symboliques_la_copie_suit_et_les_restes_partent(
    projet: Projet, magasin: Magasin, mettre_en_place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuser(*_arguments: object, **_options: object) -> None:
        raise OSError("pas de lien ici")

    monkeypatch.setattr(Path, "symlink_to", refuser)
    mettre_en_place()
    premiere = bascule.courante(projet.reports)
    courant = projet.reports / "courant"
    assert not courant.is_symlink()
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [barres()])
    mettre_en_place()
    assert (courant / "reel" / "flux.html").is_file()

    publication.publier(projet, str(premiere))
    assert bascule.courante(projet.reports) == premiere
    assert not (courant / "reel" / "flux.html").exists()
    version = projet.reports / "versions" / str(premiere)
    copies = {p.relative_to(courant) for p in courant.rglob("*") if p.is_file()} - {Path(".version")}
    assert copies == {p.relative_to(version) for p in version.rglob("*") if p.is_file()}
    publication.retirer(projet)
    assert not courant.exists()


def test_un_dossier_copie_devient_un_lien_quand_le_systeme_le_permet(
    projet: Projet, mettre_en_place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as sans_liens:
        sans_liens.setattr(Path, "symlink_to", lambda *_a, **_k: (_ for _ in ()).throw(OSError()))
        mettre_en_place()
    publication.publier(projet, str(bascule.courante(projet.reports)))
    assert (projet.reports / "courant").is_symlink()
    assert (projet.reports / "courant" / "index.html").is_file()


@pytest.fixture
def poser(projet: Projet, magasin: Magasin, atelier: Atelier):
    """Met en place un document de travail, ou publie ; rend la version en place."""

    def poser(travail: bool) -> str:
        publication.mettre_en_place(
            projet, lambda _: None, Parution(document_de_travail=travail, atelier=atelier)
        )
        return str(bascule.courante(projet.reports))

    return poser


def marquees(projet: Projet, version: str) -> set[str]:
    """Rend les pages de la version qui se disent document de travail."""
    racine = projet.reports / "versions" / version
    return {p.name for p in racine.rglob("*.html") if "Document de travail" in p.read_text(encoding="utf-8")}


def test_publier_ote_la_marque_et_rien_d_autre(projet: Projet, poser) -> None:
    travail, publiee = poser(True), poser(False)
    assert (publication.est_de_travail(travail), publication.est_de_travail(publiee)) == (True, False)
    racines = [projet.reports / "versions" / version for version in (travail, publiee)]
    pages = {p.relative_to(racines[0]) for p in racines[0].rglob("*.html")}
    assert marquees(projet, travail) == {p.name for p in pages}
    assert marquees(projet, publiee) == set()
    marque = re.compile(r'\n<p class="(?:bandeau bandeau-travail|filigrane[^"]*)".*</p>')
    for page in pages:
        avant, apres = ((racine / page).read_text(encoding="utf-8") for racine in racines)
        assert marque.sub("", avant) == apres, page


def test_une_edition_publiee_ne_redevient_pas_un_brouillon_sans_fait_nouveau(
    projet: Projet, magasin: Magasin, poser
) -> None:
    poser(True)
    publiee = poser(False)
    assert poser(True) == publiee
    assert publication.est_publie(projet)
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [barres()])
    assert not publication.est_publie(projet)
    assert publication.est_de_travail(poser(True))
    publication.publier(projet, publiee)
    assert marquees(projet, str(bascule.courante(projet.reports))) == set()


def test_un_brouillon_se_publie_par_son_nom_tant_que_les_carnets_disent_la_meme_chose(
    projet: Projet, magasin: Magasin, atelier: Atelier, poser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bilan.editions.site.Atelier.du_projet", lambda *_: atelier)
    travail = poser(True)
    publication.publier(projet, travail)
    assert not publication.est_de_travail(str(bascule.courante(projet.reports)))
    magasin.ecrire(Jeu.REEL, "30_flux", "flux", [barres()])
    poser(True)
    en_place = bascule.courante(projet.reports)
    with pytest.raises(PublicationRefusee, match="document de travail que les carnets"):
        publication.publier(projet, travail)
    assert bascule.courante(projet.reports) == en_place


def test_une_edition_retiree_n_est_plus_publiee(projet: Projet, poser) -> None:
    poser(False)
    publication.retirer(projet)
    assert not publication.est_publie(projet)
    assert publication.est_de_travail(poser(True))
