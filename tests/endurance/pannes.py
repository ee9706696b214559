"""Les pannes d'une exécution planifiée : mort, disque plein, fichier abîmé, émetteur absent, serveurs muets."""

import csv
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.decor import Decor, Issue
from tests.endurance.serveurs import port_libre

COMMANDE = ("executer", "--jeu", "demonstration", "--periode", "courante", "--publier", "--notifier")
_PETIT_DISQUE = 60_000
"""Octets au-delà desquels plus rien ne s'écrit dans un fichier : les plus gros (mesures, pages) échouent."""


@dataclass
class Planification:
    """Une exécution planifiée : le décor, le hasard qui choisit l'instant de la panne, la durée d'une exécution."""

    decor: Decor
    hasard: random.Random
    duree_s: float = 12.0

    @property
    def livraisons(self) -> Path:
        """Dossier des livraisons fictives."""
        return self.decor.racine / "data" / "demonstration" / "livraisons"

    def flux(self) -> list[Path]:
        """Livraisons de flux des bailleurs, dans l'ordre de leurs noms."""
        return sorted(self.livraisons.glob("flux_bilan_*2024T4*.csv"))


def sans_panne(planification: Planification) -> Issue:
    """Une nuit ordinaire."""
    return planification.decor.lancer(*COMMANDE)


def mort_subite(planification: Planification) -> Issue:
    """La machine s'arrête à un instant quelconque."""
    instant = planification.hasard.uniform(0.1, planification.duree_s)
    return planification.decor.lancer(*COMMANDE, tuer_apres_s=instant)


def disque_plein(planification: Planification) -> Issue:
    """Les gros fichiers ne s'écrivent plus."""
    return planification.decor.lancer(*COMMANDE, limite=_PETIT_DISQUE)


def fichier_abime(planification: Planification) -> Issue:
    """Une livraison est tronquée au milieu d'une ligne ; elle est réparée après."""
    chemin = planification.hasard.choice(planification.flux())
    sain = chemin.read_bytes()
    chemin.write_bytes(sain[: len(sain) // 2] + b"\nillisible;")
    try:
        return planification.decor.lancer(*COMMANDE)
    finally:
        chemin.write_bytes(sain)


def emetteur_absent(planification: Planification) -> Issue:
    """Une livraison annoncée n'est pas là ; elle arrive après."""
    chemin = planification.hasard.choice(planification.flux())
    sain = chemin.read_bytes()
    chemin.unlink()
    try:
        return planification.decor.lancer(*COMMANDE)
    finally:
        chemin.write_bytes(sain)


def courriel_muet(planification: Planification) -> Issue:
    """Le serveur de courriel ne répond pas."""
    with _remplace(planification.decor, "BILAN_SMTP", f"smtp://127.0.0.1:{port_libre()}"):
        return planification.decor.lancer(*COMMANDE)


def stockage_muet(planification: Planification) -> Issue:
    """Le stockage distant ne répond pas."""
    with _remplace(planification.decor, "AWS_ENDPOINT_URL", f"http://127.0.0.1:{port_libre()}"):
        return planification.decor.lancer(*COMMANDE)


PANNES: dict[str, Callable[[Planification], Issue]] = {
    "aucune": sans_panne,
    "mort": mort_subite,
    "disque": disque_plein,
    "abime": fichier_abime,
    "absent": emetteur_absent,
    "courriel": courriel_muet,
    "stockage": stockage_muet,
}


def changer_une_valeur(planification: Planification, rang: int) -> None:
    """Rectifie une livraison de flux, comme un bailleur le ferait : chaque exécution a quelque chose à faire."""
    flux = planification.flux()
    chemin = flux[rang % len(flux)]
    with chemin.open(encoding="utf-8", newline="") as lu:
        lignes = list(csv.reader(lu, delimiter=";"))
    colonnes = [lignes[0].index(nom) for nom in ("logements_proposes", "logements_attribues")]
    cible = next(ligne for ligne in lignes[1:] if all(ligne[colonne].isdecimal() for colonne in colonnes))
    cible[colonnes[0]] = str(int(cible[colonnes[0]]) + 1)
    with chemin.open("w", encoding="utf-8", newline="") as ecrit:
        csv.writer(ecrit, delimiter=";", lineterminator="\n").writerows(lignes)


@contextmanager
def _remplace(decor: Decor, nom: str, valeur: str) -> Iterator[None]:
    avant = decor.environnement.get(nom)
    decor.environnement[nom] = valeur
    try:
        yield
    finally:
        if avant is None:
            del decor.environnement[nom]
        else:
            decor.environnement[nom] = avant
