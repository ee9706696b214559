"""Les échelles des cartes : bornes fixes, les mêmes d'une période à l'autre, pour que deux cartes se comparent."""

from dataclasses import dataclass

import polars as pl

from bilan.erreurs import ErreurUsage
from bilan.francais import FINE_INSECABLE


@dataclass(frozen=True)
class Echelle:
    """Classes d'une valeur en %, de la première à la dernière couleur de la palette.

    `bornes` sont croissantes ; la classe k va de la borne k-1 incluse à la borne k exclue. `decroissante` met la
    classe la plus haute en premier.
    """

    bornes: tuple[float, ...]
    palette: str
    decroissante: bool = False

    def __post_init__(self) -> None:
        if list(self.bornes) != sorted(set(self.bornes)) or not self.bornes:
            raise ErreurUsage(f"Les bornes d'une échelle doivent croître ; reçu : {self.bornes}.")

    @property
    def classes(self) -> tuple[str, ...]:
        """Libellés des classes, dans l'ordre de la palette."""
        pour_cent = f"{FINE_INSECABLE}%"
        milieu = [f"{bas:g} à {haut:g}{pour_cent}" for bas, haut in zip(self.bornes, self.bornes[1:], strict=False)]
        libelles = [f"moins de {self.bornes[0]:g}{pour_cent}", *milieu, f"{self.bornes[-1]:g}{pour_cent} et plus"]
        return tuple(reversed(libelles) if self.decroissante else libelles)

    def classer(self, colonne: str) -> pl.Expr:
        """Rend l'expression de la classe d'une valeur ; nulle si la valeur manque."""
        montantes = dict(enumerate(reversed(self.classes) if self.decroissante else self.classes))
        rang = pl.sum_horizontal(pl.col(colonne) >= borne for borne in self.bornes)
        classe = rang.replace_strict(montantes, return_dtype=pl.String)
        return pl.when(pl.col(colonne).is_not_null()).then(classe).alias("classe")


PARTS = Echelle((10, 20, 30), "sequentiel")
"""Part effective d'un réservataire dans les attributions : la même échelle pour le plus petit et le plus grand."""

OBJECTIF = Echelle((50, 75, 100), "sequentiel")
"""Part d'un objectif atteinte : la dernière classe commence à l'objectif."""

REPERE = Echelle((75, 95, 105, 125), "divergent", decroissante=True)
"""Repère de flux : centré sur 100 %, le bleu au-dessus, l'orangé en dessous."""

PREMIER_QUARTILE = Echelle((15, 20, 25), "sequentiel")
"""Part du premier quartile hors quartier prioritaire : la dernière classe commence à la cible de la loi."""
