"""Les commandes du kit, telles qu'on les lance : ce qu'elles écrivent, où, et ce qu'elles refusent."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import RACINE, Magasin, tableau

from bilan.cli.editions import COMMANDES
from bilan.editions.kit import Fabrique
from bilan.editions.pieces import archiver
from bilan.erreurs import DonneesRefusees, PublicationRefusee
from bilan.projet import Jeu, Projet


@pytest.fixture
def pose(projet: Projet, magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> Projet:
    """Projet d'essai rempli, au référentiel du vrai, désigné par l'environnement."""
    projet.referentiel.rmdir()
    projet.referentiel.symlink_to(RACINE / "data" / "referentiel", target_is_directory=True)
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    return projet


def _lancer(commande: str, *arguments: str) -> Result:
    return CliRunner().invoke(COMMANDES[commande], arguments, catch_exceptions=False)


def test_l_annexe_se_range_par_jeu_sous_un_nom_sans_accent_ni_espace(pose: Projet) -> None:
    dit = _lancer("annexe").output
    for jeu in Jeu:
        chemin = pose.reports / "versions" / "kit" / jeu / f"bilan-annexe-{jeu}-2024.xlsx"
        assert chemin.is_file() and chemin.name in dit


def test_l_annexe_du_jeu_reel_va_dans_le_dossier_donne(pose: Projet, tmp_path: Path) -> None:
    _lancer("annexe", "--jeu", "reel", "--dossier", str(tmp_path / "ailleurs"))
    assert (tmp_path / "ailleurs" / "reel" / "bilan-annexe-reel-2024.xlsx").is_file()


def test_le_fictif_ne_sort_pas_de_reports(pose: Projet, tmp_path: Path) -> None:
    with pytest.raises(PublicationRefusee, match="fictive"):
        _lancer("annexe", "--jeu", "demonstration", "--dossier", str(tmp_path / "ailleurs"))
    assert not (tmp_path / "ailleurs").exists()


def test_ouvrir_sans_mesures_le_dit_et_n_ecrit_rien(pose: Projet) -> None:
    with pytest.raises(DonneesRefusees, match="bilan executer"):
        _lancer("ouvrir-donnees", "--jeu", "reel")
    assert not list((pose.reports / "versions" / "kit" / "reel").iterdir())


def test_une_fiche_d_un_ancien_tirage_ne_reste_pas_dans_le_nouveau(pose: Projet, magasin: Magasin) -> None:
    (pose.reports / "gabarits" / "fiches").symlink_to(RACINE / "reports" / "gabarits" / "fiches")
    magasin.ecrire(Jeu.REEL, "70_fiche_epci", "epci/200054807", [tableau("fiche-chiffres")], territoire="200054807")
    fabrique = Fabrique.ouvrir(pose, Jeu.REEL)
    ancienne = fabrique.dossier / "fiches" / "epci" / "999999999.pdf"
    ancienne.parent.mkdir(parents=True)
    ancienne.touch()
    fabrique.imagerie.processus = 0
    assert "PDF" in fabrique.fiches(["200054807"]) and ancienne.exists()
    fabrique.fiches()
    assert not ancienne.exists() and (ancienne.parent / "200054807.pdf").is_file()


def test_l_archive_d_un_dossier_est_la_meme_quand_ses_fichiers_le_sont(tmp_path: Path) -> None:
    for nom in ("un", "deux"):
        (tmp_path / nom / "tableur").mkdir(parents=True)
        (tmp_path / nom / "tableur" / "b.csv").write_text("x", encoding="utf-8")
        (tmp_path / nom / "a.csv").write_text("y", encoding="utf-8")
    os.utime(tmp_path / "deux" / "a.csv", (0, 0))
    archive = archiver(tmp_path / "un")
    assert archive == archiver(tmp_path / "deux")
    with zipfile.ZipFile(io.BytesIO(archive)) as lue:
        assert lue.namelist() == ["a.csv", "tableur/b.csv"]
        assert lue.read("tableur/b.csv") == b"x"
