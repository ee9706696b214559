"""Banc d'essai du moteur : les fiches d'EPCI par papermill, par ses voisins, par notre moteur, et sans moteur.

Toutes les voies jouent les mêmes carnets, sur les mêmes mesures, avec le même verrou, dans le même passage.
`bilan executer` doit avoir été lancé avant : le banc lit l'entrepôt du projet. Les résultats vont dans
reports/bench.json et docs/performance.md. Les voies lentes se mesurent sur un échantillon de fiches, et le
tableau donne des secondes par carnet.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bilan.carnets.plan import Selection, Tache, etablir
from bilan.projet import Jeu, Projet

CARNET = "70_fiche_epci"
SANS_GRAMMAIRE = "import sys\nsys.modules['rfc3987_syntax'] = None\n"


@dataclass(frozen=True)
class Voie:
    """Une façon de jouer des carnets : son nom, ce qu'elle fait d'une liste de tâches, combien de fiches."""

    nom: str
    jouer: Callable[[Sequence[Tache], Path], None]
    fiches: int


def par_la_commande(taches: Sequence[Tache], sortie: Path) -> None:
    """(a) La commande papermill dans une boucle."""
    papermill = str(Path(sys.executable).parent / "papermill")
    for tache in taches:
        options = [x for nom, valeur in tache.parametres.items() for x in ("-r", nom, str(valeur))]
        commande = [papermill, str(tache.source), str(sortie / f"{tache.territoire}.ipynb"), "--no-progress-bar"]
        subprocess.run([*commande, "--cwd", str(tache.source.parent), *options], check=True, capture_output=True)


def par_la_commande_sans_grammaire(taches: Sequence[Tache], sortie: Path) -> None:
    """(a) La même boucle, sans la grammaire que jsonschema compile à chaque import."""
    with _sans_grammaire(sortie):
        par_la_commande(taches, sortie)


def par_l_api(taches: Sequence[Tache], sortie: Path) -> None:
    """(b) L'API de papermill dans une boucle, un noyau par carnet."""
    for tache in taches:
        _papermill((tache.source, sortie / f"{tache.territoire}.ipynb", dict(tache.parametres)))


def par_deux_papermill(taches: Sequence[Tache], sortie: Path) -> None:
    """(b) Le pair loyal : deux processus papermill, sans la grammaire, arrêt immédiat des noyaux."""
    ordres = [(t.source, sortie / f"{t.territoire}.ipynb", dict(t.parametres), "immediate") for t in taches]
    with _sans_grammaire(sortie), ProcessPoolExecutor(2) as deux:
        list(deux.map(_papermill, ordres))


def par_ploomber(taches: Sequence[Tache], sortie: Path) -> None:
    """(c) Le moteur embarqué de ploomber-engine, dans un processus."""
    script = (
        "import sys, json\nfrom ploomber_engine import execute_notebook\n"
        "for source, sortie, parametres in json.loads(sys.argv[1]):\n"
        "    execute_notebook(source, sortie, parameters=parametres, progress_bar=False)\n"
    )
    ordres = [(str(t.source), str(sortie / f"{t.territoire}.ipynb"), dict(t.parametres)) for t in taches]
    racine = taches[0].source.parent
    subprocess.run([sys.executable, "-c", script, json.dumps(ordres)], check=True, capture_output=True, cwd=racine)


def par_le_moteur(ouvriers: int) -> Callable[[Sequence[Tache], Path], None]:
    """(d) Le moteur du projet, préchauffage compris, avec ce nombre d'ouvriers."""

    def jouer(taches: Sequence[Tache], sortie: Path) -> None:
        from bilan.carnets.chaud import MoteurChaud

        moteur = MoteurChaud(taches[0].source.parents[1])
        try:
            with ThreadPoolExecutor(ouvriers) as file:
                resultats = list(file.map(lambda t: moteur.executer(t, sortie / f"{t.territoire}.ipynb"), taches))
        finally:
            moteur.fermer()
        echecs = [r.echec for r in resultats if not r.reussi]
        assert not echecs, echecs[:2]

    return jouer


def sans_moteur(taches: Sequence[Tache], sortie: Path) -> None:
    """(e) La limite : les cellules exécutées comme du Python, l'une après l'autre, dans un processus."""
    script = (
        "import json, sys, nbformat\nfrom IPython.core.interactiveshell import InteractiveShell\n"
        "coquille = InteractiveShell.instance()\n"
        "for source, parametres in json.loads(sys.argv[1]):\n"
        "    espace = {}\n"
        "    for cellule in nbformat.read(source, 4).cells:\n"
        "        if cellule.cell_type == 'code':\n"
        "            exec(cellule.source, espace)\n"
        "            if 'parameters' in cellule.metadata.get('tags', []):\n"
        "                espace.update(parametres)\n"
    )
    ordres = [(str(t.source), dict(t.parametres)) for t in taches]
    racine = taches[0].source.parent
    subprocess.run([sys.executable, "-c", script, json.dumps(ordres)], check=True, capture_output=True, cwd=racine)


