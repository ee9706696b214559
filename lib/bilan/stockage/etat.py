"""Ce que cette machine sait du stockage : où il est, le dernier état accordé, et ce qui attend d'y partir."""

import os
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bilan.entrepot import fichiers
from bilan.projet import Projet

VARIABLE = "BILAN_STOCKAGE"
DOSSIER = ".stockage"
"""Dossier de l'entrepôt qui ne part jamais au stockage."""


@dataclass(frozen=True)
class Etat:
    """Dernier état accordé avec `adresse` : son manifeste, et ce que chaque nom contenait (empreinte).

    `lieu` désigne cet entrepôt-ci parmi ceux qui partagent le stockage ; `en_attente` est l'instant (ISO) depuis
    lequel un résultat attend d'être déposé, vide si tout l'est.
    """

    lieu: str
    adresse: str = ""
    manifeste: str = ""
    noms: dict[str, str] | None = None
    en_attente: str = ""


def adresse(projet: Projet) -> str:
    """Rend l'adresse fsspec du stockage : `BILAN_STOCKAGE` s'il est posé, sinon `collection.toml` ; vide sans lui."""
    return os.environ.get(VARIABLE, projet.collection.stockage.url)


def lire(projet: Projet) -> Etat:
    """Rend ce que cette machine sait du stockage en place ; un état neuf si l'adresse a changé."""
    contenu: dict[str, Any] = fichiers.lire_json(_chemin(projet), {})
    connu = Etat(**contenu) if contenu else Etat(uuid.uuid4().hex)
    ici = adresse(projet)
    return connu if connu.adresse == ici else Etat(connu.lieu, ici)


def garder(projet: Projet, etat: Etat) -> None:
    """Écrit l'état d'un coup."""
    fichiers.ecrire_json(_chemin(projet), asdict(etat))


def attendre(projet: Projet) -> None:
    """Note que des résultats d'ici vont devoir partir ; le premier instant noté reste."""
    etat = lire(projet)
    if not etat.en_attente or not _chemin(projet).is_file():
        garder(projet, replace(etat, en_attente=datetime.now().astimezone().isoformat(timespec="seconds")))


def _chemin(projet: Projet) -> Path:
    return projet.entrepot / DOSSIER / "etat.json"
