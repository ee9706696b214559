"""La fraîcheur : la clé d'une exécution, et la raison pour laquelle une tâche doit être rejouée.

La clé tient en deux parts. Les *entrées* ne dépendent pas de ce que le carnet lit : son code, ses
paramètres, tout `lib/`, la configuration, les gabarits, la géographie, le verrou, la version de Python.
Les *lectures* sont les empreintes des mesures et des tables que l'exécution a lues, d'après son journal.
Un carnet est une fonction de ses entrées et de ses lectures : si la première lecture est inchangée, la
deuxième se fait au même endroit, et ainsi de suite ; comparer les lectures de la dernière exécution à
ce qu'elles vaudraient aujourd'hui suffit donc à savoir si la page peut avoir changé.

Rien ici n'importe Polars : tout se lit dans des manifestes JSON.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from bilan.carnets.catalogue import empreinte_des_carnets
from bilan.carnets.cellules import Document
from bilan.carnets.empreintes import empreinte_dossier, empreinte_fichier, empreinte_json
from bilan.carnets.journal import Execution
from bilan.carnets.plan import Tache
from bilan.entrepot.manifeste import Manifeste
from bilan.entrepot.mesures import Cle, EntrepotMesures
from bilan.erreurs import DonneesRefusees
from bilan.projet import FICHIER_COLLECTION, Jeu, Projet

DOSSIER_CODE = Path(__file__).parents[1]
"""Le paquet `bilan` qui tourne, en entier."""

TABLES = "table:"
MESURES = "mesures:"
CATALOGUE = "catalogue:"


@dataclass(frozen=True)
class Socle:
    """Empreintes de ce dont dépend toute exécution, quel que soit le carnet."""

    code: str
    configuration: str
    gabarits: str
    geographie: str
    verrou: str
    python: str

    @classmethod
    def de(cls, projet: Projet) -> Self:
        """Rend le socle du projet ; le code est celui du paquet qui tourne."""
        return cls(
            code=empreinte_dossier(DOSSIER_CODE),
            configuration=empreinte_fichier(projet.racine / FICHIER_COLLECTION),
            gabarits=empreinte_dossier(projet.reports / "gabarits"),
            geographie=empreinte_dossier(projet.referentiel),
            verrou=empreinte_fichier(projet.racine / "requirements.lock"),
            python=f"{sys.version.split()[0]} bilan {version('bilan')}",
        )

    def entrees(self, tache: Tache, document: Document) -> dict[str, str]:
        """Rend les empreintes des entrées de `tache`, par nom d'entrée."""
        return {
            "carnet": document.empreinte,
            "parametres": empreinte_json(dict(tache.parametres)),
            "page": tache.page,
            **{nom: getattr(self, nom) for nom in self.__dataclass_fields__},
        }


@dataclass(frozen=True)
class Donnees:
    """Ce que les magasins d'un jeu disent de leur contenu, sans qu'on le lise."""

    projet: Projet
    jeu: Jeu
    profil: str = "interne"

    @cached_property
    def mesures(self) -> dict[Cle, str]:
        """Empreinte des mesures de chaque (indicateur, maille, territoire) ; vide tant que rien n'est calculé.

        Lève `DonneesRefusees` si les mesures ne sont pas celles que leur manifeste décrit.
        """
        entrepot = EntrepotMesures(self.projet.entrepot, self.jeu, self.profil)
        empreintes = entrepot.empreintes()
        if not empreintes and entrepot.chemin.is_file():
            raise DonneesRefusees(
                f"Les mesures du jeu « {self.jeu} » ont été coupées pendant leur écriture ; "
                "relancez « bilan executer » pour les recalculer."
            )
        return empreintes

    @cached_property
    def _par_maille(self) -> dict[str, str]:
        regroupees: dict[str, list[tuple[Cle, str]]] = {}
        for cle, valeur in sorted(self.mesures.items()):
            for lecture in (f"{cle[0]}//", f"{cle[0]}/{cle[1]}/"):
                regroupees.setdefault(lecture, []).append((cle, valeur))
        return {lecture: empreinte_json(contenu) for lecture, contenu in regroupees.items()}

    @cached_property
    def manifeste(self) -> Manifeste:
        """Livraisons chargées."""
        return Manifeste.ouvrir(self.projet.entrepot / self.jeu.value / "tables" / "manifeste.json")

    def livraisons(self, connu_le: date) -> dict[str, str]:
        """Rend l'empreinte de chaque livraison qui vaut à cette date, par table, émetteur et période."""
        return {" | ".join(e.place): e.livraison.empreinte for e in self.manifeste.retenues(connu_le=connu_le)}

    def empreinte_mesures(self, indicateur: str, maille: str, territoire: str) -> str:
        """Rend l'empreinte d'une lecture de mesures ; maille ou territoire vides valent « tous »."""
        if maille and territoire:
            return self.mesures.get((indicateur, maille, territoire), "")
        if territoire:  # un territoire sans sa maille : toutes les mailles où ce code existe
            voulues = {c: v for c, v in self.mesures.items() if (c[0], c[2]) == (indicateur, territoire)}
            return empreinte_json(sorted(voulues.items()))
        return self._par_maille.get(f"{indicateur}/{maille}/", "")

    def empreinte_table(self, nom: str, connu_le: date) -> str:
        """Rend l'empreinte d'une table telle que connue à une date : celles de ses livraisons et de leur schéma."""
        return empreinte_json([(e.livraison_id, e.livraison.empreinte) for e in self.manifeste.retenues(nom, connu_le)])


