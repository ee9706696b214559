"""Ouvrir un classeur dans un processus à part, de mémoire et de temps bornés : un fichier hostile n'emporte que lui."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu, refus
from bilan.collecte.lecture import limites
from bilan.collecte.lecture.feuille import Feuille

_FICHIERS_PAR_PROCESSUS = 200


class LecteurBorne:
    """Lecteur de classeurs, à ouvrir par `with` : un même processus lit plusieurs fichiers, et renaît s'il tombe."""

    def __init__(self, memoire: int = limites.MEMOIRE_MAX, delai_s: float = limites.DELAI_S) -> None:
        self._memoire = memoire
        self._delai_s = delai_s
        self._processus: subprocess.Popen[bytes] | None = None
        self._lus = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._arreter()

    def lire(self, chemin: Path) -> list[Feuille]:
        """Rend les feuilles du classeur, tout en texte ; lève `DonneesRefusees` s'il ne se lit pas dans ses bornes."""
        reponse = self._demander(chemin)
        if "erreur" in reponse:
            raise refus(chemin.name, [_expliquer(chemin.name, reponse["erreur"])])
        return [
            Feuille(f["nom"], f["lignes"], [tuple(fusion) for fusion in f["fusions"]], f["est_visible"])
            for f in reponse["feuilles"]
        ]

    def _demander(self, chemin: Path) -> dict[str, Any]:
        processus = self._pret()
        assert processus.stdin is not None and processus.stdout is not None
        try:
            processus.stdin.write(json.dumps(str(chemin.resolve())).encode() + b"\n")
            processus.stdin.flush()
        except OSError:
            self._arreter()
            return {"erreur": "arret"}
        ligne = self._attendre(processus)
        if not ligne.endswith(b"\n"):
            self._arreter()
            return {"erreur": "delai" if ligne == b"delai" else "arret"}
        reponse: dict[str, Any] = json.loads(ligne)
        return reponse

    def _attendre(self, processus: subprocess.Popen[bytes]) -> bytes:
        """Rend la ligne de réponse ; sans fin de ligne si le processus est tombé ou n'a pas répondu à temps."""
        assert processus.stdout is not None
        en_retard = threading.Event()

        def interrompre() -> None:
            en_retard.set()
            processus.kill()

        minuterie = threading.Timer(self._delai_s, interrompre)
        minuterie.start()
        try:
            ligne = processus.stdout.readline()
        finally:
            minuterie.cancel()
        return b"delai" if en_retard.is_set() else ligne

    def _pret(self) -> subprocess.Popen[bytes]:
        if self._processus is not None and (self._lus >= _FICHIERS_PAR_PROCESSUS or self._processus.poll() is not None):
            self._arreter()
        if self._processus is None:
            commande = [sys.executable, "-m", "bilan.collecte.lecture.lecteur", str(self._memoire)]
            self._processus = subprocess.Popen(
                commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._lus = 0
        self._lus += 1
        return self._processus

    def _arreter(self) -> None:
        if self._processus is None:
            return
        self._processus.kill()
        self._processus.communicate()
        self._processus = None


_EXPLICATIONS = {
    "memoire": ("le classeur demande trop de mémoire", "supprimez les lignes et colonnes vides, puis renvoyez-le"),
    "arret": (
        "le classeur fait tomber le lecteur : il est démesuré, abîmé ou piégé",
        "copiez les données, sans lignes ni colonnes vides, dans un classeur neuf",
    ),
    "delai": (
        "le classeur met trop longtemps à s'ouvrir",
        "allégez-le : une feuille, sans mise en forme inutile",
    ),
}


def _expliquer(fichier: str, erreur: str) -> Anomalie:
    constat, correction = _EXPLICATIONS.get(
        erreur,
        ("le classeur ne s'ouvre pas : il est abîmé", "enregistrez-le de nouveau au format .xlsx et renvoyez-le"),
    )
    if "assword" in erreur:
        constat, correction = ("le classeur est protégé par un mot de passe", "enlevez le mot de passe et renvoyez-le")
    return Anomalie(Gravite.BLOQUANT, "classeur_illisible", constat, correction, Lieu(fichier))