def _papermill(ordre: tuple[Any, ...]) -> None:
    from papermill import execute_notebook

    source, sortie, parametres, *arret = ordre
    options = {"shutdown_kernel": arret[0]} if arret else {}
    execute_notebook(
        source, sortie, parametres, progress_bar=False, cwd=source.parent, autosave_cell_every=0, **options
    )


class _sans_grammaire:
    """Pose, le temps d'un bloc, un démarrage de Python qui fait comme si la grammaire manquait."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier / "demarrage"

    def __enter__(self) -> None:
        self._dossier.mkdir(exist_ok=True)
        (self._dossier / "sitecustomize.py").write_text(SANS_GRAMMAIRE)
        self._avant = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(self._dossier), self._avant]))

    def __exit__(self, *_: object) -> None:
        os.environ.pop("PYTHONPATH")
        if self._avant is not None:
            os.environ["PYTHONPATH"] = self._avant


VOIES = (
    Voie("(a) commande papermill en boucle", par_la_commande, 4),
    Voie("(a) la même, sans la grammaire", par_la_commande_sans_grammaire, 4),
    Voie("(b) API papermill en boucle", par_l_api, 4),
    Voie("(b) deux papermill, sans la grammaire", par_deux_papermill, 8),
    Voie("(c) ploomber-engine", par_ploomber, 8),
    Voie("(d) moteur bilan, 1 ouvrier", par_le_moteur(1), 52),
    Voie("(d) moteur bilan, 2 ouvriers", par_le_moteur(2), 52),
    Voie("(e) sans moteur, un processus", sans_moteur, 52),
)


def mesurer(voie: Voie, taches: Sequence[Tache], passages: int) -> list[float]:
    """Rend, pour chaque passage, les secondes par carnet de la voie sur son échantillon."""
    lot = taches[: voie.fiches]
    durees = []
    for _ in range(passages):
        with tempfile.TemporaryDirectory() as dossier:
            depart = time.perf_counter()
            voie.jouer(lot, Path(dossier))
            durees.append((time.perf_counter() - depart) / len(lot))
    return durees


def main() -> None:
    """Mesure chaque voie, imprime les médianes et les rapports, et écrit les deux fichiers de résultats."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--passages", type=int, default=5, help="passages par voie")
    passages = arguments.parse_args().passages
    projet = Projet.trouver()
    taches = etablir(projet, Selection(jeux=(Jeu.DEMONSTRATION,), carnets=(CARNET,))).taches
    medianes = {}
    for voie in VOIES:
        durees = mesurer(voie, taches, passages)
        medianes[voie.nom] = statistics.median(durees)
        etendue = f"({min(durees):.3f} à {max(durees):.3f})"
        print(f"{voie.nom:42} {medianes[voie.nom]:7.3f} s par carnet  {etendue}", flush=True)
    ecrire(projet, medianes, passages, len(taches))


def ecrire(projet: Projet, medianes: dict[str, float], passages: int, fiches: int) -> None:
    """Écrit reports/bench.json et docs/performance.md d'après les médianes (secondes par carnet)."""
    noms = [voie.nom for voie in VOIES]
    boucle, sans, _api, deux, _ploomber, un, rapide, limite = (medianes[nom] for nom in noms)
    resultats = {
        "ratio_boucle_papermill": round(boucle / rapide, 1),
        "ratio_boucle_sans_grammaire": round(sans / rapide, 1),
        "ratio_deux_papermill": round(deux / rapide, 1),
        "ratio_boucle_un_ouvrier": round(boucle / un, 1),
        "secondes_par_carnet": {nom: round(valeur, 4) for nom, valeur in medianes.items()},
        "passages": passages,
        "machine": f"{os.cpu_count()} cœurs, {platform.system()}, Python {platform.python_version()}",
    }
    texte = json.dumps(resultats, ensure_ascii=False, indent=2) + "\n"
    (projet.reports / "bench.json").write_text(texte, encoding="utf-8")
    lignes = [
        "# Coût du moteur",
        "",
        f"Mesuré par `make bench` : {resultats['machine']} ; médianes de {passages} passages. Les voies du",
        f"moteur jouent les {fiches} fiches d'EPCI de la démonstration, préchauffage compris ; les voies lentes, un",
        "échantillon. Les images et les pages se font ensuite, de la même façon pour toutes les voies : elles ne",
        "sont pas comptées ici.",
        "",
        "| voie | secondes par carnet | rapport à (a) |",
        "|---|--:|--:|",
        *(f"| {nom} | {_fr(valeur, 3)} | {_fr(boucle / valeur, 1)} |" for nom, valeur in medianes.items()),
        "",
        f"À un ouvrier, le moteur coûte {_fr(un - limite, 3)} s par carnet de plus que la limite (e).",
    ]
    (projet.racine / "docs" / "performance.md").write_text("\n".join(lignes) + "\n", encoding="utf-8")


def _fr(valeur: float, decimales: int) -> str:
    return f"{valeur:.{decimales}f}".replace(".", ",")


if __name__ == "__main__":
    main()
