"""Le moteur : ce qui exécute un carnet et laisse derrière lui sa copie exécutée, réussie ou non."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from bilan.carnets.cellules import Document, lire_document, texte_joint
from bilan.carnets.plan import Tache
from bilan.entrepot.fichiers import ecrire_json
from bilan.erreurs import ErreurBilan

VARIABLE_EXECUTION = "BILAN_EXECUTION"
"""Posée pendant une exécution : les carnets ne dessinent pas leurs aperçus."""

_COULEURS = re.compile("\x1b\\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Echec:
    """Échec situé : `cellule` compte les cellules du carnet source à partir de 1 ; 0 veut dire hors cellule."""

    cellule: int
    source: str
    message: str


@dataclass(frozen=True)
class Resultat:
    """Ce qu'un moteur rend : la copie exécutée est à `copie`, sauf si rien n'a pu être écrit (None)."""

    copie: Path | None
    debut: str
    duree_s: float
    echec: Echec | None = None
    memoire_pic_mo: float | None = None

    @property
    def reussi(self) -> bool:
        """Vrai si toutes les cellules ont été jouées ; le contrat reste à vérifier."""
        return self.echec is None


class Moteur(Protocol):
    """Exécute une tâche dans un processus isolé ; un même moteur sert à plusieurs fils à la fois."""

    nom: str

    def executer(self, tache: Tache, destination: Path) -> Resultat:
        """Joue `tache` et écrit la copie exécutée à `destination`, d'un coup.

        Une cellule qui échoue, dépasse son délai ou tue son processus est un `Resultat` en échec, pas
        une exception ; `ErreurBilan` est réservée à ce qui empêche aussi les tâches suivantes.
        """

    def fermer(self) -> None:
        """Libère les processus que le moteur garde ; sans effet s'il n'en garde pas."""


def executer_par_papermill(tache: Tache, destination: Path, jouer: Callable[[Path, Path], Any]) -> Resultat:
    """Rend le résultat de `jouer(source, sortie)`, qui appelle papermill, et met la copie en place.

    Commun aux moteurs : papermill écrit sa sortie sur place, on la fait écrire à côté ; il y note des
    chemins de machine et des variables d'environnement, on les retire.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    provisoire = destination.with_name(f".{os.getpid()}-{destination.name}")
    debut, depart = datetime.now(UTC), time.monotonic()
    imprevu = None
    try:
        jouer(tache.source, provisoire)
    except ErreurBilan:  # le moteur lui-même ne marche pas : les tâches suivantes n'iraient pas plus loin
        raise
    except OSError as erreur:
        imprevu = Echec(0, "", f"La copie n'a pas pu être écrite ({erreur.strerror}) ; libérez de la place, relancez.")
    except Exception as erreur:  # un carnet qui ne démarre pas ne doit pas arrêter les autres
        imprevu = Echec(0, "", sans_couleurs(f"{type(erreur).__name__} : {erreur}").strip())
    duree = round(time.monotonic() - depart, 3)
    try:
        copie, memoire = _mettre_en_place(provisoire, destination)
    finally:
        provisoire.unlink(missing_ok=True)
    debute = debut.isoformat(timespec="seconds")
    if copie is None:
        return Resultat(None, debute, duree, imprevu or Echec(0, "", "La copie exécutée n'a pas été écrite."), memoire)
    return Resultat(copie.chemin, debute, duree, echec_dans(copie) or imprevu, memoire)


def echec_dans(copie: Document) -> Echec | None:
    """Rend la première cellule en échec d'une copie exécutée, numérotée comme dans le carnet source."""
    for cellule in copie.cellules_d_origine:
        erreurs = [s for s in cellule.sorties if s.get("output_type") == "error"]
        if cellule.metadonnees.get("papermill", {}).get("exception") is True:
            message = f"{erreurs[0]['ename']} : {erreurs[0]['evalue']}" if erreurs else "La cellule a été interrompue."
            return Echec(cellule.numero, cellule.source, sans_couleurs(message))
    return None


def sans_couleurs(texte: str) -> str:
    """Rend `texte` sans les séquences de couleur d'un terminal."""
    return _COULEURS.sub("", texte)


def _mettre_en_place(provisoire: Path, destination: Path) -> tuple[Document | None, float | None]:
    try:
        contenu = lire_document(provisoire).contenu
    except ErreurBilan:
        return None, None
    du_moteur = contenu["metadata"].setdefault("papermill", {})
    for nom in ("environment_variables", "output_path"):
        du_moteur.pop(nom, None)
    du_moteur["input_path"] = Path(str(du_moteur.get("input_path", ""))).name
    contenu["cells"] = [_relative(c) for c in contenu["cells"]]
    try:
        ecrire_json(destination, contenu)
    except OSError:
        return None, None
    return Document(destination, contenu), du_moteur.get("memoire_pic_mo")


def _relative(cellule: dict[str, Any]) -> dict[str, Any]:
    cellule["source"] = texte_joint(cellule.get("source", ""))
    return cellule
