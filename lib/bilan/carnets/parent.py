"""Le parent chaud vu de celui qui le lance : il lui demande des enfants, les attend, et les arrête à temps.

Rien de lourd ne s'importe ici : le parent chauffe pendant que ce processus prépare la suite.
"""

import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from bilan.carnets.ordre import DELAI, MEMOIRE, MORT, FinDeCarnet, Limites, Ordre
from bilan.carnets.prises import dossier_des_prises
from bilan.erreurs import ErreurBilan

DELAI_DE_GRACE_S = 5.0
FILS_DE_POLARS = "POLARS_MAX_THREADS"
_PAS_DE_VEILLE_S = 0.1


DESSIN = ("altair", "geopandas", "pyarrow")
"""Bibliothèques dont se servent les carnets qui dessinent eux-mêmes."""

_FONDS = re.compile(r"\bcarnet\.fonds\b")


def dessin_de(sources: Iterable[Path]) -> tuple[str, ...]:
    """Rend les bibliothèques de dessin que ces carnets nomment, sans les lire autrement que comme du texte."""
    presents = [chemin for chemin in set(sources) if chemin.is_file()]
    texte = "\n".join(chemin.read_text(encoding="utf-8", errors="replace") for chemin in presents)
    return tuple(m for m in DESSIN if re.search(rf"\b{m}\b", texte) or (m == "geopandas" and _FONDS.search(texte)))


class ParentChaud:
    """Poignée sur un zygote lancé à part : il vit tant que ce processus vit.

    `dessin` nomme les bibliothèques de dessin à importer d'avance (`dessin_de` les trouve dans des carnets) ; `fils`
    est le nombre de fils de calcul de polars dans chaque enfant, ceux de l'environnement ou de la machine sinon.
    """

    def __init__(self, racine: Path | None = None, dessin: Iterable[str] = DESSIN, fils: int | None = None) -> None:
        propres = {"BILAN_RACINE": racine, FILS_DE_POLARS: os.environ.get(FILS_DE_POLARS, fils)}
        self._environnement = {**os.environ, **{nom: str(valeur) for nom, valeur in propres.items() if valeur}}
        self._dessin = tuple(dessin)
        self._enfants: set[int] = set()
        self._pret = threading.Lock()
        self._ferme = False
        self._lancer()
        atexit.register(self.fermer)

    def connecter(self) -> tuple[Connection, int]:
        """Rend une connexion vers un enfant neuf et son numéro de processus ; attend que le parent soit chaud.

        Un parent tué est relancé une fois. Lève `ErreurBilan` s'il ne démarre pas ou refuse de se dédoubler.
        """
        try:
            return self._demander_un_enfant()
        except (EOFError, ConnectionError, FileNotFoundError):
            if self._ferme:
                raise ErreurBilan("Le moteur rapide a été arrêté ; relancez la même commande pour reprendre.") from None
            with self._pret:
                if self._processus.poll() is not None:
                    shutil.rmtree(self._dossier, ignore_errors=True)
                    self._lancer()
            return self._demander_un_enfant()

    def executer(self, ordre: Ordre, limites: Limites | None = None) -> FinDeCarnet:
        """Exécute un carnet dans un enfant, dans ses limites, et rend sa fin.

        Le carnet exécuté est à `ordre.sortie`, échec compris, sauf si l'enfant est mort sans pouvoir l'écrire.
        """
        connexion, pid = self.connecter()
        self._enfants.add(pid)
        try:
            with connexion:
                return _Veille(connexion, pid, limites or Limites()).jouer(ordre)
        finally:
            self._enfants.discard(pid)

    def fermer(self) -> None:
        """Arrête le parent et ses enfants, et efface leur dossier."""
        self._ferme = True
        if self._processus.stdin is not None:
            self._processus.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._processus.wait(timeout=DELAI_DE_GRACE_S)
        self._processus.kill()
        for pid in tuple(self._enfants):  # ceux d'un parent tué lui survivent
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        shutil.rmtree(self._dossier, ignore_errors=True)

    def _lancer(self) -> None:
        self._est_pret = False
        self._dossier = dossier_des_prises()
        self._processus = subprocess.Popen(
            [sys.executable, "-m", "bilan.carnets.zygote", str(self._dossier / "zygote"), *self._dessin],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environnement, text=True,
        )

    def _demander_un_enfant(self) -> tuple[Connection, int]:
        with self._pret:
            if not self._est_pret:
                if self._processus.stdout is None or self._processus.stdout.readline() != "pret\n":
                    raise ErreurBilan("Le moteur rapide n'a pas démarré ; relancez avec « --moteur standard ».")
                self._est_pret = True
            adresse = str(self._dossier / "zygote")
        connexion = Client(adresse, family="AF_UNIX")
        genre, contenu = connexion.recv()
        if genre == "refus":
            raise ErreurBilan(contenu)
        return connexion, contenu


