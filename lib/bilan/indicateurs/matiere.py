"""La matière commune des indicateurs : les tables réduites une fois pour toute la région, puis partagées."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from bilan.indicateurs.matiere_parc import MatiereParc
from bilan.indicateurs.rapports import ENSEMBLE, PAR_RESERVATAIRE, Axe
from bilan.referentiel.nomenclatures import RESERVATAIRES


@dataclass(frozen=True)
class Matiere(MatiereParc):
    """Tables canoniques d'un jeu et ce que l'on en tire une seule fois : flux, parc, territoires, calculs partagés."""

    _derives: dict[Callable[["Matiere"], pl.DataFrame], pl.DataFrame] = field(default_factory=dict, repr=False)

    def derive(self, calcul: Callable[["Matiere"], pl.DataFrame]) -> pl.DataFrame:
        """Rend `calcul(self)`, fait une seule fois même si plusieurs indicateurs le demandent."""
        if calcul not in self._derives:
            self._derives[calcul] = calcul(self)
        return self._derives[calcul]

    def calendrier(self, nom: str) -> pl.DataFrame:
        """Rend le calendrier borné à ce que la table `nom` peut éclairer ; entier si elle est vide.

        Un bilan éclaire les années qu'il cite, un registre toutes celles depuis son premier arrêté.
        """
        calendrier = self.contexte.calendrier
        table = self.livraisons_flux if nom == "flux_bilan" else self.table(nom)
        if table is None or table.is_empty():
            return calendrier
        if "annee" in table.columns:
            return calendrier.filter(pl.col("annee").is_in(table["annee"].unique().to_list()))
        return calendrier.filter(pl.col("annee") >= table["date_arrete"].dt.year().min())

    @cached_property
    def territoires(self) -> pl.DataFrame:
        """Territoires mesurés : territoire_type, territoire ; bailleurs du parc et des livraisons."""
        bailleurs = pl.concat([self.parc["bailleur_siren"], self.composition["bailleur_siren"]]).unique()
        listes = {
            "region": [self.contexte.code_region],
            "departement": self.contexte.departements["code_departement"].to_list(),
            "epci": self.contexte.communes_region["epci_siren"].drop_nulls().unique().to_list(),
            "bailleur": bailleurs.to_list(),
        }
        couples = [(niveau, code) for niveau, codes in listes.items() for code in sorted(codes)]
        return pl.DataFrame(couples, schema={"territoire_type": pl.String, "territoire": pl.String}, orient="row")

    def grille(self, niveaux: tuple[str, ...], axe: Axe, nom: str = "flux_bilan") -> pl.DataFrame:
        """Rend toutes les lignes attendues à ces niveaux selon un `axe` dense (ensemble, réservataire).

        `nom` est la table qui borne les périodes. La colonne `livre` dit si un bilan au moins couvre la période.
        """
        modalites = list(RESERVATAIRES) if axe is PAR_RESERVATAIRE else [ENSEMBLE]
        livrees = self.repondants.filter(pl.col("nature") == "cumul")["periode"].unique().to_list()
        return (
            self.territoires.filter(pl.col("territoire_type").is_in(niveaux))
            .join(pl.DataFrame({"ventilation": axe.nom, "modalite": modalites}), how="cross")
            .join(self.calendrier(nom).select("periode", livre=pl.col("periode").is_in(livrees)), how="cross")
        )
