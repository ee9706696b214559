"""Les voies comparées : des façons de jouer les mêmes carnets, sur les mêmes mesures, avec le même verrou.

Chaque voie va d'une liste de fiches à des carnets exécutés ; celles qui le disent vont jusqu'aux images et aux pages,
chacune à sa manière : papermill seul garde les graphiques dans le carnet, que nbconvert met en page ; `bilan executer`
joue les carnets sans les dessiner, puis dessine (SVG et PNG) et bâtit les pages du site.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bilan.carnets.moteur import VARIABLE_EXECUTION
from bilan.carnets.plan import Tache
from bilan.projet import Projet

CARNET = "70_fiche_epci"
_SANS_GRAMMAIRE = "import sys\nsys.modules['rfc3987_syntax'] = None\n"
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Voie:
    """Une voie : sa clé, son nom, ce qu'elle fait d'une liste de fiches, combien elle en joue par passage.

    `dessine` dit qu'elle va jusqu'aux images et aux pages.
    """

    cle: str
    nom: str
    jouer: Callable[[Sequence[Tache], Path], None]
    fiches: int
    dessine: bool = False


def commande_papermill(taches: Sequence[Tache], sortie: Path) -> None:
    """(a) La commande papermill dans une boucle, sans graphiques : les sorties sont celles du moteur."""
    with patch.dict(os.environ, {VARIABLE_EXECUTION: "1"}):
        _boucle(taches, sortie)


def commande_avec_pages(taches: Sequence[Tache], sortie: Path) -> None:
    """(a) La même boucle, graphiques compris, puis nbconvert, dans un seul processus, pour les pages."""
    _boucle(taches, sortie)
    script = (
        "import sys\nfrom pathlib import Path\nfrom nbconvert import HTMLExporter\nexporteur = HTMLExporter()\n"
        "for carnet in Path(sys.argv[1]).glob('*.ipynb'):\n"
        "    carnet.with_suffix('.html').write_text(exporteur.from_filename(str(carnet))[0], encoding='utf-8')\n"
    )
    subprocess.run([sys.executable, "-c", script, str(sortie)], check=True, capture_output=True)


def commande_sans_grammaire(taches: Sequence[Tache], sortie: Path) -> None:
    """(a) La boucle avec pages, sans la grammaire que jsonschema compile à chaque import."""
    with _sans_grammaire(sortie):
        commande_avec_pages(taches, sortie)


def api_papermill(taches: Sequence[Tache], sortie: Path) -> None:
    """(b) L'API de papermill dans une boucle, un noyau par carnet."""
    with patch.dict(os.environ, {VARIABLE_EXECUTION: "1"}):
        for tache in taches:
            _papermill((tache.source, sortie / f"{tache.territoire}.ipynb", dict(tache.parametres)))


def deux_papermill(taches: Sequence[Tache], sortie: Path) -> None:
    """(b) Le pair loyal : deux processus papermill, sans la grammaire, arrêt immédiat des noyaux."""
    ordres = [(t.source, sortie / f"{t.territoire}.ipynb", dict(t.parametres), "immediate") for t in taches]
    with patch.dict(os.environ, {VARIABLE_EXECUTION: "1"}), _sans_grammaire(sortie), ProcessPoolExecutor(2) as deux:
        list(deux.map(_papermill, ordres))


def ploomber(taches: Sequence[Tache], sortie: Path) -> None:
    """(c) Le moteur embarqué de ploomber-engine, dans un processus."""
    script = (
        "import sys, json\nfrom ploomber_engine import execute_notebook\n"
        "for source, sortie, parametres in json.loads(sys.argv[1]):\n"
        "    execute_notebook(source, sortie, parameters=parametres, progress_bar=False)\n"
    )
    ordres = [(str(t.source), str(sortie / f"{t.territoire}.ipynb"), dict(t.parametres)) for t in taches]
    with patch.dict(os.environ, {VARIABLE_EXECUTION: "1"}):
        _python(script, ordres, taches[0].source.parent)


def moteur(ouvriers: int) -> Callable[[Sequence[Tache], Path], None]:
    """(d) Le moteur du projet, préchauffage compris, avec ce nombre d'ouvriers, sans images ni pages."""

    def jouer(taches: Sequence[Tache], sortie: Path) -> None:
        from bilan.carnets.chaud import MoteurChaud

        with patch.dict(os.environ, {VARIABLE_EXECUTION: "1"}):
            chaud = MoteurChaud(taches[0].source.parents[1], {t.source for t in taches}, ouvriers)
            try:
                with ThreadPoolExecutor(ouvriers) as file:
                    resultats = list(file.map(lambda t: chaud.executer(t, sortie / f"{t.territoire}.ipynb"), taches))
            finally:
                chaud.fermer()
        echecs = [r.echec for r in resultats if not r.reussi]
        assert not echecs, echecs[:2]

    return jouer


