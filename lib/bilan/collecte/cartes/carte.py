"""Une correspondance : les titres et les libellés d'un éditeur ou d'un bailleur, en TOML."""

import re
import tomllib
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bilan.erreurs import DonneesRefusees
from bilan.tables.catalogue import CATALOGUE
from bilan.tables.colonne import fiche_de

DOSSIER = Path("data") / "correspondances"
"""Dossier des correspondances, dans le projet."""


class _Partie(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Groupe(_Partie):
    """Groupe de colonnes d'un tableau large : ses titres, et les valeurs que le groupe donne à ses lignes."""

    colonnes: dict[str, str]
    valeurs: dict[str, str]


class Carte(_Partie):
    """Correspondance d'un éditeur ou d'un bailleur pour une table.

    `colonnes` : titre du fichier → colonne canonique ; `valeurs` : colonne → libellé → code ; `constantes` :
    colonne → valeur que le fichier ne dit pas (mode de cumul, par exemple) ; `groupes` déplie un tableau large.
    `fichiers` et `feuilles` sont des expressions régulières ; `emetteurs` limite la carte à ces SIREN.
    """

    nom: str
    table: str
    emetteurs: tuple[str, ...] = ()
    fichiers: str = ""
    feuilles: str = ""
    depuis: date = date.min
    jusqua: date = date.max
    colonnes: dict[str, str] = {}
    ignorees: tuple[str, ...] = ()
    constantes: dict[str, str] = {}
    valeurs: dict[str, dict[str, str]] = {}
    unites: dict[str, Literal["pourcent", "fraction"]] = {}
    zeros_perdus: Literal["refuser", "retablir"] = "retablir"
    vides: dict[str, str] = {}
    groupes: tuple[Groupe, ...] = Field(default=(), alias="groupe")

    @field_validator("fichiers", "feuilles")
    @classmethod
    def _expression_valide(cls, expression: str) -> str:
        try:
            re.compile(expression)
        except re.error as erreur:
            raise ValueError(f"« {expression} » n'est pas une expression régulière") from erreur
        return expression

    @model_validator(mode="after")
    def _colonnes_et_codes_existent(self) -> "Carte":
        if self.table not in CATALOGUE:
            raise ValueError(f"la table « {self.table} » n'existe pas")
        colonnes = CATALOGUE[self.table].columns()
        nommees = {*self.colonnes.values(), *self.constantes, *self.valeurs, *self.unites, *self.vides}
        for groupe in self.groupes:
            nommees |= {*groupe.colonnes.values(), *groupe.valeurs}
        if inconnues := nommees - set(colonnes):
            raise ValueError(f"la table « {self.table} » n'a pas la colonne « {min(inconnues)} »")
        for nom, traductions in self.valeurs.items():
            permises = fiche_de(colonnes[nom]).valeurs or {}
            if faux := set(traductions.values()) - set(permises):
                raise ValueError(f"« {min(faux)} » n'est pas un code de « {nom} »")
        return self

    @cached_property
    def _motif(self) -> re.Pattern[str]:
        return re.compile(self.fichiers, re.IGNORECASE)

    def convient(self, fichier: str, emetteur: str, jour: date) -> bool:
        """Vrai si la carte vaut ce jour-là pour ce fichier et cet émetteur (vide : pas encore connu)."""
        du_bon = not self.emetteurs or not emetteur or emetteur in self.emetteurs
        return du_bon and self.depuis <= jour <= self.jusqua and bool(self._motif.search(fichier))


def lire_carte(chemin: Path) -> Carte:
    """Rend la correspondance écrite dans ce TOML ; lève `DonneesRefusees` si elle est fausse."""
    try:
        return Carte.model_validate(tomllib.loads(chemin.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as erreur:
        raise DonneesRefusees(
            f"La correspondance « {chemin} » ne peut pas être lue ({_resumer(erreur)}) ; corrigez-la d'après le guide "
            "de l'analyste."
        ) from erreur


def lire_cartes(dossier: Path) -> list[Carte]:
    """Rend les correspondances du dossier, dans l'ordre des noms de fichier ; aucune si le dossier n'existe pas."""
    return [lire_carte(chemin) for chemin in sorted(dossier.glob("*.toml"))]


_POSITION = re.compile(r"line (\d+), column (\d+)")
_FAUTES = {"missing": "manque", "extra_forbidden": "n'est pas une clé connue"}


def _resumer(erreur: Exception) -> str:
    """Dit en français ce que la bibliothèque a refusé, et où."""
    if isinstance(erreur, ValidationError):
        premiere = erreur.errors()[0]
        ou = f"« {'.'.join(map(str, premiere['loc']))} » " if premiere["loc"] else ""
        dit = premiere["msg"].removeprefix("Value error, ")
        if premiere["type"] != "value_error":
            dit = _FAUTES.get(premiere["type"], "n'a pas la forme attendue")
        return f"{ou}{dit}"
    if isinstance(erreur, tomllib.TOMLDecodeError):
        trouve = _POSITION.search(str(erreur))
        return f"TOML mal formé, ligne {trouve[1]}, colonne {trouve[2]}" if trouve else "TOML mal formé"
    return "fichier absent ou illisible"
