"""Le journal des lectures : ce qu'une exécution a lu, et ce qu'elle n'avait pas le droit de lire."""

from dataclasses import dataclass, field
from typing import Any

from bilan.carnets.cles_de_lecture import CATALOGUE, CHANGEMENTS, LectureMesures, LectureTable
from bilan.carnets.contrat import ContratCarnet
from bilan.erreurs import ErreurUsage, plus_proches


@dataclass
class JournalLectures:
    """Lectures d'un carnet, confrontées à son contrat au moment où elles se font.

    Une lecture est un nom que la fraîcheur sait relire sans les données (`bilan.carnets.cles_de_lecture`).
    """

    carnet: str
    contrat: ContratCarnet
    faites: set[str] = field(default_factory=set)
    non_declarees: list[str] = field(default_factory=list)

    def noter_mesures(self, lecture: LectureMesures) -> None:
        """Note une lecture de mesures ; lève `ErreurUsage` si l'indicateur n'est pas déclaré."""
        self._exiger(lecture.indicateur, self.contrat.mesures, "mesures")
        self.faites.add(lecture.nom)

    def noter_table(self, lecture: LectureTable) -> None:
        """Note la lecture d'une table, entière ou en partie ; lève `ErreurUsage` si elle n'est pas déclarée."""
        self._exiger(lecture.table, self.contrat.tables, "tables")
        self.faites.add(lecture.nom)

    def noter_catalogue(self) -> None:
        """Note que les carnets de la collection ont été lus."""
        self.faites.add(CATALOGUE)

    def noter_changements(self) -> None:
        """Note que ce qui a changé depuis l'état comparé a été lu."""
        self.faites.add(CHANGEMENTS)

    def en_json(self) -> dict[str, Any]:
        """Rend les lectures en valeurs JSON, triées."""
        return {"lectures": sorted(self.faites), "non_declarees": self.non_declarees}

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
