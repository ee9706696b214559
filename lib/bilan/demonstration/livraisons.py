"""Les livraisons : ce qu'un émetteur envoie pour une période, et leur écriture en fichiers."""

import re
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from bilan.erreurs import ErreurUsage
from bilan.tables.catalogue import CATALOGUE

MANIFESTE = "livraisons.csv"


@dataclass(frozen=True)
class Livraison:
    """Lignes d'une table envoyées par un émetteur pour une période.

    Deux livraisons de mêmes table, émetteur et période sont deux versions : `date_connue` les départage.
    """

    table: str
    emetteur: str
    periode: str
    date_arrete: date
    date_connue: date
    lignes: pl.DataFrame


def fraiche(dossier: Path) -> None:
    """Vérifie que `dossier` peut être remplacé : absent, vide, ou déjà un dossier de livraisons.

    Lève `ErreurUsage` sinon : on n'efface jamais autre chose que ce que ce module a écrit.
    """
    if dossier.exists() and not (dossier / MANIFESTE).is_file() and any(dossier.iterdir()):
        raise ErreurUsage(
            f"Le dossier « {dossier} » contient autre chose que des livraisons de démonstration ; "
            "donnez un dossier absent ou vide."
        )


def ecrire(livraisons: Iterable[Livraison], dossier: Path) -> pl.DataFrame:
    """Écrit un CSV canonique (« ; », UTF-8) par livraison, et le manifeste `livraisons.csv` ; rend le manifeste.

    Tout est écrit à côté puis mis en place d'un coup. Chaque fichier a les colonnes du schéma de
    sa table, dans leur ordre ; ses règles, c'est la porte des livraisons qui les contrôle.
    """
    fraiche(dossier)
    chantier = dossier.with_name(f".{dossier.name}.chantier")
    shutil.rmtree(chantier, ignore_errors=True)
    chantier.mkdir(parents=True)
    noms: set[str] = set()
    manifeste = pl.DataFrame([_ecrire_une(livraison, chantier, noms) for livraison in livraisons])
    manifeste.write_csv(chantier / MANIFESTE, separator=";")
    shutil.rmtree(dossier, ignore_errors=True)
    chantier.replace(dossier)
    return manifeste


def _ecrire_une(livraison: Livraison, dossier: Path, noms: set[str]) -> dict[str, str]:
    fichier = _nom_libre(livraison, noms)
    schema = CATALOGUE[livraison.table]
    completes = livraison.lignes.with_columns(
        pl.lit(None).alias(absente) for absente in schema.columns() if absente not in livraison.lignes.columns
    )
    schema.cast(completes).write_csv(dossier / fichier, separator=";")
    return {
        "fichier": fichier,
        "table": livraison.table,
        "emetteur": livraison.emetteur,
        "periode": livraison.periode,
        "date_arrete": livraison.date_arrete.isoformat(),
        "date_connue": livraison.date_connue.isoformat(),
    }


def _nom_libre(livraison: Livraison, noms: set[str]) -> str:
    sans_accent = unicodedata.normalize("NFKD", livraison.emetteur.lower()).encode("ascii", "ignore").decode()
    tronc = f"{livraison.table}_{re.sub(r'[^a-z0-9]+', '-', sans_accent).strip('-')}_{livraison.periode}"
    version = next(n for n in range(1, len(noms) + 2) if f"{tronc}_v{n}.csv" not in noms)
    noms.add(f"{tronc}_v{version}.csv")
    return f"{tronc}_v{version}.csv"
