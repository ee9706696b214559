"""N1 à N3 : logements proposés, attribués, baux signés ; trois mesures que l'on ne mêle jamais (domaine, § 1.8)."""

from dataclasses import dataclass

import polars as pl

from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.matiere_flux import AXES_LEGAUX
from bilan.indicateurs.rapports import (
    NIVEAUX,
    PAR_BAILLEUR,
    PAR_BAILLEUR_ET_RESERVATAIRE,
    PAR_RESERVATAIRE,
    TOUT,
    Axe,
    Couverture,
    completer,
    couvrir,
    mesurer,
    totaliser,
    volume,
)

_AXES_CLAIRSEMES = (
    (PAR_BAILLEUR, ("region", "departement", "epci")),
    (PAR_BAILLEUR_ET_RESERVATAIRE, ("region", "departement")),
    (Axe("type_offre", ("type_offre",)), NIVEAUX),
)


@dataclass(frozen=True)
class _Volume:
    """Un compte du flux et la couverture qui va avec, cumulé ou du trimestre seul."""

    matiere: Matiere
    compte: str
    couverture: Couverture
    nature: str = "cumul"

    def dense(self, positions: pl.DataFrame, axe: Axe) -> pl.DataFrame:
        """Mesures de tous les territoires : une case sans fait vaut 0 là où l'on a répondu."""
        grille = self.matiere.grille(NIVEAUX, axe)
        if self.nature == "seul":
            grille = grille.filter(pl.col("periode").str.contains("T"))
        complets = completer(self._totaux(positions, NIVEAUX, axe), grille, "numerateur")
        return mesurer(couvrir(complets, self.couverture, axe), volume())

    def clairseme(self, positions: pl.DataFrame, niveaux: tuple[str, ...], axe: Axe) -> pl.DataFrame:
        """Mesures des seules modalités observées."""
        return mesurer(couvrir(self._totaux(positions, niveaux, axe), self.couverture, axe), volume())

    def _totaux(self, positions: pl.DataFrame, niveaux: tuple[str, ...], axe: Axe) -> pl.DataFrame:
        region = self.matiere.contexte.code_region
        return totaliser(positions, niveaux, axe, region, numerateur=pl.col(self.compte).sum())


def proposes(matiere: Matiere) -> pl.DataFrame:
    """N1 : logements proposés, cumulés depuis le 1er janvier."""
    return _cumules(_Volume(matiere, "proposes", matiere.couverture_cumul))


def attribues(matiere: Matiere) -> pl.DataFrame:
    """N2 : logements attribués (et non décisions par rang), cumulés depuis le 1er janvier."""
    return _cumules(_Volume(matiere, "attribues", matiere.couverture_cumul))


def baux(matiere: Matiere) -> pl.DataFrame:
    """N3 : baux signés, cumulés depuis le 1er janvier, des bailleurs qui renseignent les baux."""
    return _cumules(_Volume(matiere, "baux", matiere.couverture_baux))


def proposes_du_trimestre(matiere: Matiere) -> pl.DataFrame:
    """N1t : logements proposés dans le trimestre seul."""
    return _seuls(_Volume(matiere, "proposes", matiere.couverture_seul, "seul"))


def attribues_du_trimestre(matiere: Matiere) -> pl.DataFrame:
    """N2t : logements attribués dans le trimestre seul."""
    return _seuls(_Volume(matiere, "attribues", matiere.couverture_seul, "seul"))


def baux_du_trimestre(matiere: Matiere) -> pl.DataFrame:
    """N3t : baux signés dans le trimestre seul, des bailleurs qui les renseignent."""
    return _seuls(_Volume(matiere, "baux", matiere.couverture_baux_seul, "seul"))


def _cumules(voulu: _Volume) -> pl.DataFrame:
    flux, axes = voulu.matiere.flux, voulu.matiere.axes_legaux
    return pl.concat(
        [voulu.dense(flux, axe) for axe in (TOUT, PAR_RESERVATAIRE)]
        + [voulu.clairseme(flux, niveaux, axe) for axe, niveaux in _AXES_CLAIRSEMES]
        + [voulu.clairseme(axes[nom], NIVEAUX, Axe(nom, (nom,))) for nom in AXES_LEGAUX]
    )


def _seuls(voulu: _Volume) -> pl.DataFrame:
    flux = voulu.matiere.flux_seul
    return pl.concat(
        [voulu.dense(flux, axe) for axe in (TOUT, PAR_RESERVATAIRE)]
        + [voulu.clairseme(flux, ("region", "departement"), PAR_BAILLEUR)]
    )
