"""L'examen : pour chaque tâche d'un plan, faut-il la rejouer, et pourquoi."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bilan.carnets.fraicheur import Donnees, Socle, empreintes_lues, livraisons_changees, raisons
from bilan.carnets.journal import Execution, Journal
from bilan.carnets.plan import Plan, Tache
from bilan.entrepot.runs import EntrepotRuns
from bilan.projet import Jeu, Projet


@dataclass(frozen=True)
class Examinee:
    """Tâche examinée : à rejouer si elle a au moins une raison.

    `livraisons` liste ce qui a bougé dans les livraisons depuis sa dernière exécution, quand des mesures ou
    des tables qu'elle lit ont changé ; `entrees` sont ses empreintes hors lectures.
    """

    tache: Tache
    raisons: tuple[str, ...]
    livraisons: tuple[str, ...]
    entrees: Mapping[str, str]


def examiner(projet: Projet, plan: Plan, journal: Journal, forcer: bool = False) -> list[Examinee]:
    """Rend toutes les tâches du plan, examinées ; `forcer` donne une raison à chacune."""
    examen = _Examen(projet, plan, journal)
    return [examen.examiner(tache, forcer) for tache in plan.taches]


def pourquoi(examinees: Sequence[Examinee], territoire: str) -> list[str]:
    """Rend, en français, ce qui attend chaque carnet d'un territoire et ce qui l'explique."""
    lignes = []
    for examinee in examinees:
        if examinee.tache.territoire == territoire:
            motifs = " ; ".join(examinee.raisons) or "à jour"
            lignes.append(f"{examinee.tache.nom} : {motifs}")
            lignes += [f"  – livraison {ligne}" for ligne in examinee.livraisons]
    return lignes or [f"Aucun carnet du plan ne porte sur « {territoire} »."]


class _Examen:
    def __init__(self, projet: Projet, plan: Plan, journal: Journal) -> None:
        self._plan, self._journal = plan, journal
        self._socle = Socle.de(projet)
        self._dernieres = journal.dernieres()
        self._donnees = {jeu: Donnees(projet, jeu, plan.profil) for jeu in Jeu}
        self._runs = {jeu: EntrepotRuns(projet.entrepot, jeu, plan.profil) for jeu in Jeu}
        self._cles = {jeu: runs.cles() for jeu, runs in self._runs.items()}

    def examiner(self, tache: Tache, forcer: bool) -> Examinee:
        """Rend la tâche et ses raisons d'être rejouée, d'après la dernière exécution et ce que valent ses lectures."""
        entrees = self._socle.entrees(tache, self._plan.documents[tache.carnet])
        avant = self._dernieres.get(tache.nom)
        connu_le = date.fromisoformat(str(tache.parametres["connu_le"]))
        lues = empreintes_lues(avant.lectures if avant else (), self._donnees[tache.jeu], connu_le)
        motifs = raisons(avant, entrees, lues)
        if not motifs and avant and not self._est_gardee(tache, avant):
            motifs = ["page absente de l'entrepôt"]
        if not motifs and forcer:
            motifs = ["demandé par --forcer"]
        touchees = self._livraisons(tache, avant, connu_le) if avant and lues != avant.lectures else []
        return Examinee(tache, tuple(motifs), tuple(touchees), entrees)

    def _est_gardee(self, tache: Tache, avant: Execution) -> bool:
        valable = self._cles[tache.jeu].get(f"{tache.carnet}|{tache.territoire}") == avant.cle
        return valable and self._runs[tache.jeu].existe(avant.cle)

    def _livraisons(self, tache: Tache, avant: Execution, connu_le: date) -> list[str]:
        return livraisons_changees(
            self._journal.livraisons(avant.livraisons), self._donnees[tache.jeu].livraisons(connu_le)
        )
