"""La reprise : après une coupure, accorder le journal à ce qui a vraiment été gardé."""

from itertools import product

from bilan.carnets.journal import Execution, Journal
from bilan.carnets.plan import nom_de_tache
from bilan.entrepot.fichiers import lire_json
from bilan.entrepot.runs import EntrepotRuns
from bilan.projet import PROFILS, Jeu, Projet

TRACE = "trace.json"
"""Fichier posé dans le dossier de chaque exécution : sa ligne de journal, écrite avant que la page existe."""


def reprendre(projet: Projet, journal: Journal) -> int:
    """Accorde le journal aux exécutions gardées, après une coupure ou la perte du journal ; rend ce qui a été repris.

    À n'appeler que verrou en main.
    """
    journal.solder()
    connues = {tache: execution.cle for tache, execution in journal.dernieres().items()}
    repris = 0
    for jeu, profil in product(Jeu, PROFILS):
        runs = EntrepotRuns(projet.entrepot, jeu, profil)
        for nom, cle in runs.cles().items():
            carnet, territoire = nom.split("|")
            if connues.get(nom_de_tache(jeu, profil, carnet, territoire)) == cle or not runs.existe(cle):
                continue
            if trace := lire_json(runs.dossier(cle) / TRACE, None):
                journal.importer(Execution(**trace))
                repris += 1
    return repris
