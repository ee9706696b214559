"""L'atelier Dask : les mêmes tâches, sur une grappe dask.distributed qui existe déjà.

Les ouvriers reçoivent code et données par empreinte de contenu, d'un dépôt partagé (adresse fsspec). Un
ouvrier perdu, Dask rejoue ses carnets ailleurs ; nous n'ordonnançons rien.
"""

import base64
import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bilan.carnets.atelier import Commencer
from bilan.carnets.empreintes import empreinte_fichier
from bilan.carnets.moteur import Echec, Resultat
from bilan.carnets.ouvrier import ecrire_tache
from bilan.carnets.plan import Tache
from bilan.erreurs import ErreurUsage
from bilan.projet import FICHIER_COLLECTION, Jeu, Projet

_CODE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Paquet:
    """Projet déposé pour la grappe : adresse du dépôt et empreinte de son manifeste."""

    depot: str
    manifeste: str


def deposer(projet: Projet, depot: str) -> Paquet:
    """Dépose ce que les carnets lisent et rend le paquet ; ce qui est déjà au dépôt n'est pas renvoyé."""
    from bilan.entrepot.distant import Depot

    ouvert = Depot.ouvrir(depot)
    chemins = {nom: (empreinte_fichier(chemin), chemin) for nom, chemin in _fichiers(projet)}
    ouvert.deposer_contenus(dict(chemins.values()))
    manifeste = ouvert.deposer_manifeste({nom: empreinte for nom, (empreinte, _) in chemins.items()})
    return Paquet(depot, manifeste)


def _fichiers(projet: Projet) -> Iterator[tuple[str, Path]]:
    """Rend le nom dans le paquet et le chemin de chaque fichier utile aux carnets."""
    for chemin in sorted(_CODE.rglob("*")):
        if chemin.is_file() and "__pycache__" not in chemin.parts:
            yield f"lib/bilan/{chemin.relative_to(_CODE).as_posix()}", chemin
    dossiers = [projet.notebooks, projet.referentiel, *(projet.entrepot / jeu.value / "tables" for jeu in Jeu)]
    mesures = [c for jeu in Jeu for c in sorted((projet.entrepot / jeu.value).glob("mesures*")) if "_de." not in c.name]
    seuls = [projet.racine / FICHIER_COLLECTION, *mesures]
    for chemin in [*seuls, *(c for dossier in dossiers for c in sorted(dossier.rglob("*")))]:
        if chemin.is_file() and not chemin.name.startswith("."):
            yield chemin.relative_to(projet.racine).as_posix(), chemin


class AtelierDask:
    """Tâches jouées par les ouvriers d'un ordonnanceur Dask."""

    def __init__(self, projet: Projet, ordonnanceur: str, depot: str | None = None, moteur: str | None = None) -> None:
        self.nom = f"dask {moteur or 'auto'}"
        self._moteur = moteur or ""
        self._client = _client(ordonnanceur)
        self._paquet = deposer(projet, depot or (projet.entrepot / "grappe").as_uri())

    def jouer(self, taches: Sequence[Tache], tampon: Path, commencer: Commencer) -> Iterator[tuple[Tache, Resultat]]:
        """Confie `taches` à la grappe et les rend à mesure qu'elles finissent."""
        finies: Any = importlib.import_module("distributed").as_completed
        tampon.mkdir(parents=True, exist_ok=True)
        confiees = {}
        for tache in taches:
            commencer(tache)
            confiees[self._confier(tache)] = tache
        for future in finies(confiees, loop=self._client.loop):
            tache = confiees[future]
            yield tache, self._rapatrier(future, tampon / f"{tache.nom.replace('/', '-')}.ipynb")

    def fermer(self) -> None:
        """Quitte la grappe ; ce qui y tournait encore est abandonné."""
        self._client.close()

    def _confier(self, tache: Tache) -> Any:
        from bilan.carnets import grappe_ouvrier

        ordre = {"tache": ecrire_tache(tache), "moteur": self._moteur}
        return self._client.submit(grappe_ouvrier.jouer, self._paquet.depot, self._paquet.manifeste, ordre, pure=False)

    @staticmethod
    def _rapatrier(future: Any, destination: Path) -> Resultat:
        if future.status != "finished":
            return Resultat(None, "", 0.0, Echec(0, "", f"La grappe a perdu ce carnet ({future.exception()})."))
        recu = future.result()
        echec = Echec(**recu["echec"]) if recu["echec"] else None
        copie = None
        if recu["copie"] is not None:
            destination.write_bytes(base64.b64decode(recu["copie"]))
            copie = destination
        future.release()
        return Resultat(copie, recu["debut"], recu["duree_s"], echec, recu["memoire_pic_mo"])


def _client(ordonnanceur: str) -> Any:
    try:
        cloudpickle: Any = importlib.import_module("cloudpickle")
        distributed: Any = importlib.import_module("distributed")
    except ImportError as erreur:
        raise ErreurUsage(
            "L'exécuteur Dask n'est pas installé ; ajoutez l'option « dask » de bilan (bilan[dask])."
        ) from erreur
    from bilan.carnets import grappe_ouvrier

    cloudpickle.register_pickle_by_value(grappe_ouvrier)
    try:
        return distributed.Client(ordonnanceur, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as erreur:
        raise ErreurUsage(
            f"L'ordonnanceur « {ordonnanceur} » ne répond pas ; vérifiez son adresse (« tcp://hote:8786 »)."
        ) from erreur
