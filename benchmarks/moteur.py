"""Banc d'essai du moteur : `make bench`. Les voies, ce qui ne se rejoue pas, et la croissance, en un passage.

Usage : python -m benchmarks.moteur [--passages N] [--echantillon N] [--complet] [--rapide]

`bilan executer` doit avoir été lancé avant : le banc copie le projet et son entrepôt, et n'y touche plus. `--complet`
joue les 52 fiches dans les voies lentes aussi ; `--rapide` vérifie que tout tourne, sans rien écrire.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import fraicheur
from benchmarks.copie import copier, reduire
from benchmarks.croissance import FICHES, TAILLES
from benchmarks.croissance import mesurer as mesurer_la_croissance
from benchmarks.france import Taille
from benchmarks.rapport import Passages, Resultats, cles, ecrire
from benchmarks.voies import CARNET, Voie, voies
from bilan.carnets.plan import Selection, Tache, etablir
from bilan.projet import Jeu, Projet

_STANDARD = ("--moteur", "standard")


def mesurer_les_voies(retenues: Sequence[Voie], taches: Sequence[Tache], passages: int) -> dict[str, Passages]:
    """Rend les passages de chaque voie ; à chaque passage, toutes les voies se suivent."""
    faits: dict[str, list[tuple[float, float]]] = {voie.cle: [] for voie in retenues}
    for passage in range(passages):
        for voie in retenues:
            lot = _lot(taches, voie.fiches, passage)
            secondes, calcul = _chronometrer(voie, lot)
            faits[voie.cle].append((secondes / len(lot), calcul / len(lot)))
            print(f"passage {passage + 1}/{passages}  {voie.nom:56} {secondes / len(lot):8.3f} s par fiche", flush=True)
    return {cle: Passages(tuple(s for s, _ in mesures), tuple(c for _, c in mesures)) for cle, mesures in faits.items()}


def _lot(taches: Sequence[Tache], combien: int, passage: int) -> list[Tache]:
    """Rend l'échantillon d'un passage : il avance d'autant de fiches qu'il en compte."""
    debut = passage * combien
    return [taches[(debut + rang) % len(taches)] for rang in range(min(combien, len(taches)))]


def _chronometrer(voie: Voie, lot: Sequence[Tache]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as dossier:
        calcul, depart = _calcul_s(), time.perf_counter()
        voie.jouer(lot, Path(dossier))
        return time.perf_counter() - depart, _calcul_s() - calcul


def _calcul_s() -> float:
    usages = [resource.getrusage(qui) for qui in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@dataclass(frozen=True)
class Reglages:
    """Ce qu'on mesure : passages par voie, fiches par passage des voies lentes, tailles de la croissance."""

    passages: int
    echantillon: int
    tailles: Sequence[Taille]


def mesurer(projet: Projet, dossier: Path, reglages: Reglages) -> Resultats:
    """Mène le banc entier sur des copies du projet, faites dans `dossier`."""
    passages, charge = reglages.passages, os.getloadavg()[0]
    copie, fiches = copier(projet, dossier / "projet"), copier(projet, dossier / "fiches")
    reduire(fiches, CARNET, Jeu.DEMONSTRATION)
    fraicheur.lancer(fiches, "executer", "--jeu", "demonstration")
    sans = fraicheur.sans_changement(copie, passages)
    print(f"rien n'a changé : {sorted(sans)}", flush=True)
    taches = etablir(copie, Selection(jeux=(Jeu.DEMONSTRATION,), carnets=(CARNET,))).taches
    siren = taches[0].territoire
    froide: dict[str, list[float]] = {"office": [], "standard": []}
    for _ in range(passages):
        froide["office"] += fraicheur.feuille_froide(copie, siren, (), 1)
        froide["standard"] += fraicheur.feuille_froide(copie, siren, _STANDARD, 1)
    print(f"une fiche seule : {froide}", flush=True)
    retenues = voies(fiches, reglages.echantillon, len(taches))
    faites = mesurer_les_voies(retenues, taches, passages)
    bailleur = fraicheur.un_bailleur(copie)
    print(f"un bailleur : {len(bailleur.rejoues)} fiches rejouées, {len(bailleur.territoires)} attendues", flush=True)
    croissance = mesurer_la_croissance(projet, reglages.tailles)
    return Resultats(faites, retenues, sans, froide, bailleur, croissance, (charge, os.getloadavg()[0]))


def main() -> None:
    """Mesure, imprime les clés, et écrit le compte rendu."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--passages", type=int, default=5, help="passages par voie")
    arguments.add_argument("--echantillon", type=int, default=1, help="fiches par passage des voies lentes")
    arguments.add_argument("--complet", action="store_true", help="les 52 fiches dans toutes les voies")
    arguments.add_argument("--rapide", action="store_true", help="un passage, une fiche, sans rien écrire")
    choix = arguments.parse_args()
    passages, echantillon = (1, 1) if choix.rapide else (choix.passages, FICHES if choix.complet else choix.echantillon)
    projet = Projet.trouver()
    with tempfile.TemporaryDirectory() as dossier:
        reglages = Reglages(passages, echantillon, TAILLES[:2] if choix.rapide else TAILLES)
        resultats = mesurer(projet, Path(dossier), reglages)
    if choix.rapide:
        return
    for cle, valeur in cles(resultats).items():
        print(f"{cle} : {valeur}")
    ecrire(projet.racine, resultats)


if __name__ == "__main__":
    main()
