"""Une feuille lue : ses cases en texte, ses fusions, rien d'autre."""

from dataclasses import dataclass, field

Fusion = tuple[int, int, int, int]
"""Première ligne, première colonne, dernière ligne, dernière colonne, à partir de 0."""


@dataclass
class Feuille:
    """Feuille d'un classeur, ou CSV entier : `lignes[i][j]` est le texte de la case, vide si elle l'est.

    `cles` garde, pour la recherche des titres, les formes comparables des premières lignes.
    """

    nom: str
    lignes: list[list[str]]
    fusions: list[Fusion] = field(default_factory=list)
    est_visible: bool = True
    cles: list[frozenset[str]] | None = field(default=None, repr=False)

    @property
    def cases_pleines(self) -> int:
        """Nombre de cases qui portent quelque chose."""
        return sum(1 for ligne in self.lignes for case in ligne if case.strip())
