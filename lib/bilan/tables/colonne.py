"""Fabrique des colonnes du catalogue : dataframely porte le type, la fiche porte ce que lisent les gens."""

from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import dataframely as dy

C = TypeVar("C", bound=dy.Column)


@dataclass(frozen=True, slots=True)
class Fiche:
    """Ce qu'une colonne dit d'elle-même au gabarit, au dictionnaire et aux données ouvertes.

    `source` est le texte de droit ou la convention d'où vient la colonne ; `valeurs` associe chaque
    code permis à son libellé ; `cle` dit que la colonne fait partie de la clé de sa table.
    """

    titre: str
    description: str
    source: str
    unite: str = ""
    valeurs: dict[str, str] | None = None
    exemple: str = ""
    cle: bool = False


def colonne(genre: type[C], fiche: Fiche, **options: Any) -> C:
    """Rend une colonne dataframely de ce `genre`, qui porte sa `fiche` dans ses métadonnées.

    Les codes permis de la fiche deviennent la règle `check_valeurs_permises` de la colonne.
    """
    if fiche.valeurs is not None:
        permises = list(fiche.valeurs)
        options["check"] = {"valeurs_permises": lambda expression: expression.is_in(permises)}
    return genre(metadata={"fiche": asdict(fiche)}, description=fiche.description, **options)


def fiche_de(col: dy.Column) -> Fiche:
    """Rend la fiche d'une colonne du catalogue."""
    return Fiche(**(col.metadata or {})["fiche"])
