"""Le plan des fiches : quelles figures, page par page (`plan.toml`, à côté des gabarits)."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from bilan.erreurs import DonneesRefusees

DOSSIER = Path("gabarits") / "fiches"
"""Dossier des gabarits des fiches, dans `reports/`."""


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PagePrevue(_Declaration):
    """Une page : son titre, ses figures dans l'ordre, et celles du repli si aucune n'existe."""

    titre: str
    figures: tuple[str, ...]
    titre_repli: str = ""
    repli: tuple[str, ...] = ()


class Document(_Declaration):
    """Un document : son gabarit Typst et ses pages ; il a exactement ce nombre de pages."""

    gabarit: str
    pages: tuple[PagePrevue, ...]


class Plan(_Declaration):
    """Les deux documents du plan."""

    epci: Document
    synthese: Document

    @classmethod
    def lire(cls, gabarits: Path) -> Self:
        """Rend le plan du dossier des gabarits ; lève `DonneesRefusees` s'il est absent ou abîmé."""
        chemin = gabarits / "plan.toml"
        try:
            return cls.model_validate(tomllib.loads(chemin.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as erreur:
            raise DonneesRefusees(
                f"Le plan des fiches « {chemin} » ne peut pas être lu ({erreur}) ; corrigez-le."
            ) from erreur