def chaine(projet: Projet, ouvriers: int) -> Callable[[Sequence[Tache], Path], None]:
    """(d) La commande `bilan executer` entière : carnets, images redessinées, pages, contrôles et mise en place.

    `projet` est réduit à ces fiches : son site n'a que leurs pages et l'accueil. Toutes les images se redessinent ; le
    diaporama, l'annexe et Vega, que les autres voies ne font pas, sont ceux d'une construction précédente.
    """

    def jouer(taches: Sequence[Tache], sortie: Path) -> None:
        for image in (projet.entrepot / "demonstration" / "images").glob("*.svg"):
            image.unlink()
        shutil.rmtree(projet.reports / "versions", ignore_errors=True)
        choix = ["--jeu", "demonstration", "--forcer", "--ouvriers", str(ouvriers)]
        with patch.dict(os.environ, {"BILAN_RACINE": str(projet.racine)}):
            subprocess.run([str(_BIN / "bilan"), "executer", *choix], check=True, capture_output=True)

    return jouer


def sans_moteur(taches: Sequence[Tache], sortie: Path) -> None:
    """(e) La limite : les cellules exécutées comme du Python, l'une après l'autre, dans un processus chaud."""
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
    with patch.dict(os.environ, {VARIABLE_EXECUTION: "1"}):
        _python(script, [(str(t.source), dict(t.parametres)) for t in taches], taches[0].source.parent)


def voies(projet: Projet, echantillon: int, fiches: int) -> tuple[Voie, ...]:
    """Rend les voies, les lentes sur `echantillon` fiches par passage, les rapides sur toutes."""
    return (
        Voie("commande_pages", "(a) commande papermill en boucle, graphiques et pages", commande_avec_pages,
             echantillon, dessine=True),
        Voie("commande_pages_sans_grammaire", "(a) la même, sans la grammaire", commande_sans_grammaire,
             echantillon, dessine=True),
        Voie("commande", "(a) commande papermill en boucle, carnets seuls", commande_papermill, echantillon),
        Voie("api", "(b) API papermill en boucle", api_papermill, echantillon),
        Voie("deux_papermill", "(b) deux papermill, sans la grammaire", deux_papermill, 2 * echantillon),
        Voie("ploomber", "(c) ploomber-engine", ploomber, 2 * echantillon),
        Voie("moteur_1", "(d) moteur bilan, 1 ouvrier", moteur(1), fiches),
        Voie("moteur_2", "(d) moteur bilan, 2 ouvriers", moteur(2), fiches),
        Voie("chaine_1", "(d) bilan executer, images et pages, 1 ouvrier", chaine(projet, 1), fiches, dessine=True),
        Voie("chaine_2", "(d) bilan executer, images et pages, 2 ouvriers", chaine(projet, 2), fiches, dessine=True),
        Voie("sans_moteur", "(e) sans moteur, un processus", sans_moteur, fiches),
    )  # fmt: skip


def _boucle(taches: Sequence[Tache], sortie: Path) -> None:
    for tache in taches:
        options = [x for nom, valeur in tache.parametres.items() for x in ("-r", nom, str(valeur))]
        commande = [str(_BIN / "papermill"), str(tache.source), str(sortie / f"{tache.territoire}.ipynb")]
        suite = ["--no-progress-bar", "--cwd", str(tache.source.parent), *options]
        subprocess.run([*commande, *suite], check=True, capture_output=True)


def _papermill(ordre: tuple[Any, ...]) -> None:
    from papermill import execute_notebook

    source, sortie, parametres, *arret = ordre
    options = {"shutdown_kernel": arret[0]} if arret else {}
    execute_notebook(
        source, sortie, parametres, progress_bar=False, cwd=source.parent, autosave_cell_every=0, **options
    )


def _python(script: str, ordres: object, dossier: Path) -> None:
    subprocess.run([sys.executable, "-c", script, json.dumps(ordres)], check=True, capture_output=True, cwd=dossier)


@contextmanager
def _sans_grammaire(dossier: Path) -> Iterator[None]:
    """Pose, le temps d'un bloc, un démarrage de Python qui fait comme si la grammaire manquait."""
    demarrage = dossier / "demarrage"
    demarrage.mkdir(exist_ok=True)
    (demarrage / "sitecustomize.py").write_text(_SANS_GRAMMAIRE, encoding="utf-8")
    chemins = os.pathsep.join(filter(None, [str(demarrage), os.environ.get("PYTHONPATH")]))
    with patch.dict(os.environ, {"PYTHONPATH": chemins}):
        yield
