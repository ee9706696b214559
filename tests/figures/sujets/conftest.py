"""Des mesures et un contexte faits à la main : les figures ne calculent rien, elles disent."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bilan.figures import tableau
from bilan.figures.modele import Figure
from bilan.figures.sujets import Contexte
from bilan.periode import Periode
from bilan.projet import Jeu, Projet, Seuils
from bilan.referentiel.territoires import Territoires
from bilan.tables.mesure import Mesure

PROJET = Projet.trouver(Path(__file__))
REGION = {"territoire_type": "region", "territoire": "93"}
_DEFAUTS: dict[str, Any] = {
    "jeu": "reel",
    "ventilation": "ensemble",
    "modalite": "ensemble",
    "periode": "2024",
    "numerateur": None,
    "denominateur": None,
    "valeur": None,
    "unite": "%",
    "statut": "observe",
    "couverture": None,
    "repondants": None,
    "attendus": None,
    "maturite": "definitif",
}


@pytest.fixture(scope="session")
def contexte() -> Contexte:
    territoires = Territoires.ouvrir(PROJET.referentiel, millesime=2026, region="93")
    return Contexte(
        Jeu.REEL, Periode(2024), date(2025, 12, 31), territoires, Seuils(), lambda origine: f"{origine}, test",
        lambda debut, fin: f"Rupture de série du {debut} au {fin}."
    )


@pytest.fixture(scope="session")
def mesurer() -> Callable[..., pl.DataFrame]:
    """Rend des mesures au schéma `Mesure` : chaque ligne donne ce qui la distingue ; un rapport se calcule seul."""

    def _mesurer(*lignes: dict[str, Any]) -> pl.DataFrame:
        completes = []
        for ligne in lignes:
            complete = _DEFAUTS | REGION | ligne
            if complete["valeur"] is None and complete["statut"] == "observe":
                complete["valeur"] = 100 * complete["numerateur"] / complete["denominateur"]
            completes.append(complete)
        return Mesure.validate(pl.DataFrame(completes, schema=list(Mesure.columns())), cast=True)

    return _mesurer


@pytest.fixture(scope="session")
def publie() -> Callable[[str], pl.DataFrame]:
    """Rend un fichier des chiffres publiés, dates et nombres lus."""

    def _publie(fichier: str) -> pl.DataFrame:
        chemin = PROJET.publie / fichier
        codes = dict.fromkeys(("code", "code_structure", "territoire_gestion_code"), pl.String)
        return pl.read_csv(chemin, separator=";", try_parse_dates=True, schema_overrides=codes)

    return _publie


_NOMBRE = re.compile(r"\d+(?:\u202f\d{3})*(?:,\d+)?")


@pytest.fixture(scope="session")
def introuvables() -> Callable[[Figure], list[str]]:
    """Rend les nombres de la lecture d'une figure que sa table, telle qu'on la lit, ne montre pas."""

    def _introuvables(figure: Figure) -> list[str]:
        cellules = " ; ".join(cellule for ligne in tableau.lignes(figure) for cellule in ligne)
        montres = set(_NOMBRE.findall(cellules))
        montres |= {nombre.removesuffix(",0") for nombre in montres}  # « 720,0 » se dit « 720 » dans une phrase
        return [nombre for nombre in _NOMBRE.findall(figure.lecture) if nombre not in montres]

    return _introuvables
