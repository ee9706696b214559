"""La matière du flux : les bilans livrés, réduits en cubes, puis composés en positions à chaque période."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from bilan.indicateurs.contexte import Contexte, Tables
from bilan.indicateurs.cumul import composer
from bilan.indicateurs.positions import (
    CLES_LIVRAISON,
    COMPTES_VENTILES,
    LIEUX,
    composer_positions,
    comptes,
    positions_vides,
    replier_arrondissement,
)

_PRINCIPALES = ("code_departement", "epci_siren", "reservataire_categorie", "type_offre")
_PAR_COMMUNE = (*LIEUX, "reservataire_categorie", "type_offre")
_COLONNES_COMPTEES = ("logements_liberes", "logements_proposes", "logements_attribues", "baux_signes")
AXES_LEGAUX = ("typologie", "financement", "qpv", "periode_construction")
"""Axes du bilan annuel outre le réservataire et la commune (CCH R.441-5-1)."""


@dataclass(frozen=True)
class MatiereFlux:
    """Tables canoniques d'un jeu, et ce que l'on tire une seule fois des bilans du flux."""

    tables: Tables
    contexte: Contexte

    def table(self, nom: str, *colonnes: str) -> pl.DataFrame | None:
        """Rend la table canonique `nom`, ou None si elle est absente, vide ou sans l'une des `colonnes`."""
        table = self.tables.get(nom)
        if table is None or not set(colonnes) <= set(table.lazy().collect_schema()):
            return None
        lue = table.lazy().collect()
        return lue if lue.height else None

    def cube(self, dimensions: tuple[str, ...], bailleurs: pl.Series | None = None) -> pl.DataFrame:
        """Rend les `COMPTES` du flux livré, par livraison de chaque bailleur et selon les `dimensions`.

        Avec `bailleurs` (SIREN), de ceux-là seulement.

        L'EPCI et le département viennent de la commune, jamais de la livraison. Les communes hors région
        n'y sont pas : d'un EPCI à cheval on compte la partie régionale, quel que soit le département.
        """
        utiles = {"annee", "periode", "mode_cumul", "bailleur_siren", "code_commune", *_COLONNES_COMPTEES}
        lues = sorted(utiles | (set(dimensions) - set(LIEUX)))
        return (
            self.tables["flux_bilan"]
            .lazy()
            .select(lues)
            .filter(True if bailleurs is None else pl.col("bailleur_siren").is_in(bailleurs.implode()))
            .rename({"periode": "periode_livree"})
            .with_columns(replier_arrondissement(pl.col("code_commune")))
            .join(self.contexte.communes_region.lazy(), on="code_commune", how="inner")
            .group_by(*CLES_LIVRAISON, *dimensions)
            .agg(**comptes())
            .collect(engine="streaming")
        )

    @cached_property
    def livraisons_flux(self) -> pl.DataFrame:
        """Bilans du flux livrés, depuis son premier exercice : colonnes de `livraisons_de_tout_temps`."""
        livrees = self.livraisons_de_tout_temps
        return livrees if livrees.is_empty() else livrees.filter(pl.col("annee") >= self.contexte.premier_exercice)

    @cached_property
    def livraisons_de_tout_temps(self) -> pl.DataFrame:
        """Bilans livrés : annee, periode, mode_cumul, bailleur_siren, et leur trace si elle est connue."""
        schema = dict.fromkeys(("annee", "periode", "mode_cumul", "bailleur_siren"), pl.String)
        flux = self.tables.get("flux_bilan")
        if flux is None:
            return pl.DataFrame(schema=schema)
        presentes = flux.lazy().collect_schema()
        trace = [nom for nom in ("emetteur", "date_connue") if nom in presentes]
        return flux.lazy().select(*schema, *trace).unique().collect(engine="streaming")

    @cached_property
    def composition(self) -> pl.DataFrame:
        """Livraisons qui composent chaque période de chaque bailleur, bornées aux périodes demandées."""
        demandees = [str(periode) for periode in self.contexte.periodes]
        return composer(self.livraisons_flux).filter(pl.col("periode").is_in(demandees))

    def _positions(self, cube: pl.DataFrame, dimensions: tuple[str, ...], nature: str = "cumul") -> pl.DataFrame:
        return composer_positions(self.composition.filter(pl.col("nature") == nature), cube, dimensions)

    @cached_property
    def _principales(self) -> dict[str, pl.DataFrame]:
        """Positions de nature « cumul » et « seul », faites ensemble : leur cube commun n'a pas à rester en mémoire."""
        natures = ("cumul", "seul")
        if self.livraisons_flux.is_empty():
            return dict.fromkeys(natures, positions_vides(_PRINCIPALES))
        cube = self.cube(_PRINCIPALES)
        return {nature: self._positions(cube, _PRINCIPALES, nature) for nature in natures}

    def positions_par_commune(self, nature: str = "cumul", bailleurs: pl.Series | None = None) -> pl.DataFrame:
        """Rend les positions par commune, de tous les bailleurs ou de ces seuls SIREN.

        La commune multiplie les lignes par cent : seuls les conventions, les soustraits et l'exploration la demandent.
        """
        if self.livraisons_flux.is_empty():
            return positions_vides(_PAR_COMMUNE)
        return self._positions(self.cube(_PAR_COMMUNE, bailleurs), _PAR_COMMUNE, nature)

    def positions_selon(self, axe: str) -> pl.DataFrame:
        """Rend les positions cumulées selon un axe légal du bilan, sans la commune ni le réservataire.

        De tous les comptes, seuls y sont `COMPTES_VENTILES`.
        """
        dimensions = ("code_departement", "epci_siren", axe)
        gardees = ("periode", "bailleur_siren", *dimensions, *COMPTES_VENTILES)
        if self.livraisons_flux.is_empty():
            return positions_vides(dimensions).select(gardees)
        return self._positions(self.cube(dimensions), dimensions).select(gardees)

    @cached_property
    def axes_legaux(self) -> dict[str, pl.DataFrame]:
        """Positions cumulées selon chacun des axes du bilan annuel (CCH R.441-5-1)."""
        return {axe: self.positions_selon(axe) for axe in AXES_LEGAUX}

    @property
    def flux(self) -> pl.DataFrame:
        """Comptes cumulés du flux à chaque période demandée, toutes offres.

        Colonnes : periode, bailleur_siren, lieux, reservataire_categorie, type_offre, puis `COMPTES`.
        """
        return self._principales["cumul"]

    @property
    def flux_seul(self) -> pl.DataFrame:
        """De même pour les trimestres seuls."""
        return self._principales["seul"]

    @property
    def flux_du_champ(self) -> pl.DataFrame:
        """Positions cumulées du champ du flux : relocations, et mises en service si le contexte les y met."""
        return self.du_champ(self.flux)

    def du_champ(self, positions: pl.DataFrame) -> pl.DataFrame:
        """Rend les `positions` qui sont du champ du flux."""
        if self.contexte.mises_en_service_dans_le_flux:
            return positions
        return positions.filter(pl.col("type_offre") == "RELOCATION")
