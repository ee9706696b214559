"""L'exécution d'un plan : ce qui a changé seulement ; un échec n'arrête pas les autres, une coupure ne perd rien."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.carnets.empreintes import empreinte_json
from bilan.carnets.examen import Examinee, examiner
from bilan.carnets.fraicheur import Donnees
from bilan.carnets.journal import Execution, Journal
from bilan.carnets.moteur import VARIABLE_EXECUTION, Resultat
from bilan.carnets.plan import Plan, Tache
from bilan.carnets.reprise import reprendre
from bilan.carnets.suivi import ouvrir_suivi
from bilan.carnets.verrou import verrou_execution
from bilan.erreurs import ErreurBilan
from bilan.projet import Jeu, Projet

if TYPE_CHECKING:
    from bilan.carnets.atelier import Atelier

TAMPON = "en_cours"


@dataclass(frozen=True)
class Reglages:
    """Comment exécuter.

    `moteur` vaut « bilan », « standard » ou None (le plus rapide qui marche ici) ; `ouvriers` est le nombre de
    carnets menés de front, 0 pour autant que de cœurs ; `forcer` rejoue aussi ce qui est à jour ; `dire` reçoit
    les lignes du suivi. `ordonnanceur` est l'adresse d'une grappe Dask, None pour jouer sur cette machine ;
    `depot` est alors l'adresse fsspec que ses ouvriers partagent.
    """

    moteur: str | None = None
    ouvriers: int = 0
    forcer: bool = False
    dire: Callable[[str], object] = print
    ordonnanceur: str | None = None
    depot: str | None = None


@dataclass(frozen=True)
class BilanExecution:
    """Ce qui a été joué, et ce qui n'avait pas besoin de l'être."""

    executions: tuple[Execution, ...]
    a_jour: int

    @property
    def echecs(self) -> tuple[Execution, ...]:
        """Exécutions en échec ; leur copie exécutée est gardée."""
        return tuple(e for e in self.executions if e.issue == "echec")


def executer(projet: Projet, plan: Plan, reglages: Reglages) -> BilanExecution:
    """Joue les tâches du plan qui doivent l'être et rend ce qui s'est passé.

    Lève `VerrouTenu` si une autre commande travaille. Rien de lourd n'est importé quand rien n'est à jouer.
    """
    with verrou_execution(projet):
        journal = Journal.ouvrir(projet.entrepot)
        try:
            reprendre(projet, journal)
            examinees = examiner(projet, plan, journal, forcer=reglages.forcer)
            a_jouer = [e for e in examinees if e.raisons]
            executions = _Execution(projet, plan, journal).jouer(a_jouer, reglages) if a_jouer else ()
            return BilanExecution(tuple(executions), len(examinees) - len(a_jouer))
        finally:
            journal.fermer()


@dataclass
class _Execution:
    """Une exécution en cours : où l'on écrit, et le numéro de journal de chaque tâche commencée."""

    projet: Projet
    plan: Plan
    journal: Journal
    numeros: dict[str, int] = field(default_factory=dict)

    def jouer(self, a_jouer: Sequence[Examinee], reglages: Reglages) -> list[Execution]:
        """Joue ces tâches et rend leurs exécutions, dans l'ordre où elles finissent, toutes inscrites au journal."""
        # Déclarée avant l'atelier : le parent chaud et les noyaux héritent de l'environnement qu'ils trouvent.
        with _execution_declaree():
            atelier = self._ouvrir_atelier(reglages, [e.tache.source for e in a_jouer])
            return self._jouer_dans(atelier, a_jouer, reglages)

    def _jouer_dans(self, atelier: "Atelier", a_jouer: Sequence[Examinee], reglages: Reglages) -> list[Execution]:
        self._noter_livraisons(a_jouer)
        tampon = self.projet.entrepot / TAMPON
        shutil.rmtree(tampon, ignore_errors=True)
        with ouvrir_suivi("Carnets", len(a_jouer), reglages.dire) as suivi:
            try:
                executions = []
                for execution in self._une_a_une(a_jouer, atelier):
                    suivi.avancer(execution.tache, execution.message)
                    executions.append(execution)
                return executions
            finally:
                atelier.fermer()
                with contextlib.suppress(ErreurBilan):  # ce qui a arrêté l'exécution se dit avant un disque plein
                    self.journal.solder()
                shutil.rmtree(tampon, ignore_errors=True)

    def _ouvrir_atelier(self, reglages: Reglages, sources: Sequence[Path]) -> "Atelier":
        if reglages.ordonnanceur is not None:
            from bilan.carnets.grappe import AtelierDask

            return AtelierDask(self.projet, reglages.ordonnanceur, reglages.depot, reglages.moteur)
        from bilan.carnets.atelier import AtelierLocal
        from bilan.carnets.moteurs import fabriquer

        moteur = fabriquer(self.projet.racine, reglages.moteur, sources, reglages.ouvriers)
        return AtelierLocal(moteur, reglages.ouvriers)

    def _une_a_une(self, a_jouer: Sequence[Examinee], atelier: "Atelier") -> Iterator[Execution]:
        from bilan.carnets.cloture import Cloture

        cloture = Cloture(self.projet, self.plan, {jeu: Donnees(self.projet, jeu, self.plan.profil) for jeu in Jeu})
        entrees = {e.tache.nom: dict(e.entrees) for e in a_jouer}

        def commencer(tache: Tache) -> None:
            self.numeros[tache.nom] = self.journal.commencer(tache.nom, tache.parametres, atelier.nom)

        for tache, resultat in atelier.jouer([e.tache for e in a_jouer], self.projet.entrepot / TAMPON, commencer):
            try:
                execution = cloture.clore(tache, resultat, entrees[tache.nom], atelier.nom)
            except OSError as erreur:
                execution = _non_gardee(tache, resultat, entrees[tache.nom], erreur)
            self.journal.conclure(self.numeros[tache.nom], execution)
            yield execution

    def _noter_livraisons(self, a_jouer: Sequence[Examinee]) -> None:
        from datetime import date

        for jeu, connu_le in {(e.tache.jeu, str(e.tache.parametres["connu_le"])) for e in a_jouer}:
            livraisons = Donnees(self.projet, jeu).livraisons(date.fromisoformat(connu_le))
            self.journal.noter_livraisons(empreinte_json(livraisons), livraisons)


def _non_gardee(tache: Tache, resultat: Resultat, entrees: dict[str, str], erreur: OSError) -> Execution:
    return Execution(
        tache=tache.nom, issue="echec", debut=resultat.debut, duree_s=resultat.duree_s, parametres=tache.parametres,
        entrees=entrees,
        message=f"L'exécution n'a pas pu être gardée ({erreur.strerror}) ; libérez de la place puis relancez.",
    )


@contextlib.contextmanager
def _execution_declaree() -> Iterator[None]:
    avant = os.environ.get(VARIABLE_EXECUTION)
    os.environ[VARIABLE_EXECUTION] = "1"
    try:
        yield
    finally:
        os.environ.pop(VARIABLE_EXECUTION) if avant is None else os.environ.update({VARIABLE_EXECUTION: avant})
