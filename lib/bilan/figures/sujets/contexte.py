"""Le contexte d'une figure : ce que toutes les figures d'une page ont en commun."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from bilan.periode import Periode
from bilan.projet import Jeu, Seuils
from bilan.referentiel.territoires import Territoires


class CarnetOuvert(Protocol):
    """Ce que le contexte demande à un carnet ouvert."""

    @property
    def jeu(self) -> Jeu: ...
    @property
    def periode(self) -> Periode: ...
    @property
    def connu_le(self) -> date: ...
    @property
    def territoires(self) -> Territoires: ...
    @property
    def seuils(self) -> Seuils: ...

    def source(self, origine: str) -> str: ...
    def ruptures(self, debut: date, fin: date) -> str: ...


@dataclass(frozen=True)
class Contexte:
    """Jeu, période, date de ce que l'on savait, territoires, seuils de lecture.

    `source` rend la ligne « Source » d'une figure à partir de son origine ; `ruptures`, la phrase des ruptures de série
    entre deux dates, que toute figure qui les compare porte en note.
    """

    jeu: Jeu
    periode: Periode
    connu_le: date
    territoires: Territoires
    seuils: Seuils
    source: Callable[[str], str]
    ruptures: Callable[[date, date], str]

    @classmethod
    def du_carnet(cls, carnet: CarnetOuvert) -> Self:
        """Rend le contexte d'un carnet ouvert."""
        return cls(
            carnet.jeu, carnet.periode, carnet.connu_le, carnet.territoires, carnet.seuils, carnet.source,
            carnet.ruptures,
        )  # fmt: skip

    @property
    def region(self) -> str:
        """Nom de la région."""
        return self.territoires.region.nom

    @property
    def code_region(self) -> str:
        """Code INSEE de la région."""
        return self.territoires.code_region

    @property
    def champ_epci(self) -> str:
        """Champ d'une carte : tous les EPCI qui touchent la région."""
        return f"Les {self.territoires.epci.height} EPCI qui touchent la région {self.region}."

    @property
    def en_region(self) -> dict[str, str]:
        """Filtre des mesures de la région à la période : à donner à `DataFrame.filter`."""
        return {"territoire_type": "region", "territoire": self.code_region, "periode": str(self.periode)}
