"""Les textes du site qui ne viennent d'aucun carnet : `site.toml` et `glossaire.toml`, à côté des gabarits."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from bilan.erreurs import DonneesRefusees
from bilan.projet import Jeu

FICHIERS = ("site.toml", "glossaire.toml")


class _Texte(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TexteEdition(_Texte):
    """Ce qu'une édition dit d'elle-même ; `avertissement` est obligatoire pour un jeu fictif."""

    chapo: str
    court: str
    avertissement: str = ""


class TextePage(_Texte):
    """Libellé d'une page dans la navigation et phrase qui l'annonce."""

    court: str
    annonce: str = ""


class Mot(_Texte):
    """Une entrée du glossaire."""

    mot: str
    definition: str
    developpe: str = ""
    droit: str = ""


class Textes(_Texte):
    """Textes du site."""

    titre: str
    objet: str
    licence: str
    editions: dict[Jeu, TexteEdition]
    pages: dict[str, TextePage]
    mots: tuple[Mot, ...]

    @classmethod
    def lire(cls, gabarits: Path) -> Self:
        """Rend les textes du dossier des gabarits ; lève `DonneesRefusees` si l'un des deux fichiers est abîmé."""
        try:
            site, glossaire = (tomllib.loads((gabarits / nom).read_text(encoding="utf-8")) for nom in FICHIERS)
            return cls.model_validate(site | glossaire)
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as erreur:
            raise DonneesRefusees(
                f"Les textes du site, dans « {gabarits} », ne peuvent pas être lus ({erreur}) ; "
                "corrigez « site.toml » ou « glossaire.toml »."
            ) from erreur
