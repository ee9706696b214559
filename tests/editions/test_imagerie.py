"""Les images : dessinées une fois, redessinées quand la figure ou le moteur change."""

import dataclasses
from pathlib import Path

from conftest import barres, carte, chiffre, image_d_essai, tableau

from bilan.editions.imagerie import Imagerie
from bilan.editions.ouvriers import Ouvriers


def imagerie(dossier: Path, version: str = "1") -> Imagerie:
    return Imagerie(dossier, image_d_essai, version, ouvriers=Ouvriers(0))


def test_seules_les_figures_qui_se_dessinent_le_sont(tmp_path: Path) -> None:
    assert imagerie(tmp_path).preparer([barres(), carte(), chiffre(), tableau()]) == 2


def test_une_figure_inchangee_ne_se_redessine_pas(tmp_path: Path) -> None:
    imagerie(tmp_path).preparer([barres(), carte()])
    change = dataclasses.replace(carte(), titre="Un autre titre")
    assert imagerie(tmp_path).preparer([barres(), change]) == 1


def test_un_moteur_qui_change_redessine_tout(tmp_path: Path) -> None:
    imagerie(tmp_path).preparer([barres()])
    assert imagerie(tmp_path, version="2").preparer([barres()]) == 1


def test_deux_fiches_a_la_meme_figure_partagent_son_dessin(tmp_path: Path) -> None:
    assert imagerie(tmp_path).preparer([barres(), barres()]) == 1


def test_le_png_n_est_fait_que_si_on_le_demande(tmp_path: Path) -> None:
    images = imagerie(tmp_path)
    assert images.dessin(barres()).png == b""
    assert images.dessin(barres(), complet=True).png.startswith(b"\x89PNG")


def test_un_dessin_complet_sert_aussi_a_la_page(tmp_path: Path) -> None:
    images = imagerie(tmp_path)
    images.preparer((), [barres()])
    assert images.preparer([barres()]) == 0
    images.dessin(barres())
    assert len(list(tmp_path.glob("*.page.svg"))) == 1


def test_l_elagage_garde_ce_qui_vient_de_servir(tmp_path: Path) -> None:
    images = imagerie(tmp_path)
    images.preparer([barres(), carte()])
    avant = images.dessin(barres())
    images.elaguer()
    assert len(list(tmp_path.iterdir())) == 2
    assert images.dessin(barres()) == avant
