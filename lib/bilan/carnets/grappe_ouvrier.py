"""Ce qu'un ouvrier Dask exécute. Voyage par valeur : bibliothèque standard et fsspec seulement, rien de `bilan`.

L'ouvrier n'a besoin que de l'environnement du verrou. Le code, les carnets et les données lui viennent du
dépôt partagé, par empreinte de contenu ; un processus à lui les joue et reste chaud d'un carnet à l'autre.
"""

import atexit
import base64
import getpass
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import fsspec

_OUVRIERS: dict[tuple[str, int], "subprocess.Popen[str]"] = {}
_VERROU = threading.Lock()


def jouer(depot: str, manifeste: str, ordre: dict[str, Any]) -> dict[str, Any]:
    """Joue un carnet d'après le dépôt et rend son résultat ; `copie` est le carnet exécuté, en base 64."""
    racine = materialiser(depot, manifeste)
    ouvrier = _ouvrier(racine, ordre["moteur"])
    destination = Path(tempfile.mkdtemp(prefix="bilan-")) / "copie.ipynb"
    if ouvrier.stdin is None or ouvrier.stdout is None:
        raise RuntimeError("l'ouvrier n'a pas de tuyaux")
    ouvrier.stdin.write(json.dumps({**ordre, "destination": str(destination)}) + "\n")
    ouvrier.stdin.flush()
    ligne = ouvrier.stdout.readline()
    if not ligne:
        raise RuntimeError(f"l'ouvrier s'est arrêté (code {ouvrier.wait()})")
    resultat: dict[str, Any] = json.loads(ligne)
    copie = destination.read_bytes() if destination.is_file() else None
    destination.unlink(missing_ok=True)
    destination.parent.rmdir()
    return {**resultat, "copie": base64.b64encode(copie).decode("ascii") if copie is not None else None}


def materialiser(depot: str, manifeste: str) -> Path:
    """Rend le dossier local du projet que décrit `manifeste`, rempli au besoin depuis le dépôt."""
    racine = Path(tempfile.gettempdir()) / f"bilan-grappe-{getpass.getuser()}" / manifeste[:32]
    with _VERROU:
        if (racine / ".complet").is_file():
            return racine
        systeme, base = fsspec.core.url_to_fs(depot)
        fichiers: dict[str, str] = json.loads(systeme.cat_file(f"{base}/manifestes/{manifeste}.json"))
        for nom, empreinte in fichiers.items():
            _poser(racine / nom, systeme.cat_file(f"{base}/contenus/{empreinte}"))
        _poser(racine / ".complet", b"")
    return racine


def _poser(chemin: Path, contenu: bytes) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    provisoire = chemin.with_name(f".{chemin.name}.{os.getpid()}")
    provisoire.write_bytes(contenu)
    provisoire.replace(chemin)


def _ouvrier(racine: Path, moteur: str) -> "subprocess.Popen[str]":
    cle = (f"{racine}|{moteur}", threading.get_ident())
    ouvrier = _OUVRIERS.get(cle)
    if ouvrier is None or ouvrier.poll() is not None:
        ouvrier = subprocess.Popen(
            [sys.executable, "-m", "bilan.carnets.ouvrier", str(racine), moteur],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(racine / "lib"), "BILAN_RACINE": str(racine)},
        )
        _OUVRIERS[cle] = ouvrier
        atexit.register(ouvrier.kill)
    return ouvrier
