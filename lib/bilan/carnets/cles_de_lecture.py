"""Le nom d'une lecture : ce qu'un carnet a lu, écrit assez précisément pour dire plus tard si cela a changé.

Quatre genres : des mesures (ou des repères), une table entière ou une tranche, le catalogue des carnets, et ce qui a
changé depuis l'état comparé.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

CATALOGUE = "catalogue:"
CHANGEMENTS = "changements:"
_MESURES, _REPERES, _TABLE = "mesures", "reperes", "table"


@dataclass(frozen=True)
class LectureMesures:
    """Mesures lues : un indicateur, dans une maille, un territoire et une période, ou dans toutes (chaîne vide).

    `territoire` en nomme plusieurs, séparés par des virgules, quand ils se lisent ensemble : les pairs d'un EPCI.
    `repere` vrai : lues arrondies, pour les montrer à côté d'un autre territoire.
    """

    indicateur: str
    territoire_type: str = ""
    territoire: str = ""
    periode: str = ""
    repere: bool = False

    @property
    def nom(self) -> str:
        """Nom de la lecture : « mesures:F3/epci/200054807/2024 »."""
        genre = _REPERES if self.repere else _MESURES
        return f"{genre}:{'/'.join((self.indicateur, self.territoire_type, self.territoire, self.periode))}"


@dataclass(frozen=True)
class LectureTable:
    """Table lue entière, en partie (`choix` : valeurs voulues par colonne), ou pour les seules valeurs d'une colonne.

    Une tranche vide de valeurs (`choix` à une colonne sans valeur) est une lecture aussi : elle ne rend rien.
    """

    table: str
    choix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    valeurs_de: str = ""

    @classmethod
    def tranche(cls, table: str, choix: Mapping[str, str | Iterable[str]]) -> Self:
        """Rend la lecture des lignes de `table` qui répondent à `choix`, quel que soit l'ordre où il est écrit."""
        en_liste = {nom: (v,) if isinstance(v, str) else tuple(sorted(set(v))) for nom, v in sorted(choix.items())}
        return cls(table, en_liste)

    @property
    def nom(self) -> str:
        """Nom de la lecture : « table:conventions », « table:parc_rpls {"code":["13"]} »."""
        reste = self.valeurs_de or (json.dumps(self.choix, ensure_ascii=False) if self.choix else "")
        return f"{_TABLE}:{self.table} {reste}".rstrip()


Lecture = LectureMesures | LectureTable


def lire_nom(nom: str) -> Lecture | None:
    """Rend la lecture que ce nom désigne ; None pour le catalogue, les changements, ou un nom plus ancien."""
    genre, _, reste = nom.partition(":")
    if genre == _TABLE:
        table, _, detail = reste.partition(" ")
        if detail.startswith("{"):
            return LectureTable.tranche(table, json.loads(detail))
        return LectureTable(table, valeurs_de=detail)
    if genre in (_MESURES, _REPERES) and reste.count("/") == 3:
        indicateur, maille, territoire, periode = reste.split("/")
        return LectureMesures(indicateur, maille, territoire, periode, genre == _REPERES)
    return None
