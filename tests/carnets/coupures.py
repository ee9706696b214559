"""Programme du test de reprise : exécute la maquette, se tue (kill -9) à un instant choisi, recommence.

Il importe tout, sans aucune requête Polars, puis se duplique à chaque essai : ses enfants travaillent, sans importer.
Usage : python coupures.py RACINE NOMBRE ; écrit un verdict JSON par instant.
"""

import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from maquette_carnets import Maquette

from bilan.carnets import cloture, fraicheur, ouverture, recolte, verdict
from bilan.carnets.journal import Journal
from bilan.entrepot.fichiers import lire_json
from bilan.entrepot.runs import EntrepotRuns
from bilan.projet import Jeu, Projet

SUIVIS = (f"{os.sep}bilan{os.sep}carnets{os.sep}", f"{os.sep}bilan{os.sep}entrepot{os.sep}")
DEJA_LUS = (cloture, ouverture, recolte, verdict)
"""Modules qu'une exécution n'importe qu'en chemin : les importer ici, c'est ne pas le refaire à chaque essai."""


def _jouer(racine: Path, sortie: Path, tuer_a: int | None) -> None:
    """Joue la maquette ; compte les entrées et les sorties de fonction du paquet et se tue à la `tuer_a`-ième.

    Sans `tuer_a`, ne compte pas : la reprise se joue à pleine vitesse. À zéro, compte sans se tuer.
    """
    fraicheur.DOSSIER_CODE = racine / "lib"
    appels = 0

    def compter(cadre: FrameType, evenement: str, _argument: object) -> None:
        nonlocal appels
        if evenement in {"call", "return"} and any(s in cadre.f_code.co_filename for s in SUIVIS):
            appels += 1
            if appels == tuer_a:
                os.kill(os.getpid(), signal.SIGKILL)

    maquette = Maquette(Projet(racine))
    plan = maquette.plan()
    maquette.plan = lambda: plan
    if tuer_a is not None:
        threading.setprofile(compter)
        sys.setprofile(compter)
    bilan = maquette.jouer()
    sys.setprofile(None)
    sortie.write_text(json.dumps({"jouees": [e.tache for e in bilan.executions], "appels": appels}))


def _dans_un_enfant(racine: Path, sortie: Path, tuer_a: int | None = None) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            _jouer(racine, sortie, tuer_a)
            os._exit(0)
        except BaseException as erreur:
            sortie.write_text(json.dumps({"erreur": repr(erreur)}))
            os._exit(1)
    os.waitpid(pid, 0)


def _pages(racine: Path) -> dict[str, bool]:
    """Rend, par page de l'index, si elle est entière."""
    runs = EntrepotRuns(racine / "data" / "entrepot", Jeu.DEMONSTRATION)
    entieres = {}
    for nom, cle in runs.cles().items():
        page = lire_json(runs.dossier(cle) / "page.json", {"blocs": []})
        figures = [runs.dossier(cle) / "figures" / f"{b['id']}.json" for b in page["blocs"] if b["type"] == "figure"]
        lues = [lire_json(chemin, None) for chemin in figures]
        entieres[f"demonstration/{nom.replace('|', '/')}"] = bool(lues) and None not in lues
    return entieres


def _essayer(modele: Path, tuer_a: int) -> dict[str, object]:
    racine, sortie = modele.with_name("essai"), modele.with_name("sortie.json")
    shutil.rmtree(racine, ignore_errors=True)
    shutil.copytree(modele, racine)
    sortie.unlink(missing_ok=True)
    _dans_un_enfant(racine, sortie, tuer_a)
    tuee, gardees = not sortie.exists(), _pages(racine)
    _dans_un_enfant(racine, sortie)
    reprise = json.loads(sortie.read_text())
    journal = Journal.ouvrir(racine / "data" / "entrepot")
    issues = [e.issue for e in journal.toutes()]
    journal.fermer()
    return {
        "tuer_a": tuer_a, "tuee": tuee, "gardees": gardees, "reprise": reprise, "apres": _pages(racine),
        "issues": issues,
    }


def main() -> None:
    """Écrit la liste des verdicts, les instants étant répartis sur toute la durée."""
    modele, nombre = Path(sys.argv[1]), int(sys.argv[2])
    entier = _essayer(modele, 0)
    sortie = modele.with_name("sortie.json")
    racine = modele.with_name("essai")
    shutil.rmtree(racine)
    shutil.copytree(modele, racine)
    _dans_un_enfant(racine, sortie, 0)
    total = json.loads(sortie.read_text())["appels"]
    verdicts = [_essayer(modele, 1 + total * rang // nombre) for rang in range(nombre)]
    sys.stdout.write(json.dumps({"entier": entier, "total": total, "verdicts": verdicts}))


if __name__ == "__main__":
    main()
