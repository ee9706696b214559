"""Le moteur rapide derrière le contrat des moteurs : une tâche, un enfant du parent chaud."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bilan.carnets.atelier import coeurs
from bilan.carnets.moteur import Resultat, executer_par_papermill
from bilan.carnets.ordre import FinDeCarnet, Limites, Ordre
from bilan.carnets.parent import ParentChaud, dessin_de
from bilan.carnets.plan import Tache


class MoteurChaud:
    """Moteur `bilan` : le parent chaud démarre avec l'objet, et sert tous les fils de l'exécuteur.

    `sources` sont les carnets qu'il jouera : ils disent ce qu'il vaut la peine d'importer d'avance. `ouvriers` enfants
    au plus jouent de front : ils se partagent les cœurs, sans quoi leurs fils de calcul s'attendent les uns les autres.
    """

    nom = "bilan"

    def __init__(self, racine: Path, sources: Iterable[Path] = (), ouvriers: int = 1) -> None:
        self._parent = ParentChaud(racine, dessin_de(sources), max(1, coeurs() // ouvriers))

    def executer(self, tache: Tache, destination: Path) -> Resultat:
        """Joue `tache` dans un enfant neuf, dans ses limites ; une mort subite laisse aussi une copie située."""
        fins: list[FinDeCarnet] = []

        def jouer(source: Path, sortie: Path) -> None:
            """Joue `source` dans un enfant ; sa fin va dans `fins`."""
            ordre = Ordre(source, sortie, dict(tache.parametres), tache.source.parent)
            fin = self._parent.executer(ordre, Limites(tache.delai_s, tache.memoire_mo))
            fins.append(fin)
            if not fin.reussi and (fin.arretee or not sortie.exists()):
                _situer(tache, sortie, fin)

        resultat = executer_par_papermill(tache, destination, jouer)
        return dataclasses.replace(resultat, memoire_pic_mo=fins[0].memoire_pic_mo) if fins else resultat

    def fermer(self) -> None:
        """Arrête le parent chaud et ses enfants."""
        self._parent.fermer()


def _situer(tache: Tache, sortie: Path, fin: FinDeCarnet) -> None:
    """Note sur sa cellule une fin que le carnet n'a pas pu écrire lui-même."""
    import nbformat  # avec papermill, deux secondes d'import que seule une mort subite demande à ce processus
    from papermill import execute_notebook

    if not sortie.exists():
        execute_notebook(
            tache.source, sortie, dict(tache.parametres), engine_name="bilan", prepare_only=True, progress_bar=False
        )
    carnet: Any = nbformat.read(sortie, as_version=4)
    cellule = _cellule_commencee(carnet, fin)
    cellule.outputs = [s for s in cellule.outputs if s.output_type != "error"]
    cellule.outputs.append(
        nbformat.from_dict(
            {"output_type": "error", "ename": fin.nom, "evalue": fin.raison, "traceback": [f"{fin.nom} : {fin.raison}"]}
        )
    )
    cellule.metadata.setdefault("papermill", {})["exception"] = True
    nbformat.write(carnet, sortie)


def _cellule_commencee(carnet: Any, fin: FinDeCarnet) -> Any:
    fautives = [c for c in carnet.cells if c.metadata.get("papermill", {}).get("exception") is True]
    if fautives:
        return fautives[0]
    return carnet.cells[min(fin.cellule or 0, len(carnet.cells) - 1)]
