"""Les tranches d'une table : ses lignes pour quelques valeurs de quelques colonnes, et leur empreinte, sans les lire.

Chaque livraison garde à côté d'elle l'empreinte de ses lignes, groupées par les colonnes où sa table se découpe
(`TRANCHES`). Savoir si les lignes d'un territoire ont bougé ne demande alors ni Polars ni Parquet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bilan.entrepot import fichiers
from bilan.entrepot.manifeste import Entree

if TYPE_CHECKING:  # le chemin « rien n'a changé » passe ici sans jamais charger polars
    import polars as pl

Choix = Mapping[str, Collection[str]]
"""Valeurs voulues, en texte, par colonne ; une ligne en est si toutes ses colonnes y répondent."""


TRANCHES: dict[str, tuple[str, ...]] = {
    "conventions": ("bailleur_siren",),
    "epci_avancement": ("epci_siren",),
    "parc_rpls": ("niveau", "code", "code_commune"),
    "copil_inscrits": ("copil_num", "code_structure"),
}
"""Colonnes où une table se découpe : un carnet peut n'en lire que les lignes de quelques valeurs."""


def decouper(lignes: pl.DataFrame, colonnes: Sequence[str]) -> dict[str, Any]:
    """Rend l'index JSON des lignes d'une livraison : chaque groupe de valeurs de `colonnes`, et son empreinte."""
    import polars as pl

    from bilan.entrepot.empreintes import empreintes_par

    # Sous d'autres noms : les colonnes du groupe restent aussi dans les lignes, avec leur type.
    cles = [f"_{nom}" for nom in colonnes]
    en_texte = [pl.col(nom).cast(pl.String).alias(cle) for nom, cle in zip(colonnes, cles, strict=True)]
    groupes = empreintes_par(lignes.with_columns(en_texte), cles)
    return {"colonnes": list(colonnes), "groupes": [[*valeurs, empreinte] for valeurs, empreinte in groupes.items()]}


@dataclass(frozen=True)
class Tranches:
    """Index d'une table : un groupe de valeurs et une empreinte par ligne, toutes livraisons ensemble.

    `opaques` a l'empreinte des livraisons dont on ne connaît pas les groupes : elles comptent dans toute tranche.
    """

    colonnes: tuple[str, ...]
    groupes: tuple[tuple[str | None, ...], ...]
    opaques: tuple[str, ...] = ()

    @classmethod
    def ouvrir(cls, dossier: Path, colonnes: Sequence[str], entrees: Iterable[Entree]) -> Self:
        """Rend l'index de ces livraisons, dont les fichiers sont dans `dossier`."""
        groupes: list[tuple[str | None, ...]] = []
        opaques = []
        for entree in entrees:
            index = fichiers.lire_json(dossier / entree.tranches, {})
            if index.get("colonnes") == list(colonnes):
                groupes += map(tuple, index["groupes"])
            else:
                opaques.append(entree.livraison.empreinte)
        return cls(tuple(colonnes), tuple(groupes), tuple(opaques))

    def empreinte(self, choix: Choix) -> str:
        """Rend l'empreinte des lignes de la tranche : elle change dès qu'une ligne y entre, en sort ou y bouge."""
        retenus = sorted("|".join(map(str, self.groupes[rang])) for rang in self._rangs(choix))
        return fichiers.empreinte(repr((retenus, sorted(self.opaques))).encode())

    def contient(self, choix: Choix) -> bool:
        """Vrai si une ligne au moins peut être de la tranche."""
        if self.opaques or not choix:
            return bool(self.opaques or self.groupes)
        # Une seule question par livraison : la parcourir coûte moins que d'en bâtir l'index.
        voulues = [(self.colonnes.index(nom), frozenset(valeurs)) for nom, valeurs in choix.items()]
        return any(all(groupe[place] in valeurs for place, valeurs in voulues) for groupe in self.groupes)

    def empreinte_des_valeurs(self, colonne: str) -> str:
        """Rend l'empreinte des valeurs présentes dans une colonne, quelles que soient leurs lignes."""
        return fichiers.empreinte(repr((sorted(map(str, self._index[colonne])), sorted(self.opaques))).encode())

    @cached_property
    def _index(self) -> dict[str, dict[str | None, set[int]]]:
        index: dict[str, dict[str | None, set[int]]] = {nom: {} for nom in self.colonnes}
        for rang, groupe in enumerate(self.groupes):
            for nom, valeur in zip(self.colonnes, groupe, strict=False):
                index[nom].setdefault(valeur, set()).add(rang)
        return index

    def _rangs(self, choix: Choix) -> set[int]:
        rangs: set[int] | None = None
        for nom, valeurs in choix.items():
            voulus = set().union(*(self._index[nom].get(valeur, set()) for valeur in valeurs))
            rangs = voulus if rangs is None else rangs & voulus
        return set(range(len(self.groupes))) if rangs is None else rangs
