"""Clore une exécution : récolter la copie, calculer sa clé, tout mettre en place, puis l'inscrire.

L'ordre fait la reprise : la copie, les figures et la trace d'abord, `page.json` et l'index ensuite, le
journal enfin. Tuée n'importe où, la commande suivante retrouve tout ce qui a été fini, et rien d'autre.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bilan.carnets.cellules import Document, lire_document
from bilan.carnets.empreintes import empreinte_json
from bilan.carnets.fraicheur import Donnees, cle_execution, empreintes_lues
from bilan.carnets.journal import Execution
from bilan.carnets.moteur import Resultat
from bilan.carnets.plan import Plan, Tache
from bilan.carnets.recolte import page, recolter
from bilan.carnets.reprise import TRACE
from bilan.entrepot.fichiers import ecrire_json
from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.projet import Jeu, Projet


@dataclass(frozen=True)
class Cloture:
    """Ce qu'il faut pour clore une tâche : le plan, ses entrées déjà empreintes, et ce que disent les magasins."""

    projet: Projet
    plan: Plan
    donnees: dict[Jeu, Donnees]

    def clore(self, tache: Tache, resultat: Resultat, entrees: dict[str, str], moteur: str) -> Execution:
        """Met en place ce que `resultat` a produit et rend l'exécution à inscrire au journal."""
        copie = lire_document(resultat.copie) if resultat.copie else None
        # L'empreinte vient de la copie : c'est ce qui a vraiment été joué, même si le carnet a été modifié entre-temps.
        entrees = entrees | ({"carnet": copie.empreinte} if copie else {})
        recolte = recolter(resultat, copie, self.plan.contrat(tache.carnet))
        connu_le = date.fromisoformat(str(tache.parametres["connu_le"]))
        donnees = self.donnees[tache.jeu]
        lues = empreintes_lues(recolte.lectures.get("lectures", ()), donnees, connu_le)
        cle = cle_execution(entrees, lues, recolte.echec is None)
        runs = EntrepotRuns(self.projet.entrepot, tache.jeu, tache.profil)
        dossier = runs.dossier(cle)
        execution = Execution(
            tache=tache.nom, issue="echec" if recolte.echec else "ok", cle=cle, moteur=moteur, debut=resultat.debut,
            duree_s=resultat.duree_s, memoire_pic_mo=resultat.memoire_pic_mo,
            message=recolte.echec.message if recolte.echec else "",
            chemin=(dossier / "carnet.ipynb").relative_to(self.projet.racine).as_posix(),
            parametres=tache.parametres, entrees=entrees, lectures=lues,
            livraisons=empreinte_json(donnees.livraisons(connu_le)),
        )
        contenu = page(tache, recolte, resultat)
        self._poser(dossier, copie, recolte.figures, execution)
        runs.enregistrer(
            Run(cle=cle, version_code=entrees["code"][:12], empreinte_mesures=empreinte_json(lues), **contenu)
        )
        return execution

    @staticmethod
    def _poser(dossier: Path, copie: Document | None, figures: dict[str, Any], execution: Execution) -> None:
        shutil.rmtree(dossier / "figures", ignore_errors=True)
        for identifiant, figure in figures.items():
            ecrire_json(dossier / "figures" / f"{identifiant}.json", figure)
        ecrire_json(dossier / TRACE, vars(execution))
        if copie is not None:
            copie.chemin.replace(dossier / "carnet.ipynb")
