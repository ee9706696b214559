"""Le journal des lectures : ce qu'une exécution a lu, et ce qu'elle n'avait pas le droit de lire."""

from dataclasses import dataclass, field
from typing import Any

from bilan.carnets.contrat import ContratCarnet
from bilan.erreurs import ErreurUsage, plus_proches


@dataclass(frozen=True, order=True)
class LectureMesures:
    """Mesures lues : un indicateur, pour une maille et un territoire, ou pour tous (chaîne vide)."""

    indicateur: str
    territoire_type: str = ""
    territoire: str = ""


@dataclass
class JournalLectures:
    """Lectures d'un carnet, confrontées à son contrat au moment où elles se font."""

    carnet: str
    contrat: ContratCarnet
    mesures: set[LectureMesures] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    catalogue: bool = False
    non_declarees: list[str] = field(default_factory=list)

    def noter_mesures(self, indicateur: str, territoire_type: str | None, territoire: str | None) -> None:
        """Note une lecture de mesures ; lève `ErreurUsage` si l'indicateur n'est pas déclaré."""
        self._exiger(indicateur, self.contrat.mesures, "mesures")
        self.mesures.add(LectureMesures(indicateur, territoire_type or "", territoire or ""))

    def noter_table(self, nom: str) -> None:
        """Note la lecture d'une table ; lève `ErreurUsage` si elle n'est pas déclarée."""
        self._exiger(nom, self.contrat.tables, "tables")
        self.tables.add(nom)

    def en_json(self) -> dict[str, Any]:
        """Rend les lectures en valeurs JSON, triées."""
        return {
            "mesures": [[m.indicateur, m.territoire_type, m.territoire] for m in sorted(self.mesures)],
            "tables": sorted(self.tables),
            "catalogue": self.catalogue,
            "non_declarees": self.non_declarees,
        }

    def _exiger(self, nom: str, declares: tuple[str, ...], liste: str) -> None:
        if nom in declares:
            return
        # Notée avant d'être refusée : un carnet qui avale l'exception échoue quand même à la vérification.
        self.non_declarees.append(nom)
        proches = ", ".join(f"« {p} »" for p in plus_proches(nom, declares)) or "rien"
        raise ErreurUsage(
            f"Le carnet « {self.carnet} » lit « {nom} » sans le déclarer ; ajoutez-le à metadata.bilan.{liste}, "
            f"qui contient : {proches}."
        )
