"""Les règles de droit datées : plafonds, cibles, échéances et durées, chacune avec son texte et ce que l'on en sait."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bilan.erreurs import DonneesRefusees, ErreurUsage, valeur_inconnue
from bilan.francais import date_longue
from bilan.referentiel.lignes import QUE_FAIRE

FICHIER = "regles.toml"

Valeur = float | int | date | str
"""Taux en %, durée, jour précis, ou échéance annuelle écrite « mois-jour »."""


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Version(_Declaration):
    """Valeur d'une règle à partir de `date_effet` (depuis toujours si elle est vide), avec son texte."""

    valeur: Valeur
    date_effet: date | None = None
    texte: str
    statut: Literal["verifie", "non_verifie"]
    note: str = ""

    @property
    def est_verifiee(self) -> bool:
        """Vrai si le texte, ou une source publique qui le cite, a été lu."""
        return self.statut == "verifie"


class Regle(_Declaration):
    """Règle et ses versions, de la plus ancienne à la plus récente."""

    code: str
    titre: str
    unite: str = ""
    versions: list[Version]

    @model_validator(mode="after")
    def _versions_ordonnees(self) -> Self:
        dates = [version.date_effet or date.min for version in self.versions]
        if not dates or any(avant >= apres for avant, apres in pairwise(dates)):
            raise ValueError(f"les versions de « {self.code} » doivent se suivre par date d'effet croissante")
        return self

    def le(self, jour: date) -> Version | None:
        """Rend la version en vigueur ce jour-là, ou rien si la règle n'existait pas encore."""
        en_vigueur = [version for version in self.versions if (version.date_effet or date.min) <= jour]
        return en_vigueur[-1] if en_vigueur else None


@dataclass(frozen=True, eq=False)
class Regles:
    """Règles du référentiel, par code."""

    par_code: dict[str, Regle]

    @staticmethod
    def ouvrir(dossier: Path) -> "Regles":
        """Rend les règles lues dans le `dossier` du référentiel (gardées en mémoire).

        Lève `DonneesRefusees` si le fichier manque, est abîmé ou se contredit.
        """
        return _ouvrir(Path(dossier))

    def __iter__(self) -> Iterator[Regle]:
        return iter(self.par_code.values())

    def regle(self, code: str) -> Regle:
        """Rend une règle et toutes ses versions ; lève `ErreurUsage` si le code est inconnu."""
        if code not in self.par_code:
            raise valeur_inconnue("la règle", code, self.par_code)
        return self.par_code[code]

    def version(self, code: str, jour: date) -> Version:
        """Rend la version en vigueur le `jour` ; lève `ErreurUsage` s'il n'y en a pas encore."""
        regle = self.regle(code)
        version = regle.le(jour)
        if version is None:
            debut = regle.versions[0].date_effet
            raise ErreurUsage(
                f"La règle « {code} » n'est pas en vigueur au {date_longue(jour)} : sa première version prend effet "
                f"le {date_longue(debut or jour)} ; demandez une date postérieure."
            )
        return version

    def valeur(self, code: str, jour: date) -> Any:
        """Rend la valeur de la règle en vigueur le `jour`, dans le type où `regles.toml` l'écrit.

        Un taux est en % (de 0 à 100), une échéance annuelle est le texte « mois-jour ». Lève `ErreurUsage`
        si le code est inconnu ou si la règle n'existait pas encore.
        """
        return self.version(code, jour).valeur


@lru_cache(maxsize=4)
def _ouvrir(dossier: Path) -> Regles:
    chemin = dossier / FICHIER
    if not chemin.is_file():
        raise DonneesRefusees(f"Le fichier « {chemin} » manque ; {QUE_FAIRE}.")
    try:
        brut = tomllib.loads(chemin.read_text(encoding="utf-8"))
        regles = [Regle.model_validate(ligne) for ligne in brut["regles"]]
    except (OSError, ValueError, KeyError, ValidationError) as erreur:
        raise DonneesRefusees(f"Le fichier « {chemin} » ne peut pas être lu ({erreur}) ; corrigez-le.") from erreur
    par_code = {regle.code: regle for regle in regles}
    if len(par_code) != len(regles):
        raise DonneesRefusees(f"Le fichier « {chemin} » déclare deux fois une même règle ; gardez-en une.")
    return Regles(par_code)
