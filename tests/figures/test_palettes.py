"""Les couleurs se distinguent, y compris par qui ne les voit pas toutes (conventions, § 1.4)."""

import itertools

import numpy as np
import pytest

from bilan.erreurs import ErreurUsage
from bilan.figures.palettes import PALETTES, contraste, couleur_texte, couleurs

# Machado, Oliveira et Fernandes 2009, sévérité 1, sur le RVB linéaire.
VISIONS = {
    "ordinaire": np.eye(3),
    "protanopie": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deutéranopie": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopie": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def _lineaire(couleur: str) -> np.ndarray:
    canaux = np.array([int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(canaux <= 0.04045, canaux / 12.92, ((canaux + 0.055) / 1.055) ** 2.4)


def _oklab(lineaire: np.ndarray) -> np.ndarray:
    lms = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                    [0.0883024619, 0.2817188376, 0.6299787005]]) @ lineaire
    return np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]]) @ np.cbrt(lms)


def _ecart(une: str, autre: str, vision: np.ndarray) -> float:
    vues = [_oklab(np.clip(vision @ _lineaire(c), 0, 1)) for c in (une, autre)]
    return float(100 * np.linalg.norm(vues[0] - vues[1]))


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("nom", PALETTES)
def test_deux_modalites_se_distinguent_pour_chaque_vision(nom: str, vision: str) -> None:
    palette = PALETTES[nom]
    paires = itertools.combinations(palette, 2) if nom.startswith("categoriel") else itertools.pairwise(palette)
    assert min(_ecart(a, b, VISIONS[vision]) for a, b in paires) >= 8


@pytest.mark.parametrize("nom", [nom for nom in PALETTES if nom.startswith("categoriel")])
def test_une_modalite_se_detache_du_blanc(nom: str) -> None:
    assert min(contraste(c, "#FFFFFF") for c in PALETTES[nom]) >= 3


@pytest.mark.parametrize("couleur", sorted({c for palette in PALETTES.values() for c in palette}))
def test_le_texte_pose_sur_une_couleur_se_lit(couleur: str) -> None:
    # Le bleu 525 de l'État plafonne à 4,3:1 : ses étiquettes sont du texte dont la légende et la table disent autant.
    assert contraste(couleur, couleur_texte(couleur)) >= 4.2


def test_le_contraste_est_celui_du_wcag() -> None:
    assert contraste("#000000", "#FFFFFF") == pytest.approx(21)
    assert contraste("#666666", "#FFFFFF") == pytest.approx(5.74, abs=0.01)


def test_une_echelle_courte_garde_ses_deux_bouts() -> None:
    assert couleurs("avancement", 2) == ("#000091", "#EEEEEE")
    assert len(couleurs("categoriel", 4)) == 4


def test_trop_de_modalites_est_refuse_avec_le_remede() -> None:
    with pytest.raises(ErreurUsage, match="regroupez"):
        couleurs("categoriel", 6)
    with pytest.raises(ErreurUsage, match="avancement"):
        couleurs("avancment", 2)
