"""La région jouet : deux départements, cinq EPCI, trois bailleurs ; assez petite pour être vérifiée à la main.

Géographie (région « 99 », « Région jouet ») :

    commune  département  EPCI       dans la région
    13055    13           900000001  oui            (les arrondissements 13201… s'y replient)
    13002    13           900000001  oui
    84003    84           900000001  oui            l'EPCI 900000001 est à cheval sur 13 et 84
    13003    13           900000002  oui
    84001    84           900000003  oui
    84002    84           900000004  oui            EPCI non soumis
    84004    84           900000005  oui            EPCI non soumis, sans parc social
    30001    30           900000005  non            hors région

Bailleurs et parc : JOUET0001 (13055 : 100, 84003 : 20, 13003 : 30), JOUET0002 (13055 : 50, 84001 : 80),
JOUET0003 (84001 : 40, 84002 : 10) ; 330 logements en tout, 180 dans le 13, 150 dans le 84.

Livraisons de 2024 : JOUET0001 livre T1 et T2 seuls (TRIMESTRE), puis l'année ; JOUET0002 livre T1 et T2 cumulés,
puis l'année, et ne renseigne jamais les baux ; JOUET0003 ne livre que T2, cumulé, sans les libérés. Personne ne livre
T3 ni T4.

Les chiffres attendus, avec leur calcul écrit, sont dans `attendu.csv`.
"""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from bilan.indicateurs.calcul import Contexte
from bilan.periode import Periode
from bilan.projet import Jeu
from bilan.tables.catalogue import CATALOGUE

DOSSIER = Path(__file__).parent
PERIODES = tuple(Periode.lire(texte) for texte in ("2023", "2024", "2024T1", "2024T2"))

COMMUNES = pl.DataFrame(
    [
        ("13055", "13", "900000001", True, 600),
        ("13002", "13", "900000001", True, 200),
        ("84003", "84", "900000001", True, 200),
        ("13003", "13", "900000002", True, 300),
        ("84001", "84", "900000003", True, 500),
        ("84002", "84", "900000004", True, 100),
        ("84004", "84", "900000005", True, 50),
        ("30001", "30", "900000005", False, 70),
    ],
    schema=["code_commune", "code_departement", "epci_siren", "en_region", "population"],
    orient="row",
)
EPCI = pl.DataFrame(
    [
        ("900000001", "Métropole d'Amont", "METROPOLE", "13", 1000, 1000, True),
        ("900000002", "CA du Val", "CA", "13", 300, 300, True),
        ("900000003", "CA d'Aval", "CA", "84", 500, 500, True),
        ("900000004", "CC des Cimes", "CC", "84", 100, 100, False),
        ("900000005", "CC des Marges", "CC", "84", 120, 50, False),
    ],
    schema=["epci_siren", "epci", "epci_type", "code_departement", "population", "population_region", "est_soumis"],
    orient="row",
)
DEPARTEMENTS = pl.DataFrame({"code_departement": ["13", "84"], "departement": ["Amont", "Aval"]})


_REGLES: dict[str, Any] = {
    "date_bascule_flux": date(2023, 11, 24),
    "echeance_remontee_conventions": date(2024, 3, 31),
    "echeance_bilan_annuel": "02-28",
    "tolerance_bilan_annuel": "03-31",
    "cible_q1_hors_qpv_pct": 25.0,
}


class ReglesJouet:
    """Les échéances dont le calcul a besoin, figées."""

    def valeur(self, code: str, jour: date) -> Any:
        """Rend la valeur de la règle, la même à toute date."""
        return _REGLES[code]


def contexte(**changements: Any) -> Contexte:
    """Rend le contexte de la région jouet, connu au 31 mars 2025, avec les `changements` donnés."""
    champs: dict[str, Any] = {
        "jeu": Jeu.DEMONSTRATION,
        "communes": COMMUNES,
        "epci": EPCI,
        "departements": DEPARTEMENTS,
        "code_region": "99",
        "nom_region": "Région jouet",
        "regles": ReglesJouet(),
        "periodes": PERIODES,
        "connu_le": date(2025, 3, 31),
    }
    return Contexte(**(champs | changements))


@cache
def tables() -> dict[str, pl.DataFrame]:
    """Rend les tables canoniques de la région jouet, au type de leur schéma (et ce qu'ajoute l'entrepôt)."""
    return {chemin.stem: _lire(chemin) for chemin in sorted((DOSSIER / "tables").glob("*.csv"))}


def attendu() -> list[dict[str, str]]:
    """Rend les lignes d'`attendu.csv` : la clé d'une mesure, ses chiffres, et le calcul à la main."""
    with (DOSSIER / "attendu.csv").open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def _lire(chemin: Path) -> pl.DataFrame:
    brut = pl.read_csv(chemin, separator=";", infer_schema=False)
    types = {nom: colonne.dtype for nom, colonne in CATALOGUE[chemin.stem].columns().items()}
    entrepot = {"date_connue": pl.Date, "emetteur": pl.String}
    return brut.select(
        pl.col(nom).str.to_date().alias(nom) if genre == pl.Date else pl.col(nom).cast(genre)
        for nom in brut.columns
        for genre in [types.get(nom, entrepot.get(nom))]
    )
