"""Ce qui ne se rejoue pas : rien n'a changé, un seul bailleur a rectifié, une seule fiche est demandée."""

import csv
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.voies import CARNET
from bilan.carnets.journal import FICHIER as JOURNAL
from bilan.projet import Projet

_COMPTES = ("logements_liberes", "logements_proposes", "logements_attribues", "baux_signes")
_BILAN = str(Path(sys.executable).parent / "bilan")


@dataclass(frozen=True)
class Bailleur:
    """Le bailleur qui a rectifié : son SIREN, les EPCI où il a du flux, les fiches que le journal dit rejouées."""

    siren: str
    territoires: tuple[str, ...]
    rejoues: tuple[str, ...]


def lancer(projet: Projet, *arguments: str) -> float:
    """Lance `bilan` sur ce projet et rend ses secondes ; lève `subprocess.CalledProcessError` si elle échoue."""
    depart = time.perf_counter()
    subprocess.run(
        [_BILAN, *arguments], check=True, capture_output=True, cwd=projet.racine,
        env={**os.environ, "BILAN_RACINE": str(projet.racine)},
    )  # fmt: skip
    return time.perf_counter() - depart


def sans_changement(projet: Projet, passages: int) -> list[float]:
    """Rend les secondes de `bilan executer` sur toute la collection, quand rien n'a changé."""
    lancer(projet, "executer")
    return [lancer(projet, "executer") for _ in range(passages)]


def feuille_froide(projet: Projet, siren: str, moteur: Sequence[str], passages: int) -> list[float]:
    """Rend les secondes d'une fiche seule, préchauffage compris, par le moteur donné (celui d'office si rien)."""
    choix = ["executer", "--jeu", "demonstration", "--carnet", CARNET, "--epci", siren, "--forcer", "--sans-publier"]
    return [lancer(projet, *choix, *moteur) for _ in range(passages)]


def un_bailleur(projet: Projet) -> Bailleur:
    """Ajoute un logement au bilan d'un bailleur, relance la collection, et rend les fiches que dit le journal."""
    fichier = min((projet.demonstration / "livraisons").glob("flux_bilan_*_2024_*.csv"), key=lambda f: f.stat().st_size)
    siren = fichier.name.split("_")[2]
    _rectifier(fichier)
    dernier = _numero_du_dernier(projet)
    lancer(projet, "executer", "--jeu", "demonstration")
    return Bailleur(siren, _territoires(projet, siren), _rejouees(projet, dernier))


def _rectifier(fichier: Path) -> None:
    with fichier.open(encoding="utf-8", newline="") as lu:
        lignes = list(csv.DictReader(lu, delimiter=";"))
    # Un logement de plus, de sa libération à son bail : ce que les fiches montrent d'une commune change.
    lignes[0] |= {nom: str(int(lignes[0][nom]) + 1) for nom in _COMPTES if lignes[0][nom]}
    with fichier.open("w", encoding="utf-8", newline="") as ecrit:
        redacteur = csv.DictWriter(ecrit, list(lignes[0]), delimiter=";", lineterminator="\n")
        redacteur.writeheader()
        redacteur.writerows(lignes)


def _territoires(projet: Projet, siren: str) -> tuple[str, ...]:
    import polars as pl

    from bilan.referentiel.territoires import Territoires

    flux = pl.concat(
        pl.read_csv(f, separator=";", infer_schema=False).select("code_commune")
        for f in (projet.demonstration / "livraisons").glob(f"flux_bilan_{siren}_2024*.csv")
    )
    territoires = Territoires.ouvrir(projet.referentiel, projet.collection.millesime, projet.collection.region)
    communes = flux.unique().with_columns(territoires.normaliser_colonne("code_commune"))
    return tuple(sorted(communes.join(territoires.communes, on="code_commune")["epci_siren"].drop_nulls().unique()))


def _numero_du_dernier(projet: Projet) -> int:
    with sqlite3.connect(projet.entrepot / JOURNAL) as base:
        return int(base.execute("SELECT max(rowid) FROM executions").fetchone()[0])


def _rejouees(projet: Projet, apres: int) -> tuple[str, ...]:
    with sqlite3.connect(projet.entrepot / JOURNAL) as base:
        noms = base.execute("SELECT tache FROM executions WHERE rowid > ?", (apres,)).fetchall()
    return tuple(sorted(nom.rsplit("/", 1)[1] for (nom,) in noms if f"/{CARNET}/" in nom))
