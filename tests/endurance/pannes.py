"""Les pannes d'une exécution planifiée : mort, disque plein, fichier abîmé, émetteur absent, serveurs muets."""

import csv
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.decor import Decor, Issue
from tests.endurance.serveurs import Serveurs, port_libre

COMMANDE = ("executer", "--jeu", "demonstration", "--periode", "courante", "--publier", "--notifier")
_PETIT_DISQUE = 2 * 1024**3
"""Un disque plus grand que cela (octets) n'est pas à la série : elle ne le remplit pas."""
_RESTE_AU_PLUS = 1024**2
"""Octets qui restent au plus sur le disque plein : une exécution en écrit d'ordinaire davantage."""
_ECRITURES_AVANT_COUPURE = 15


@dataclass
class Planification:
    """Une exécution planifiée : le décor, ses serveurs, le hasard qui choisit l'instant de la panne, une durée."""

    decor: Decor
    serveurs: Serveurs
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
    """Le disque du projet est plein, à un mégaoctet près ; il se vide après."""
    lest = planification.decor.racine / "lest"
    disque = os.statvfs(planification.decor.racine)
    assert disque.f_blocks * disque.f_frsize <= _PETIT_DISQUE, "la série ne remplit que son propre petit disque"
    reste = planification.hasard.randrange(_RESTE_AU_PLUS)
    with lest.open("wb") as flux:
        os.posix_fallocate(flux.fileno(), 0, max(1, disque.f_bavail * disque.f_frsize - reste))
    try:
        return planification.decor.lancer(*COMMANDE)
    finally:
        lest.unlink()


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
    with patch.dict(planification.decor.environnement, {"BILAN_SMTP": f"smtp://127.0.0.1:{port_libre()}"}):
        return planification.decor.lancer(*COMMANDE)


def stockage_muet(planification: Planification) -> Issue:
    """Le stockage distant ne répond pas."""
    with patch.dict(planification.decor.environnement, {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port_libre()}"}):
        return planification.decor.lancer(*COMMANDE)


def stockage_coupe(planification: Planification) -> Issue:
    """Le stockage distant refuse d'écrire au milieu du dépôt."""
    stockage = planification.serveurs.stockage
    assert stockage is not None
    stockage.couper_apres(planification.hasard.randrange(_ECRITURES_AVANT_COUPURE))
    try:
        return planification.decor.lancer(*COMMANDE)
    finally:
        stockage.couper_apres(None)


PANNES: dict[str, Callable[[Planification], Issue]] = {
    "aucune": sans_panne,
    "mort": mort_subite,
    "disque": disque_plein,
    "abime": fichier_abime,
    "absent": emetteur_absent,
    "courriel": courriel_muet,
    "stockage": stockage_muet,
    "coupure": stockage_coupe,
}


def changer_une_valeur(planification: Planification, rang: int) -> None:
    """Rectifie une livraison de flux, comme un bailleur le ferait : chaque exécution a quelque chose à faire."""
    flux = planification.flux()
    rectifier(flux[rang % len(flux)])


def rectifier(chemin: Path) -> None:
    """Ajoute un logement proposé et attribué à une livraison de flux."""
    with chemin.open(encoding="utf-8", newline="") as lu:
        lignes = list(csv.reader(lu, delimiter=";"))
    colonnes = [lignes[0].index(nom) for nom in ("logements_proposes", "logements_attribues")]
    cible = next(ligne for ligne in lignes[1:] if all(ligne[colonne].isdecimal() for colonne in colonnes))
    for colonne in colonnes:
        cible[colonne] = str(int(cible[colonne]) + 1)
    with chemin.open("w", encoding="utf-8", newline="") as ecrit:
        csv.writer(ecrit, delimiter=";", lineterminator="\n").writerows(lignes)


