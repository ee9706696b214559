"""Le journal : chaque exécution, ce qu'elle a lu, ce qu'elle a coûté et comment elle a fini (SQLite, mode WAL)."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from bilan.erreurs import DonneesRefusees, ErreurBilan

FICHIER = "journal.sqlite"

ISSUES = {"ok": "réussi", "echec": "en échec", "en_cours": "en cours", "interrompu": "interrompu"}
"""Comment finit une exécution : le mot du journal, et celui que l'on montre."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS executions (
    id INTEGER PRIMARY KEY,
    tache TEXT NOT NULL,
    issue TEXT NOT NULL CHECK (issue IN ('en_cours', 'ok', 'echec', 'interrompu')),
    cle TEXT NOT NULL DEFAULT '',
    moteur TEXT NOT NULL DEFAULT '',
    debut TEXT NOT NULL DEFAULT '',
    duree_s REAL,
    memoire_pic_mo REAL,
    message TEXT NOT NULL DEFAULT '',
    chemin TEXT NOT NULL DEFAULT '',
    parametres TEXT NOT NULL DEFAULT '{}',
    entrees TEXT NOT NULL DEFAULT '{}',
    lectures TEXT NOT NULL DEFAULT '{}',
    livraisons TEXT NOT NULL DEFAULT '',
    processus INTEGER
);
CREATE INDEX IF NOT EXISTS executions_par_tache ON executions (tache, id);
CREATE TABLE IF NOT EXISTS livraisons (empreinte TEXT PRIMARY KEY, contenu TEXT NOT NULL);
"""
_EN_JSON = frozenset({"parametres", "entrees", "lectures"})


@dataclass(frozen=True)
class Execution:
    """Ligne du journal.

    `entrees` et `lectures` sont les empreintes d'où vient `cle` : ce qui ne dépend pas des lectures, et
    chaque lecture. `livraisons` est l'empreinte de l'ensemble des livraisons connues alors.
    """

    tache: str
    issue: str
    cle: str = ""
    moteur: str = ""
    debut: str = ""
    duree_s: float | None = None
    memoire_pic_mo: float | None = None
    message: str = ""
    chemin: str = ""
    parametres: Mapping[str, Any] = field(default_factory=dict)
    entrees: Mapping[str, str] = field(default_factory=dict)
    lectures: Mapping[str, str] = field(default_factory=dict)
    livraisons: str = ""


_COLONNES = tuple(Execution.__dataclass_fields__)


class Journal:
    """Journal ouvert ; ses méthodes se partagent entre fils, chaque appel est une transaction.

    Une écriture que le disque refuse lève `ErreurBilan`.
    """

    def __init__(self, connexion: sqlite3.Connection) -> None:
        self._connexion, self._verrou = connexion, threading.Lock()

    @classmethod
    def ouvrir(cls, dossier: Path) -> Self:
        """Rend le journal du dossier, créé au besoin ; lève `DonneesRefusees` si le fichier est abîmé."""
        dossier.mkdir(parents=True, exist_ok=True)
        try:
            connexion = sqlite3.connect(dossier / FICHIER, check_same_thread=False, isolation_level=None)
            connexion.execute("PRAGMA journal_mode=WAL")
            connexion.execute("PRAGMA synchronous=FULL")
            connexion.executescript(_SCHEMA)
        except sqlite3.OperationalError as erreur:
            raise _refus_d_ecrire(erreur) from erreur
        except sqlite3.Error as erreur:
            raise DonneesRefusees(
                f"Le journal « {FICHIER} » ne peut pas être lu ({erreur}) ; mettez-le de côté et relancez : il se "
                "reconstitue d'après les exécutions gardées."
            ) from erreur
        return cls(connexion)

    def commencer(self, tache: str, parametres: Mapping[str, Any], moteur: str) -> int:
        """Note qu'une tâche commence ; rend le numéro de sa ligne."""
        return self._ecrire(
            "INSERT INTO executions (tache, issue, moteur, parametres, processus) VALUES (?, 'en_cours', ?, ?, ?)",
            (tache, moteur, json.dumps(parametres, ensure_ascii=False), os.getpid()),
        )

    def conclure(self, numero: int, execution: Execution) -> None:
        """Remplace la ligne `numero` par l'exécution finie."""
        affectations = ", ".join(f"{c} = ?" for c in _COLONNES)
        self._ecrire(f"UPDATE executions SET {affectations} WHERE id = ?", (*_valeurs(execution), numero))

    def importer(self, execution: Execution) -> None:
        """Ajoute une exécution finie que le journal n'avait pas vue finir."""
        marques = ", ".join("?" * len(_COLONNES))
        self._ecrire(f"INSERT INTO executions ({', '.join(_COLONNES)}) VALUES ({marques})", _valeurs(execution))

    def solder(self) -> int:
        """Déclare interrompues les exécutions restées en cours ; rend leur nombre.

        À n'appeler que verrou en main : personne d'autre ne travaille alors.
        """
        return self._executer("UPDATE executions SET issue = 'interrompu' WHERE issue = 'en_cours'").rowcount

    def dernieres(self) -> dict[str, Execution]:
        """Rend, par tâche, la dernière exécution finie, réussie ou non."""
        choix = "SELECT MAX(id) FROM executions WHERE issue IN ('ok', 'echec') GROUP BY tache"
        return {e.tache: e for e in self._lire(f"WHERE id IN ({choix})")}

    def toutes(self, limite: int = -1) -> list[Execution]:
        """Rend les exécutions, la plus récente d'abord."""
        return list(self._lire("ORDER BY id DESC LIMIT ?", (limite,)))

    def noter_livraisons(self, empreinte: str, contenu: Mapping[str, str]) -> None:
        """Garde l'ensemble des livraisons connues sous son empreinte."""
        self._ecrire(
            "INSERT OR IGNORE INTO livraisons (empreinte, contenu) VALUES (?, ?)",
            (empreinte, json.dumps(contenu, ensure_ascii=False)),
        )

    def livraisons(self, empreinte: str) -> dict[str, str]:
        """Rend l'ensemble gardé sous cette empreinte ; vide s'il est inconnu."""
        ligne = self._connexion.execute("SELECT contenu FROM livraisons WHERE empreinte = ?", (empreinte,)).fetchone()
        contenu: dict[str, str] = json.loads(ligne[0]) if ligne else {}
        return contenu

    def fermer(self) -> None:
        """Ferme le fichier."""
        self._connexion.close()

    def _ecrire(self, requete: str, valeurs: tuple[Any, ...]) -> int:
        return self._executer(requete, valeurs).lastrowid or 0

    def _executer(self, requete: str, valeurs: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            with self._verrou:
                return self._connexion.execute(requete, valeurs)
        except sqlite3.OperationalError as erreur:
            raise _refus_d_ecrire(erreur) from erreur

    def _lire(self, suite: str, valeurs: tuple[Any, ...] = ()) -> Iterator[Execution]:
        with self._verrou:
            requete = f"SELECT {', '.join(_COLONNES)} FROM executions {suite}"
            lignes = self._connexion.execute(requete, valeurs).fetchall()
        for ligne in lignes:
            brut = dict(zip(_COLONNES, ligne, strict=True))
            yield Execution(**{n: json.loads(v) if n in _EN_JSON else v for n, v in brut.items()})


def _refus_d_ecrire(erreur: sqlite3.OperationalError) -> ErreurBilan:
    return ErreurBilan(
        f"Le journal ne peut pas être écrit ({erreur}) ; libérez de la place puis relancez la même commande : "
        "ce qui est fini ne sera pas refait."
    )


def _valeurs(execution: Execution) -> tuple[Any, ...]:
    brut = ((c, getattr(execution, c)) for c in _COLONNES)
    return tuple(json.dumps(v, ensure_ascii=False, sort_keys=True) if c in _EN_JSON else v for c, v in brut)
