"""Banc de la collecte : 500 fichiers d'une campagne régionale, à côté de `polars.read_excel` seul sur les mêmes.

Usage : python benchmarks/collecte.py [NOMBRE_DE_FICHIERS]

Chaque voie tourne dans son propre processus ; on lit les fichiers par seconde et le pic de mémoire (celui du processus
plus celui de son plus gros enfant : une majoration). `polars.read_excel` ne fait que lire : ni garde, ni titres, ni
contrôle.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LIGNES_PAR_FICHIER = 120
_VOIES = ("collecte", "polars")


def fabriquer(dossier: Path, nombre: int, graine: int = 93) -> None:
    """Écrit les fichiers d'une campagne : un bilan trimestriel par bailleur fictif, toujours les mêmes."""
    import xlsxwriter

    hasard = random.Random(graine)
    communes = ["06088", "13055", "83137", "84007", "04112", "05061", "06004", "13001"]
    titres = [
        "Exercice",
        "Trimestre",
        "Cumul",
        "SIREN bailleur",
        "Contingent",
        "Dép.",
        "Code INSEE",
        "Type de logement",
        "Financement",
        "QPV",
        "Période de construction",
        "Nature de l'offre",
        "Nb proposés",
        "Nb attribués",
    ]
    axes = [
        (r, c, t, f)
        for r in ("ETAT_PRIO", "ALS", "Mairie", "Non réservé")
        for c in communes
        for t in ("T2", "Type 3", "T4")
        for f in ("PLAI", "PLUS")
    ]
    for rang in range(nombre):
        with xlsxwriter.Workbook(str(dossier / f"bilan_{rang:04d}_2024T1.xlsx")) as classeur:
            onglet = classeur.add_worksheet("Export")
            onglet.write_row(0, 0, titres)
            for ligne, (reservataire, commune, typologie, financement) in enumerate(
                sorted(hasard.sample(axes, LIGNES_PAR_FICHIER)), start=1
            ):
                proposes = hasard.randint(1, 30)
                onglet.write_row(
                    ligne,
                    0,
                    [
                        2024,
                        "T1",
                        "TRIMESTRE",
                        "999000011",
                        reservataire,
                        commune[:2],
                        commune,
                        typologie,
                        financement,
                        "oui",
                        "1975-1989",
                        "relocation",
                        proposes,
                        hasard.randint(0, proposes),
                    ],
                )


def mener(voie: str, dossier: Path) -> dict[str, Any]:
    """Rend le temps, le nombre de lignes lues et le pic de mémoire d'une voie, menée dans ce processus."""
    fichiers = sorted(dossier.glob("*.xlsx"))
    debut = time.perf_counter()
    lignes = _par_collecte(fichiers) if voie == "collecte" else _par_polars(fichiers)
    duree = time.perf_counter() - debut
    pic = sum(resource.getrusage(qui).ru_maxrss for qui in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"voie": voie, "duree_s": duree, "lignes": lignes, "pic_mo": pic / 1024}


def _par_collecte(fichiers: list[Path]) -> int:
    from bilan.collecte.reception import Guichet
    from bilan.projet import Projet

    lignes = 0
    with Guichet(Projet.trouver()) as guichet:
        for chemin in fichiers:
            reception = guichet.recevoir(chemin)
            assert reception.est_acceptee and reception.examen is not None
            lignes += reception.examen.lignes.height
    return lignes


def _par_polars(fichiers: list[Path]) -> int:
    import polars as pl

    return sum(pl.read_excel(chemin).height for chemin in fichiers)


def main() -> None:
    """Mène les deux voies, l'une après l'autre, et imprime la table."""
    if len(sys.argv) == 3 and sys.argv[1] in _VOIES:
        print(json.dumps(mener(sys.argv[1], Path(sys.argv[2]))))
        return
    nombre = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as dossier:
        fabriquer(Path(dossier), nombre)
        print(f"{nombre} fichiers de {LIGNES_PAR_FICHIER} lignes\n")
        print(f"{'voie':<10} {'fichiers/s':>11} {'durée (s)':>10} {'pic (Mo)':>9} {'lignes':>8}")
        for voie in _VOIES:
            fini = subprocess.run([sys.executable, __file__, voie, dossier], capture_output=True, text=True, check=True)
            mesure = json.loads(fini.stdout)
            print(
                f"{voie:<10} {nombre / mesure['duree_s']:>11.1f} {mesure['duree_s']:>10.2f} {mesure['pic_mo']:>9.0f} "
                f"{mesure['lignes']:>8}"
            )


if __name__ == "__main__":
    main()