def empreintes_lues(lectures: Iterable[str], donnees: Donnees, connu_le: date) -> dict[str, str]:
    """Rend ce que valent aujourd'hui ces lectures (« mesures:E5/epci/ », « table:conventions »)."""
    valeurs = {}
    for lecture in lectures:
        if lecture == CATALOGUE:
            valeurs[lecture] = empreinte_des_carnets(donnees.projet)
        elif lecture.startswith(TABLES):
            valeurs[lecture] = donnees.empreinte_table(lecture.removeprefix(TABLES), connu_le)
        else:
            indicateur, maille, territoire = lecture.removeprefix(MESURES).split("/")
            valeurs[lecture] = donnees.empreinte_mesures(indicateur, maille, territoire)
    return valeurs


def noms_des_lectures(lectures: Mapping[str, Any]) -> list[str]:
    """Rend les noms des lectures qu'un carnet a déposées en se terminant."""
    return [
        *(MESURES + "/".join(lecture) for lecture in lectures.get("mesures", ())),
        *(TABLES + nom for nom in lectures.get("tables", ())),
        *([CATALOGUE] if lectures.get("catalogue") else ()),
    ]


def cle_execution(entrees: Mapping[str, str], lues: Mapping[str, str], reussie: bool = True) -> str:
    """Rend la clé d'une exécution ; une exécution en échec a la sienne, qu'on ne confond pas avec une bonne."""
    return empreinte_json([dict(entrees), dict(lues), reussie])


_MOTIFS = {
    "carnet": "carnet modifié",
    "parametres": "paramètres changés",
    "page": "page déplacée",
    "code": "code de lib/ modifié",
    "configuration": "collection.toml modifié",
    "gabarits": "gabarits modifiés",
    "geographie": "référentiel modifié",
    "verrou": "requirements.lock modifié",
    "python": "version de Python ou de bilan changée",
}


def raisons(avant: Execution | None, entrees: Mapping[str, str], lues: Mapping[str, str]) -> list[str]:
    """Rend pourquoi rejouer, en français ; une liste vide si la dernière exécution vaut toujours."""
    if avant is None:
        return ["jamais joué"]
    if avant.issue == "echec":
        return ["la dernière exécution a échoué"]
    motifs = [motif for nom, motif in _MOTIFS.items() if avant.entrees.get(nom) != entrees.get(nom)]
    changees = sorted(nom for nom in lues if avant.lectures.get(nom) != lues[nom])
    mesures = sorted({nom.removeprefix(MESURES).split("/")[0] for nom in changees if nom.startswith(MESURES)})
    tables = [nom.removeprefix(TABLES) for nom in changees if nom.startswith(TABLES)]
    motifs += ["carnets de la collection modifiés"] if CATALOGUE in changees else []
    motifs += [f"mesures changées : {', '.join(mesures)}"] if mesures else []
    motifs += [f"tables changées : {', '.join(tables)}"] if tables else []
    return motifs


def livraisons_changees(avant: Mapping[str, str], apres: Mapping[str, str]) -> list[str]:
    """Rend les livraisons nouvelles, changées ou retirées entre deux ensembles, avec ce qui leur est arrivé."""
    lignes = []
    for nom in sorted(avant.keys() | apres.keys()):
        if nom not in avant:
            lignes.append(f"{nom} (nouvelle)")
        elif nom not in apres:
            lignes.append(f"{nom} (retirée)")
        elif avant[nom] != apres[nom]:
            lignes.append(f"{nom} (changée)")
    return lignes
