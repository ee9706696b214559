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
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Self

from bilan.carnets.catalogue import empreinte_des_carnets
from bilan.carnets.cellules import Document
from bilan.carnets.cles_de_lecture import CATALOGUE, CHANGEMENTS, LectureMesures, LectureTable, lire_nom
from bilan.carnets.empreintes import empreinte_dossier, empreinte_fichier, empreinte_json
from bilan.carnets.journal import Execution
from bilan.carnets.plan import Tache
from bilan.entrepot.changements import EntrepotChangements
from bilan.entrepot.manifeste import Manifeste
from bilan.entrepot.mesures import Cle, EntrepotMesures
from bilan.entrepot.tranches import TRANCHES, Tranches
from bilan.erreurs import DonneesRefusees
from bilan.projet import FICHIER_COLLECTION, Jeu, Projet

DOSSIER_CODE = Path(__file__).parents[1]
"""Le paquet `bilan` qui tourne, en entier."""

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
    _groupes: dict[tuple[bool, tuple[bool, ...]], dict[tuple[str, ...], str]] = field(default_factory=dict, repr=False)
    _index: dict[tuple[str, date], Tranches] = field(default_factory=dict, repr=False)

    @cached_property
    def mesures(self) -> Mapping[Cle, str]:
        """Empreinte des mesures de chaque (indicateur, maille, territoire, période) ; vide tant que rien n'est calculé.

        Lève `DonneesRefusees` si les mesures ne sont pas celles que leur manifeste décrit.
        """
        entrepot = self._entrepot
        empreintes = entrepot.empreintes()
        if not empreintes and entrepot.chemin.is_file():
            raise DonneesRefusees(
                f"Les mesures du jeu « {self.jeu} » ont été coupées pendant leur écriture ; "
                "relancez « bilan executer » pour les recalculer."
            )
        return empreintes

    @cached_property
    def reperes(self) -> Mapping[Cle, str]:
        """De même pour les mesures prises pour repère, arrondies."""
        return self._entrepot.empreintes_reperes()

    @property
    def _entrepot(self) -> EntrepotMesures:
        return EntrepotMesures(self.projet.entrepot, self.jeu, self.profil)

    @cached_property
    def manifeste(self) -> Manifeste:
        """Livraisons chargées."""
        return Manifeste.ouvrir(self.projet.entrepot / self.jeu.value / "tables" / "manifeste.json")

    def livraisons(self, connu_le: date) -> dict[str, str]:
        """Rend l'empreinte de chaque livraison qui vaut à cette date, par table, émetteur et période."""
        return {" | ".join(e.place): e.livraison.empreinte for e in self.manifeste.retenues(connu_le=connu_le)}

    def empreinte_mesures(self, lecture: LectureMesures) -> str:
        """Rend l'empreinte de mesures lues ; vide s'il n'y en a aucune, là où elles se lisent pour un territoire."""
        if "," in lecture.territoire:
            uns = (replace(lecture, territoire=code) for code in lecture.territoire.split(","))
            return empreinte_json([self.empreinte_mesures(un) for un in uns])
        voulue = (lecture.indicateur, lecture.territoire_type, lecture.territoire, lecture.periode)
        source = self.reperes if lecture.repere else self.mesures
        if all(voulue):
            return source.get(voulue, "")
        return self._regroupees(lecture.repere, tuple(map(bool, voulue))).get(voulue, "")

    def empreinte_table(self, lecture: LectureTable, connu_le: date) -> str:
        """Rend l'empreinte d'une table telle que connue à une date, ou de ce qui en a été lu.

        Entière, c'est celle de ses livraisons et de leur ordre ; en partie, celle des lignes de la tranche.
        """
        if lecture.choix or lecture.valeurs_de:
            tranches = self._tranches(lecture.table, connu_le)
            if not {*lecture.choix, *filter(None, [lecture.valeurs_de])} <= set(tranches.colonnes):
                return ""  # lecture d'une version qui découpait autrement
            if lecture.valeurs_de:
                return tranches.empreinte_des_valeurs(lecture.valeurs_de)
            return tranches.empreinte(lecture.choix)
        retenues = self.manifeste.retenues(lecture.table, connu_le)
        return empreinte_json([(e.livraison_id, e.livraison.empreinte) for e in retenues])

    def _regroupees(self, reperes: bool, forme: tuple[bool, ...]) -> dict[tuple[str, ...], str]:
        """Rend l'empreinte des mesures regroupées sur les seules parties de la clé que `forme` garde."""
        if (reperes, forme) not in self._groupes:
            regroupees: dict[tuple[str, ...], list[tuple[Cle, str]]] = {}
            for cle, valeur in sorted((self.reperes if reperes else self.mesures).items()):
                gardee = tuple(partie if garde else "" for partie, garde in zip(cle, forme, strict=True))
                regroupees.setdefault(gardee, []).append((cle, valeur))
            self._groupes[reperes, forme] = {cle: empreinte_json(contenu) for cle, contenu in regroupees.items()}
        return self._groupes[reperes, forme]

    def _tranches(self, table: str, connu_le: date) -> Tranches:
        if (table, connu_le) not in self._index:
            dossier = self.projet.entrepot / self.jeu.value / "tables"
            retenues = self.manifeste.retenues(table, connu_le)
            self._index[table, connu_le] = Tranches.ouvrir(dossier, TRANCHES.get(table, ()), retenues)
        return self._index[table, connu_le]


def empreintes_lues(lectures: Iterable[str], donnees: Donnees, connu_le: date) -> dict[str, str]:
    """Rend ce que valent aujourd'hui ces lectures (« mesures:E5/epci// », « table:conventions »)."""
    return {nom: _empreinte_lue(nom, donnees, connu_le) for nom in lectures}


def _empreinte_lue(nom: str, donnees: Donnees, connu_le: date) -> str:
    if nom == CATALOGUE:
        return empreinte_des_carnets(donnees.projet)
    if nom == CHANGEMENTS:
        return EntrepotChangements(donnees.projet.entrepot, donnees.jeu).empreinte()
    match lire_nom(nom):
        case LectureTable() as lecture:
            return donnees.empreinte_table(lecture, connu_le)
        case LectureMesures() as lecture:
            return donnees.empreinte_mesures(lecture)
    return ""


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
    return [*motifs, *_motifs_des_lectures(changees)]


def _motifs_des_lectures(changees: Iterable[str]) -> list[str]:
    changees = list(changees)
    lues = [lire_nom(nom) for nom in changees]
    mesures = sorted({lecture.indicateur for lecture in lues if isinstance(lecture, LectureMesures)})
    tables = sorted({lecture.table for lecture in lues if isinstance(lecture, LectureTable)})
    motifs = ["carnets de la collection modifiés"] if CATALOGUE in changees else []
    motifs += ["ce qui a changé n'est plus le même"] if CHANGEMENTS in changees else []
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
