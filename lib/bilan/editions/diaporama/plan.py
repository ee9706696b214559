"""Le plan du diaporama : l'ordre des sections et des diapositives, écrit dans `copil.toml` par le service."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bilan.erreurs import DonneesRefusees
from bilan.projet import Projet

FICHIER = "copil.toml"
MENTION_A_REMPLIR = "À remplir"


class _Partie(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dispositions(_Partie):
    """Noms des dispositions du gabarit, pour chaque genre de diapositive."""

    couverture: str = "Couverture"
    section: str = "Section"
    figure: str = "Figure"
    manuelle: str = "À remplir"


class Reserves(_Partie):
    """Noms des espaces réservés des dispositions ; le titre est celui que PowerPoint déclare comme tel."""

    sous_titre: str = "Sous-titre"
    contenu: str = "Contenu"
    source: str = "Source"
    mention: str = "Mention"


class Diapositive(_Partie):
    """Une diapositive : des figures mises en place, ou un titre et un espace à remplir à la main.

    Une figure seule donne son titre à la diapositive ; plusieurs chiffres clés demandent `titre`.
    """

    figures: tuple[str, ...] = ()
    titre: str = ""

    @model_validator(mode="after")
    def _titree(self) -> Self:
        if len(self.figures) != 1 and not self.titre.strip():
            raise ValueError("une diapositive sans figure, ou qui en a plusieurs, doit avoir un titre")
        return self


class Section(_Partie):
    """Une section du diaporama, précédée de sa diapositive de titre."""

    titre: str
    diapositives: tuple[Diapositive, ...] = ()


class Plan(_Partie):
    """Contenu de `copil.toml`."""

    titre: str
    gabarit: str = ""
    dispositions: Dispositions = Dispositions()
    reserves: Reserves = Reserves()
    sections: tuple[Section, ...]

    @classmethod
    def lire(cls, projet: Projet) -> Self:
        """Rend le plan du projet ; lève `DonneesRefusees` si `copil.toml` manque ou s'écarte de ce qui est attendu."""
        chemin = projet.racine / FICHIER
        try:
            return cls.model_validate(tomllib.loads(chemin.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as erreur:
            raise DonneesRefusees(
                f"Le plan du diaporama « {chemin} » ne peut pas être lu ({erreur}) ; corrigez-le d'après "
                "le guide de l'analyste."
            ) from erreur

    def chemin_du_gabarit(self, projet: Projet) -> Path | None:
        """Rend le gabarit du service s'il en est déclaré un ; sinon rien, et le gabarit neutre convient."""
        return projet.racine / self.gabarit if self.gabarit else None

    @property
    def figures(self) -> list[str]:
        """Identifiants des figures demandées, dans l'ordre des diapositives."""
        return [ident for s in self.sections for d in s.diapositives for ident in d.figures]
