"""Reconnaître titres et libellés : noms canoniques, titres du dictionnaire, vocabulaire commun, correspondance."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from bilan.collecte.cartes.carte import Carte
from bilan.erreurs import plus_proches
from bilan.referentiel.acteurs import normaliser_nom
from bilan.tables.catalogue import CATALOGUE
from bilan.tables.colonne import fiche_de

_PARENTHESES = re.compile(r"\([^)]*\)|\*+$")

DEDUITES = ("epci_siren", "epci_nom", "commune_nom", "source", "version")
"""Colonnes que l'on reconnaît sans les lire : on les déduit, on ne les croit pas."""


@dataclass(frozen=True, slots=True)
class Cible:
    """Ce que désigne un titre : une colonne canonique, dans un groupe de la correspondance ou hors groupe."""

    colonne: str
    groupe: int | None = None


@dataclass(frozen=True)
class Vocabulaire:
    """Titres et libellés reconnus pour une table ; tout est comparé sans casse, accents ni ponctuation."""

    table: str
    titres: Mapping[str, Cible]
    valeurs: Mapping[str, Mapping[str, str]]
    ignorees: frozenset[str] = frozenset()
    deduites: frozenset[str] = field(default_factory=frozenset)

    def cible(self, titre: str) -> Cible | None:
        """Rend ce que désigne le titre, d'abord tel quel, puis sans ce qui est entre parenthèses."""
        cle, cle_nue = cles_de_titre(titre)
        return self.titres.get(cle) or self.titres.get(cle_nue)

    def est_ecartee(self, titre: str) -> str | None:
        """Rend le motif d'écart d'un titre que l'on reconnaît sans le lire."""
        cle = cle_de_titre(titre)
        if cle in self.ignorees:
            return "colonne_ignoree"
        return "colonne_deduite" if cle in self.deduites else None

    def proches(self, titre: str) -> list[str]:
        """Rend les trois colonnes canoniques dont le titre ressemble le plus."""
        candidats = plus_proches(cle_de_titre(titre), self.titres, 8)
        return list(dict.fromkeys(self.titres[cle].colonne for cle in candidats))[:3]


@lru_cache(maxsize=4096)
def cle_de_titre(titre: str) -> str:
    """Rend le titre sous sa forme comparable."""
    return normaliser_nom(titre.replace("%", " pourcent "))


@lru_cache(maxsize=8192)
def cles_de_titre(titre: str) -> tuple[str, str]:
    """Rend les deux formes comparables d'un titre : entier, et sans ce qui est entre parenthèses."""
    return cle_de_titre(titre), cle_de_titre(_PARENTHESES.sub(" ", titre))


@cache
def _commun() -> dict[str, dict[str, object]]:
    texte = (Path(__file__).parent / "vocabulaire.toml").read_text(encoding="utf-8")
    return tomllib.loads(texte)


def vocabulaire(table: str, carte: Carte | None = None) -> Vocabulaire:
    """Rend le vocabulaire de la table ; la correspondance l'emporte sur le vocabulaire commun.

    Un titre commun qui désignerait deux colonnes de la table n'en désigne aucune.
    """
    titres = dict(_titres_communs(table))
    valeurs = {nom: dict(traductions) for nom, traductions in _valeurs_communes().items()}
    ignorees: frozenset[str] = frozenset()
    if carte is not None:
        titres |= {cle_de_titre(titre): Cible(nom) for titre, nom in carte.colonnes.items()}
        for rang, groupe in enumerate(carte.groupes):
            titres |= {cle_de_titre(titre): Cible(nom, rang) for titre, nom in groupe.colonnes.items()}
        for nom, traductions in carte.valeurs.items():
            valeurs.setdefault(nom, {}).update({normaliser_nom(label): code for label, code in traductions.items()})
        ignorees = frozenset(map(cle_de_titre, carte.ignorees))
    deduites = _deduites() - titres.keys()
    return Vocabulaire(table, titres, valeurs, ignorees, frozenset(deduites))


@cache
def _titres_communs(table: str) -> dict[str, Cible]:
    synonymes = _commun()["colonnes"]
    trouves: dict[str, set[str]] = {}
    surs: dict[str, Cible] = {}
    for nom, col in CATALOGUE[table].columns().items():
        surs[cle_de_titre(nom)] = Cible(nom)
        listes = synonymes.get(nom, [])
        assert isinstance(listes, list)
        for titre in (fiche_de(col).titre, *listes):
            trouves.setdefault(cle_de_titre(titre), set()).add(nom)
    uniques = {cle: Cible(min(noms)) for cle, noms in trouves.items() if len(noms) == 1}
    return uniques | surs


@cache
def _valeurs_communes() -> dict[str, dict[str, str]]:
    valeurs = _commun()["valeurs"]
    return {nom: {normaliser_nom(label): code for label, code in dict(t).items()} for nom, t in valeurs.items()}  # type: ignore[call-overload]


@cache
def _deduites() -> frozenset[str]:
    return frozenset(
        map(
            cle_de_titre,
            (
                *DEDUITES,
                "SIREN de l'EPCI",
                "Nom de l'EPCI",
                "EPCI",
                "Nom de la commune",
                "Commune (nom)",
                "Nom commune",
                "Libellé commune",
                "siren epci",
            ),
        )
    )
