"""La chaîne entière sur les chiffres publiés : données, mesures, carnets, site, puis rien à refaire."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.coupe import DEMANDE
from tests.decor import Decor, Issue, secables

pytestmark = [pytest.mark.lent]


def _bilan(racine: Path, *arguments: str) -> Issue:
    return Decor(racine).lancer(*arguments)


@pytest.fixture(scope="module")
def projet(reel_execute: Path) -> Path:
    """Copie du projet où la chaîne a déjà tourné sur le jeu réel ; rien ne l'y change."""
    return reel_execute


def _page(projet: Path, nom: str) -> str:
    texte = (projet / "reports" / "courant" / "reel" / nom).read_text(encoding="utf-8")
    return secables(re.sub(r"<[^>]+>", " ", texte))


def test_la_mobilisation_montre_le_declare_et_le_compte(projet: Path) -> None:
    page = _page(projet, "mobilisation.html")
    assert "132 inscrits ; 83 structures déclarées, 85 comptées dans la liste" in page
    assert "EPCI : 24 déclarés" in page or re.search(r"EPCI\s+25\s+24|EPCI\s+24\s+25", page)


def test_la_production_donne_le_taux_publie(projet: Path) -> None:
    assert "6 698 logements agréés en 2023, 60,9 % de l" in _page(projet, "production.html")


def test_la_carte_montre_les_52_epci_dont_26_soumis(projet: Path) -> None:
    svg = (projet / "reports" / "courant" / "reel" / "cotation.html").read_text(encoding="utf-8")
    carte = re.search(r'<svg[^>]*id="cotation-carte-etats-image".*?</svg>', svg, re.S)
    assert carte is not None
    assert "Carte des 52 EPCI" in carte[0]
    assert "26 EPCI soumis sur 52" in _page(projet, "cotation.html")


def test_les_fiches_demandees_sont_a_leur_place(projet: Path) -> None:
    fiches = projet / "reports" / "courant" / "reel" / "epci"
    assert {"200054807.html", "248400251.html"} <= {f.name for f in fiches.glob("*.html")}


def test_rien_de_neuf_ne_rejoue_rien(projet: Path) -> None:
    prevu = _bilan(projet, "plan", "--jeu", "reel", "--carnet", "50_production")
    assert prevu.sortie.strip() == "0 carnet à jouer, 1 à jour."


def test_rien_de_neuf_ne_charge_rien_de_lourd(projet: Path) -> None:
    programme = (
        "import sys; from bilan.cli import main\n"
        f"sys.argv = ['bilan', *{DEMANDE}]\n"
        "main(); print(sorted({'polars', 'altair', 'geopandas', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    fait = subprocess.run(
        [sys.executable, "-c", programme], capture_output=True, text=True, check=True, cwd=projet,
        env={**os.environ, "BILAN_RACINE": str(projet)},
    )  # fmt: skip
    assert "0 carnet joué" in secables(fait.stdout)
    assert fait.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("options", "attendu"),
    [
        (("--epci", "200054808"), "200054807"),
        (("--epci", "Marseille"), "200054807"),
        (("--periode", "2024T9"), "2024T"),
        (("--carnet", "50_prodution"), "50_production"),
        (("--region", "97"), "76"),
        (("--region", "52"), "collection.toml"),
    ],
)
def test_une_demande_fausse_s_arrete_avant_tout_calcul(projet: Path, options: tuple[str, ...], attendu: str) -> None:
    refus = _bilan(projet, "executer", *options)
    assert refus.code == 2
    assert refus.erreurs.startswith("Erreur : ") and attendu in refus.erreurs


def test_une_livraison_abimee_est_situee_et_rien_n_est_ecrit(projet: Path, tmp_path: Path) -> None:
    abime = tmp_path / "abime"
    shutil.copytree(projet, abime, symlinks=True)
    fichier = abime / "data" / "publie" / "agrements_2023.csv"
    avant = (abime / "data" / "entrepot" / "reel" / "tables" / "manifeste.json").read_bytes()
    fichier.write_text(fichier.read_text(encoding="utf-8").replace("6698", "six mille"), encoding="utf-8")
    refus = _bilan(abime, "executer", "--jeu", "reel", "--carnet", "50_production")
    assert refus.code == 3
    assert "agrements_2023.csv" in refus.erreurs and "ligne" in refus.erreurs
    assert (abime / "data" / "entrepot" / "reel" / "tables" / "manifeste.json").read_bytes() == avant
