"""L'anomalie : ce qui ne va pas dans un envoi, où, et ce qu'il faut faire."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bilan.erreurs import DonneesRefusees
from bilan.francais import accord, nombre

_MONTREES = 3


class Gravite(StrEnum):
    """Une anomalie bloquante refuse le fichier ; une anomalie à vérifier demande une réponse."""

    BLOQUANT = "bloquant"
    A_VERIFIER = "à vérifier"


@dataclass(frozen=True, slots=True)
class Lieu:
    """Où se trouve une valeur : fichier, feuille, ligne du fichier, colonne telle qu'écrite et cellule (« H12 »)."""

    fichier: str
    feuille: str = ""
    ligne: int | None = None
    colonne: str = ""
    cellule: str = ""

    def __str__(self) -> str:
        morceaux = [f"feuille « {self.feuille} »"] if self.feuille else []
        morceaux += [f"ligne {self.ligne}"] if self.ligne is not None else []
        morceaux += [f"colonne « {self.colonne} »"] if self.colonne else []
        return ", ".join(morceaux)


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Constat sur une valeur, une ligne ou un fichier.

    `regle` est un identifiant stable, `constat` dit ce qui a été vu, `correction` ce qu'il faut faire ; `valeur`
    est le texte reçu, tel quel.
    """

    gravite: Gravite
    regle: str
    constat: str
    correction: str
    lieu: Lieu
    valeur: str | None = None

    @property
    def est_bloquante(self) -> bool:
        """Vrai si l'anomalie refuse le fichier."""
        return self.gravite is Gravite.BLOQUANT

    def phrase(self) -> str:
        """Rend l'anomalie en une phrase : où, valeur reçue, constat, correction."""
        ou = [str(self.lieu)] if str(self.lieu) else []
        ou += [f"valeur « {self.valeur} »"] if self.valeur is not None else []
        constat = f"{', '.join(ou)} : {self.constat}" if ou else self.constat
        return f"{constat} ; {self.correction}"


def bloquantes(anomalies: Iterable[Anomalie]) -> list[Anomalie]:
    """Rend les seules anomalies qui refusent le fichier."""
    return [anomalie for anomalie in anomalies if anomalie.est_bloquante]


class FichierRefuse(DonneesRefusees):
    """Refus d'un fichier, avec les anomalies qui le motivent."""

    def __init__(self, message: str, anomalies: Sequence[Anomalie]) -> None:
        super().__init__(message)
        self.anomalies = tuple(anomalies)


def refus(fichier: str, anomalies: Sequence[Anomalie]) -> FichierRefuse:
    """Rend l'erreur qui refuse `fichier` : les premières anomalies bloquantes, et combien d'autres restent."""
    graves = bloquantes(anomalies)
    debut = " ; ".join(anomalie.phrase() for anomalie in graves[:_MONTREES])
    reste = len(graves) - _MONTREES
    suite = f" (et {nombre(reste)} {accord(reste, 'autre anomalie', 'autres anomalies')})" if reste > 0 else ""
    message = f"Le fichier « {fichier} » est refusé : {debut}{suite}. Rien n'a été écrit."
    return FichierRefuse(message, anomalies)
