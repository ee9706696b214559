"""La scène : tout ce que les tables de la démonstration ont en commun, calculé une fois."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from bilan.demonstration.hasard import courant
from bilan.demonstration.parametres import Envoi, Parametres
from bilan.demonstration.terrain import Terrain
from bilan.periode import Periode

_AVANCE_MAXIMALE_J = 20


@dataclass(frozen=True)
class Scene:
    """Terrain, conventions attendues, logements de l'année, calage et graine."""

    terrain: Terrain
    univers: pl.DataFrame
    logements: pl.DataFrame
    parametres: Parametres
    graine: int

    def rng(self, nom: str) -> np.random.Generator:
        """Rend le générateur de la table `nom`."""
        return courant(self.graine, nom)

    @property
    def periodes(self) -> tuple[Periode, ...]:
        """Les quatre trimestres, puis l'année."""
        annee = Periode(self.parametres.annee)
        return (*annee.trimestres, annee)

    def bailleurs(self, periode: Periode) -> Iterator[tuple[str, Envoi, date]]:
        """Rend, pour chaque bailleur qui livre cette période : son SIREN, sa conduite, et le jour de sa livraison."""
        rng = self.rng(f"calendrier {periode}")
        for siren, texte in self.terrain.bailleurs.select("siren", "envoi").iter_rows():
            avance = timedelta(days=int(rng.integers(1, _AVANCE_MAXIMALE_J)))
            envoi = Envoi(texte)
            if envoi is Envoi.JAMAIS or (envoi is Envoi.T1_T2 and periode.trimestre not in (1, 2)):
                continue
            yield siren, envoi, self.echeance(periode) + self._ecart(envoi, avance)

    def echeance(self, periode: Periode) -> date:
        """Rend le dernier jour où une livraison est à l'heure."""
        calendrier = self.parametres.calendrier
        if periode.est_annee:
            return calendrier.date_limite_annee
        return periode.fin + timedelta(days=calendrier.delai_trimestre_j)

    def _ecart(self, envoi: Envoi, avance: timedelta) -> timedelta:
        retards = {
            Envoi.RETARD: timedelta(days=self.parametres.calendrier.retard_j),
            Envoi.TRES_RETARD: timedelta(days=self.parametres.calendrier.retard_long_j),
        }
        return retards.get(envoi, -avance)


def nommer_bailleurs(lignes: pl.DataFrame, bailleurs: pl.DataFrame) -> pl.DataFrame:
    """Ajoute `bailleur_nom`."""
    noms = bailleurs.select(bailleur_siren="siren", bailleur_nom="nom")
    return lignes.join(noms, on="bailleur_siren", how="left", maintain_order="left")