class _Veille:
    """Attend un enfant : retient ce qu'il dit, l'interrompt à l'heure, le tue s'il mange trop ou s'obstine."""

    def __init__(self, connexion: Connection, pid: int, limites: Limites) -> None:
        self._connexion = connexion
        self._pid = pid
        self._limites = limites
        self._debut = time.monotonic()
        self._cellule: int | None = None
        self._resultat: dict[str, Any] | None = None
        self._nom = self._raison = ""

    def jouer(self, ordre: Ordre) -> FinDeCarnet:
        """Donne l'ordre et rend la fin du carnet : de lui-même, hors de ses limites, ou son processus tué."""
        try:
            self._connexion.send(("carnet", ordre))
            return self._conclure(self._attendre_la_fin())
        except (EOFError, ConnectionError):  # le parent a été tué : personne ne dira la fin de son enfant
            return self._conclure({"code": -signal.SIGKILL, "cpu_s": 0.0, "memoire_pic_mo": 0.0})

    def _attendre_la_fin(self) -> dict[str, Any]:
        while True:
            if self._connexion.poll(_PAS_DE_VEILLE_S):
                genre, contenu = self._connexion.recv()
                if genre == "cellule":
                    self._cellule = contenu
                elif genre == "resultat":
                    self._resultat = contenu
                elif genre == "fin":
                    return dict(contenu)
            self._surveiller()

    def _surveiller(self) -> None:
        ecoule = time.monotonic() - self._debut
        limites = self._limites
        if limites.memoire_mo is not None and memoire_mo(self._pid) > limites.memoire_mo and not self._raison:
            self._nom, self._raison = MEMOIRE, f"le carnet a dépassé la limite de mémoire ({limites.memoire_mo:.0f} Mo)"
            self._tuer(signal.SIGKILL)
        if limites.delai_s is None or ecoule < limites.delai_s:
            return
        if not self._raison:
            self._nom, self._raison = DELAI, f"le carnet n'a pas fini dans le temps permis ({limites.delai_s:g} s)"
            self._tuer(signal.SIGINT)
        elif ecoule > limites.delai_s + DELAI_DE_GRACE_S:
            self._tuer(signal.SIGKILL)

    def _tuer(self, signe: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signe) if signe is signal.SIGINT else os.killpg(self._pid, signe)

    def _conclure(self, fin: dict[str, Any]) -> FinDeCarnet:
        echec = self._resultat["echec"] if self._resultat else None
        if self._resultat is None and not self._nom:
            self._nom, self._raison = MORT, _raison_de_la_mort(fin["code"])
        elif echec and not self._nom:
            self._nom, self._raison = echec["classe"], f"{echec['classe']} : {echec['message']}"
        return FinDeCarnet(
            nom=self._nom,
            cellule=echec["cellule"] if echec and echec["cellule"] is not None else self._cellule,
            raison=self._raison,
            duree_s=time.monotonic() - self._debut,
            cpu_s=fin["cpu_s"],
            memoire_pic_mo=fin["memoire_pic_mo"],
        )


def _raison_de_la_mort(code: int) -> str:
    if code < 0:
        return f"le processus du carnet a été tué par le signal {signal.Signals(-code).name}"
    return f"le processus du carnet s'est arrêté de lui-même (code {code})"


def memoire_mo(pid: int) -> float:
    """Rend la mémoire résidente d'un processus en mégaoctets ; 0 s'il n'existe plus ou hors de Linux."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0
