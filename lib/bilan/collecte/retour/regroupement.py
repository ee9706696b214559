"""Regrouper les anomalies semblables : au-delà de vingt, l'émetteur lit une ligne et non mille."""

from collections.abc import Sequence
from dataclasses import dataclass

from bilan.collecte.anomalies import Anomalie
from bilan.francais import nombre

_DETAIL_MAX = 20


@dataclass(frozen=True, slots=True)
class Point:
    """Point à traiter : la première anomalie d'un groupe, et combien de cases sont dans le même cas."""

    anomalie: Anomalie
    cases: int = 1

    @property
    def constat(self) -> str:
        """Constat, suivi du nombre de cases s'il y en a plusieurs."""
        texte = self.anomalie.constat[:1].upper() + self.anomalie.constat[1:]
        return f"{texte} ({nombre(self.cases)} cases dans ce cas)" if self.cases > 1 else texte


def regrouper(anomalies: Sequence[Anomalie]) -> list[Point]:
    """Rend les points à traiter, les bloquants d'abord, puis dans l'ordre du fichier.

    Une même règle, sur une même colonne, avec le même constat, n'est détaillée que jusqu'à vingt cases.
    """
    groupes: dict[tuple[str, str, str], list[Anomalie]] = {}
    for anomalie in anomalies:
        groupes.setdefault((anomalie.regle, anomalie.lieu.colonne, anomalie.constat), []).append(anomalie)
    points = [
        point
        for groupe in groupes.values()
        for point in ([Point(a) for a in groupe] if len(groupe) <= _DETAIL_MAX else [Point(groupe[0], len(groupe))])
    ]
    return sorted(
        points, key=lambda p: (not p.anomalie.est_bloquante, p.anomalie.lieu.feuille, p.anomalie.lieu.ligne or 0)
    )
