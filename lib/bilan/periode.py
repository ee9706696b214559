"""Les périodes du bilan : une année civile (« 2024 ») ou un de ses trimestres (« 2024T3 »)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from bilan.erreurs import ErreurUsage

_ECRITURE = re.compile(r"^(20\d{2})(?:T([1-4]))?$")


@dataclass(frozen=True, slots=True, order=True)
class Periode:
    """Année civile, ou trimestre d'une année civile (exercice du bilan : COPIL du 8 février 2024).

    `trimestre` vaut 0 pour l'année entière, de 1 à 4 sinon.
    """

    annee: int
    trimestre: int = 0

    @classmethod
    def lire(cls, texte: str) -> Self:
        """Rend la période écrite « AAAA » ou « AAAATn » ; lève `ErreurUsage` pour toute autre écriture."""
        trouve = _ECRITURE.match(str(texte).strip())
        if trouve is None:
            raise ErreurUsage(
                f"La période « {texte} » n'est pas reconnue ; il faut une année (« 2024 ») "
                "ou un trimestre (« 2024T3 »)."
            )
        return cls(int(trouve[1]), int(trouve[2] or 0))

    @classmethod
    def de_date(cls, jour: date) -> Self:
        """Rend le trimestre civil qui contient `jour`."""
        return cls(jour.year, (jour.month - 1) // 3 + 1)

    def __str__(self) -> str:
        return f"{self.annee}T{self.trimestre}" if self.trimestre else str(self.annee)

    @property
    def est_annee(self) -> bool:
        """Vrai pour une année entière."""
        return self.trimestre == 0

    @property
    def debut(self) -> date:
        """Premier jour de la période."""
        return date(self.annee, 1 if self.est_annee else 3 * self.trimestre - 2, 1)

    @property
    def fin(self) -> date:
        """Dernier jour de la période."""
        if self.est_annee or self.trimestre == 4:
            return date(self.annee, 12, 31)
        return date(self.annee, 3 * self.trimestre + 1, 1) - timedelta(days=1)

    @property
    def precedente(self) -> Self:
        """Période de même durée qui finit la veille du premier jour de celle-ci."""
        if self.est_annee:
            return type(self)(self.annee - 1)
        if self.trimestre == 1:
            return type(self)(self.annee - 1, 4)
        return type(self)(self.annee, self.trimestre - 1)

    @property
    def trimestres(self) -> tuple[Self, ...]:
        """Trimestres de l'année jusqu'à la fin de la période : quatre pour une année, n pour Tn."""
        return tuple(type(self)(self.annee, rang) for rang in range(1, (self.trimestre or 4) + 1))

    @property
    def libelle(self) -> str:
        """Écriture longue : « année 2024 », « 3e trimestre 2024 »."""
        if self.est_annee:
            return f"année {self.annee}"
        return f"{self.trimestre}{'er' if self.trimestre == 1 else 'e'} trimestre {self.annee}"

    @property
    def libelle_court(self) -> str:
        """Écriture courte : « 2024 », « T3 2024 »."""
        return f"T{self.trimestre} {self.annee}" if self.trimestre else str(self.annee)
