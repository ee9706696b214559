"""La matière du parc : le RPLS des bailleurs attendus, qui a répondu, et la couverture qui s'en déduit."""

from functools import cached_property

import polars as pl

from bilan.indicateurs.cumul import ANNEE
from bilan.indicateurs.matiere_flux import MatiereFlux
from bilan.indicateurs.positions import LIEUX, replier_arrondissement
from bilan.indicateurs.rapports import TOUT, Couverture, totaliser


class MatiereParc(MatiereFlux):
    """La matière du flux, avec le parc qu'il devrait couvrir."""

    @cached_property
    def parc(self) -> pl.DataFrame:
        """Parc des bailleurs attendus par commune et par période : le RPLS de l'année, sinon le plus proche avant.

        Colonnes : periode, bailleur_siren, lieux, parc. À défaut d'un millésime antérieur, le premier connu.
        """
        rpls = self.table("parc_rpls", "bailleur_siren", "code_commune")
        schema = {
            "periode": pl.String,
            "bailleur_siren": pl.String,
            **dict.fromkeys(LIEUX, pl.String),
            "parc": pl.Int64,
        }
        if rpls is None or (rpls := rpls.filter(pl.col("niveau") == "bailleur_commune")).is_empty():
            return pl.DataFrame(schema=schema)
        return (
            self._millesimes(rpls)
            .join(rpls.with_columns(replier_arrondissement(pl.col("code_commune"))), on="annee")
            .join(self.contexte.communes_region, on="code_commune")
            .group_by("periode", "bailleur_siren", *LIEUX)
            .agg(pl.col("nb_logements").cast(pl.Int64).sum().alias("parc"))
            .filter(pl.col("parc") > 0)
        )

    @cached_property
    def parc_publie(self) -> pl.DataFrame:
        """Parc de chaque territoire par période : celui que publie le RPLS, à défaut la somme du parc des bailleurs.

        Colonnes : territoire_type, territoire, periode, parc.
        """
        sommes = totaliser(
            self.parc, ("region", "departement", "epci"), TOUT, self.contexte.code_region, parc=pl.col("parc").sum()
        ).select("territoire_type", "territoire", "periode", "parc")
        rpls = self.table("parc_rpls")
        if rpls is None or (rpls := rpls.filter(pl.col("niveau").is_in(["region", "departement", "epci"]))).is_empty():
            return sommes
        publie = (
            self._millesimes(rpls)
            .join(rpls, on="annee")
            .select(
                pl.col("niveau").alias("territoire_type"),
                pl.col("code").alias("territoire"),
                "periode",
                pl.col("nb_logements").cast(pl.Int64).alias("parc"),
            )
        )
        reste = sommes.join(publie, on=["territoire_type", "territoire", "periode"], how="anti")
        return pl.concat([publie, reste])

    def _millesimes(self, rpls: pl.DataFrame) -> pl.DataFrame:
        annees = sorted(rpls["annee"].unique().to_list())
        retenus = {
            str(p): max((annee for annee in annees if annee <= p.annee), default=annees[0])
            for p in self.contexte.periodes
        }
        return pl.DataFrame(
            {"periode": list(retenus), "annee": list(retenus.values())},
            schema={"periode": pl.String, "annee": rpls.schema["annee"]},
        )

    @cached_property
    def repondants(self) -> pl.DataFrame:
        """Bailleurs dont les livraisons couvrent la période : periode, bailleur_siren, nature."""
        return self.composition.select("periode", "bailleur_siren", "nature").unique()

    @cached_property
    def annuels(self) -> pl.DataFrame:
        """Bailleurs dont le bilan annuel est arrivé : periode (toutes celles de l'année), bailleur_siren."""
        recus = self.livraisons_flux.filter(pl.col("periode") == ANNEE).select(
            pl.col("annee").cast(pl.Int64), "bailleur_siren"
        )
        return self.contexte.calendrier.select("periode", "annee").join(recus.unique(), on="annee").drop("annee")

    def couverture(self, presents: pl.DataFrame) -> Couverture:
        """Rend la couverture d'un champ du flux ; `presents` : periode, bailleur_siren, au besoin plus fin."""
        return Couverture(self.parc, presents, self.annuels, self.contexte.code_region)

    def couverture_close(self, presents: pl.DataFrame, annuels: pl.DataFrame) -> Couverture:
        """Rend la couverture d'un suivi que clôt sa propre livraison annuelle : `annuels` (periode, bailleur_siren)."""
        return Couverture(self.parc, presents, annuels, self.contexte.code_region)

    def couverture_registre(self, presents: pl.DataFrame) -> Couverture:
        """Rend la couverture d'un registre, que le bilan annuel n'a pas à clore."""
        return Couverture(self.parc, presents, None, self.contexte.code_region)

    @cached_property
    def couverture_cumul(self) -> Couverture:
        """Couverture des positions cumulées."""
        return self.couverture(self._presents("cumul"))

    @cached_property
    def couverture_seul(self) -> Couverture:
        """Couverture des trimestres seuls."""
        return self.couverture(self._presents("seul"))

    @cached_property
    def couverture_baux(self) -> Couverture:
        """Couverture des baux signés, colonne facultative : bailleurs répondants qui la renseignent."""
        return self.couverture(self._avec_baux(self.flux))

    @cached_property
    def couverture_baux_seul(self) -> Couverture:
        """Couverture des baux signés dans le trimestre seul."""
        return self.couverture(self._avec_baux(self.flux_seul))

    def _presents(self, nature: str) -> pl.DataFrame:
        return self.repondants.filter(pl.col("nature") == nature).drop("nature")

    @staticmethod
    def _avec_baux(positions: pl.DataFrame) -> pl.DataFrame:
        return positions.filter(pl.col("lignes_avec_baux") > 0).select("periode", "bailleur_siren").unique()
