"""Les acteurs : qui se cache derrière un nom écrit de dix façons.

On reconnaît une structure à son nom normalisé ou à une graphie de la table des alias, relue et versée au
dépôt. La ressemblance propose, elle n'accepte jamais : « CDC Habitat » et « CDC Habitat Social » se
ressemblent à 90 % et sont deux personnes morales.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import polars as pl

from bilan.erreurs import DonneesRefusees, plus_proches

FICHIER_STRUCTURES = "acteurs.csv"
FICHIER_ALIAS = "acteurs_alias.csv"

_HORS_ALPHANUMERIQUE = re.compile(r"[^0-9a-z]+")


def normaliser_nom(nom: str) -> str:
    """Rend le nom sans accent, sans casse et sans ponctuation : « Sainte-Maxime » et « SAINTE MAXIME » se valent."""
    sans_ligature = nom.casefold().replace("œ", "oe").replace("æ", "ae")
    decompose = unicodedata.normalize("NFKD", sans_ligature)
    sans_accent = "".join(lettre for lettre in decompose if not unicodedata.combining(lettre))
    return _HORS_ALPHANUMERIQUE.sub(" ", sans_accent).strip()


@dataclass(frozen=True, slots=True)
class Structure:
    """Structure de référence.

    `categorie` est un code de participation au COPIL (BAILLEUR, EPCI, COMMUNE, DEPARTEMENT,
    AGENCE_URBANISME, ETAT, PILOTAGE) ; `code` est le SIREN d'un EPCI, le code INSEE d'une commune ou d'un
    département, vide quand aucun n'est publié.
    """

    nom: str
    categorie: str
    code: str = ""


@dataclass(frozen=True)
class GraphieInconnue:
    """Graphie qu'aucun nom ni alias ne reconnaît, et les trois structures qui lui ressemblent le plus."""

    graphie: str
    propositions: tuple[str, ...]

    def __str__(self) -> str:
        proches = ", ".join(f"« {nom} »" for nom in self.propositions)
        return (
            f"La structure « {self.graphie} » n'est pas reconnue ; les plus proches : {proches}. "
            f"Ajoutez la graphie à {FICHIER_ALIAS} ou la structure à {FICHIER_STRUCTURES}."
        )


@dataclass(frozen=True)
class Identification:
    """Ce qu'une liste de graphies a donné : les structures, dans l'ordre reçu, et les graphies à examiner."""

    structures: tuple[Structure | None, ...]
    inconnues: tuple[GraphieInconnue, ...]


@dataclass(frozen=True)
class Acteurs:
    """Structures connues et leurs graphies, par nom normalisé."""

    structures: tuple[Structure, ...]
    par_graphie: dict[str, Structure]

    @classmethod
    def ouvrir(cls, dossier: Path) -> Self:
        """Rend les acteurs du référentiel ; lève `DonneesRefusees` si une table manque ou se contredit."""
        structures = tuple(Structure(**ligne) for ligne in _lire(dossier / FICHIER_STRUCTURES))
        par_nom = {structure.nom: structure for structure in structures}
        couples = [(structure.nom, structure.nom) for structure in structures]
        couples += [(ligne["graphie"], ligne["structure"]) for ligne in _lire(dossier / FICHIER_ALIAS)]
        par_graphie: dict[str, Structure] = {}
        for graphie, nom in couples:
            if nom not in par_nom:
                raise DonneesRefusees(
                    f"{FICHIER_ALIAS} donne « {graphie} » pour « {nom} », qui n'est pas dans {FICHIER_STRUCTURES} ; "
                    "corrigez l'un des deux."
                )
            deja = par_graphie.setdefault(normaliser_nom(graphie), par_nom[nom])
            if deja.nom != nom:
                raise DonneesRefusees(
                    f"La graphie « {graphie} » désigne à la fois « {deja.nom} » et « {nom} » ; "
                    f"gardez-en une dans {FICHIER_ALIAS}."
                )
        return cls(structures, par_graphie)

    def reconnaitre(self, graphie: str) -> Structure | None:
        """Rend la structure que désigne `graphie`, ou None : jamais une structure qui ne fait que ressembler."""
        return self.par_graphie.get(normaliser_nom(graphie))

    def proposer(self, graphie: str) -> tuple[str, ...]:
        """Rend les trois noms de structure les plus proches de `graphie`, à faire valider par quelqu'un."""
        return tuple(plus_proches(graphie, {structure.nom for structure in self.structures}))

    def identifier(self, graphies: Iterable[str]) -> Identification:
        """Rend la structure de chaque graphie, et le relevé de celles qu'il faut examiner."""
        liste = list(graphies)
        structures = tuple(self.reconnaitre(graphie) for graphie in liste)
        inconnues = dict.fromkeys(g for g, trouvee in zip(liste, structures, strict=True) if trouvee is None)
        return Identification(structures, tuple(GraphieInconnue(g, self.proposer(g)) for g in inconnues))


def _lire(chemin: Path) -> list[dict[str, str]]:
    if not chemin.is_file():
        raise DonneesRefusees(f"Le fichier « {chemin.name} » manque au référentiel ; rétablissez-le depuis le dépôt.")
    lignes: list[dict[str, str]] = pl.read_csv(chemin, separator=";", infer_schema=False).fill_null("").to_dicts()
    return lignes
