"""Les exécutions telles que les éditions les lisent : une page, ses blocs dans l'ordre du carnet, ses figures."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.erreurs import DonneesRefusees, ErreurBilan
from bilan.figures.modele import Figure
from bilan.projet import INTERNE, DeclarationJeu, Jeu, Projet

_CHEMIN_DE_PAGE = re.compile(r"^[a-z0-9_-]+(/[a-z0-9_-]+)?$")
_IDENTIFIANT = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")

Bloc = dict[str, Any]

DOSSIERS = {"epci": "EPCI", "departement": "Départements", "bailleur": "Bailleurs"}
"""Dossiers des fiches et nom de ce qu'elles décrivent."""


@dataclass(frozen=True)
class Execution:
    """Exécution d'un carnet pour un territoire, avec ses figures par identifiant, dans l'ordre du carnet.

    `page` est le chemin de la page dans l'édition, sans extension (« cotation », « epci/200054807 »).
    """

    run: Run
    page: str
    figures: dict[str, Figure]

    @classmethod
    def lire(cls, run: Run, dossier: Path) -> Self:
        """Rend l'exécution dont `dossier` garde les figures (`figures/<id>.json`).

        Lève `DonneesRefusees` si une figure manque ou ne se lit pas.
        """
        try:
            figures = {b["id"]: _lire_figure(dossier, b["id"]) for b in run.blocs if b["type"] == "figure"}
            return cls(run, _chemin_de_page(run), figures)
        except (OSError, KeyError, TypeError, ValueError, AttributeError, ErreurBilan) as erreur:
            raise DonneesRefusees(
                f"L'exécution « {run.cle} » du carnet « {run.carnet} » ne peut pas être lue ({erreur}) ; "
                "relancez les carnets avec « bilan executer »."
            ) from erreur

    @property
    def est_fiche(self) -> bool:
        """Vrai pour une page répétée par territoire (« epci/200054807 »)."""
        return "/" in self.page

    @property
    def dossier(self) -> str:
        """Dossier de la fiche (« epci », « departement ») ; vide pour une page régionale."""
        return self.page.rpartition("/")[0]


@dataclass(frozen=True)
class Edition:
    """Une édition : un jeu, ce que la collection en déclare, ses exécutions dans l'ordre de lecture, et son profil."""

    jeu: Jeu
    declaration: DeclarationJeu
    executions: tuple[Execution, ...]
    profil: str = INTERNE

    @cached_property
    def pages(self) -> tuple[Execution, ...]:
        """Pages régionales, dans l'ordre de la collection."""
        return tuple(e for e in self.executions if not e.est_fiche)

    @cached_property
    def fiches(self) -> dict[str, Execution]:
        """Fiches des EPCI, par SIREN."""
        return {e.run.territoire: e for e in self.executions if e.dossier == "epci"}

    @cached_property
    def autres_fiches(self) -> dict[str, tuple[Execution, ...]]:
        """Fiches des départements et des bailleurs, par dossier ; un dossier sans fiche n'y est pas."""
        rangees = {d: tuple(e for e in self.executions if e.dossier == d) for d in DOSSIERS if d != "epci"}
        return {dossier: fiches for dossier, fiches in rangees.items() if fiches}


def lire_edition(projet: Projet, jeu: Jeu, profil: str = INTERNE) -> Edition:
    """Rend l'édition d'un jeu pour un profil : les dernières exécutions de son magasin, rangées comme la collection.

    Lève `DonneesRefusees` si le magasin est vide ou si une exécution ne se lit pas.
    """
    magasin = EntrepotRuns(projet.entrepot, jeu, profil)
    rangs = {carnet.nom: rang for rang, carnet in enumerate(projet.collection.carnets)}
    executions = [Execution.lire(run, magasin.dossier(run.cle)) for run in magasin.derniers() if run.carnet in rangs]
    if not executions:
        raise DonneesRefusees(
            f"Aucun carnet n'a été exécuté pour le jeu « {jeu} » au profil « {profil} » ; lancez "
            f"« bilan executer --profil {profil} »."
        )
    executions.sort(key=lambda e: (rangs[e.run.carnet], e.page))
    return Edition(jeu, projet.collection.jeux[jeu], tuple(executions), profil)


def _lire_figure(dossier: Path, ident: str) -> Figure:
    # L'identifiant devient un nom de fichier : rien d'autre que des minuscules, des chiffres et des tirets.
    if not _IDENTIFIANT.match(ident):
        raise DonneesRefusees(f"L'identifiant de figure « {ident} » n'est pas permis.")
    return Figure.depuis_json(json.loads((dossier / "figures" / f"{ident}.json").read_text(encoding="utf-8")))


def _chemin_de_page(run: Run) -> str:
    chemin = run.page.replace("{territoire}", run.territoire)
    if not _CHEMIN_DE_PAGE.match(chemin):
        raise DonneesRefusees(f"Le chemin de page « {chemin} » n'est pas permis.")
    return chemin
