"""Les textes du site qui ne viennent d'aucun carnet : `site.toml` et `glossaire.toml`, à côté des gabarits."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from bilan.erreurs import DonneesRefusees
from bilan.figures.modele import Figure
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


class PassageAxe(_Texte):
    """Dernier passage de l'automate d'accessibilité : son moteur, sa date, et les genres de pages qu'il a vus."""

    moteur: str
    date: date
    pages: str


class Textes(_Texte):
    """Textes du site."""

    axe: PassageAxe
    titre: str
    objet: str
    licence: str
    editions: dict[Jeu, TexteEdition]
    pages: dict[str, TextePage]
    mots: tuple[Mot, ...]

    def mots_de(self, figure: Figure) -> list[str]:
        """Rend les mots du glossaire que la figure emploie dans ses textes et ses titres de colonnes."""
        colonnes = (colonne.titre for colonne in figure.colonnes)
        textes = (figure.titre, figure.sous_titre, figure.lecture, figure.note, figure.champ)
        employes = " ".join((*textes, *colonnes))
        return [mot.mot for mot in self.mots if re.search(rf"(?<!\w){re.escape(mot.mot)}s?(?!\w)", employes, re.I)]

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
