"""Le parcours de chaque EPCI soumis : ce qu'il a fait, quand, et ce qu'il annonçait avant de le faire."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np

from bilan.demonstration.parametres import Cotation

CHAINES = (("cil", "document_cadre", "cia"), ("ppgdid", "cotation"))
"""Documents qui se suivent : la CIL adopte le document-cadre, que la CIA décline ; la grille est dans le PPGDID."""

_PREMIERS = {
    "cil": (date(2016, 9, 1), date(2021, 12, 15)),
    "document_cadre": (date(2018, 3, 1), date(2022, 12, 15)),
    "cia": (date(2019, 6, 1), date(2023, 11, 30)),
    "ppgdid": (date(2019, 1, 15), date(2022, 12, 15)),
    "cotation": (date(2022, 1, 10), date(2024, 1, 31)),
}
# La DREAL annonçait début 2025 la plupart des cotations ; les autres documents étaient attendus avant fin 2024.
_COTATION_PREVUE, _DOCUMENT_PREVU = (date(2024, 12, 15), date(2025, 3, 31)), (date(2024, 5, 15), date(2024, 12, 20))
_DESORDRE = 4.0
_PROBABILITE_DE_GLISSER = 0.4
_DELAI_IMMINENT_J, _DELAI_CADRE_J, _DELAI_CIL_J = 25, 210, 500


@dataclass(frozen=True)
class Parcours:
    """Ce qu'un document devient : fait à `fait_le` (nul : jamais), annoncé pour `annonces` à chaque arrêté."""

    fait_le: date | None
    annonces: tuple[date | None, ...]

    @classmethod
    def accompli(cls, fait_le: date, arretes: int) -> Self:
        """Rend le parcours d'un document fait avant le premier arrêté."""
        return cls(fait_le, (None,) * arretes)

    def au(self, arrete: date) -> date | None:
        """Rend la date où c'est fait, si c'est fait à cet arrêté."""
        return self.fait_le if self.fait_le is not None and self.fait_le <= arrete else None


@dataclass(frozen=True)
class Dossier:
    """Dossier d'un EPCI soumis : le parcours de chaque document, et l'état de sa cotation à chaque arrêté."""

    parcours: dict[str, Parcours]
    etats: tuple[str, ...]


def decaler(jour: date, ans: int) -> date:
    """Rend le même jour `ans` années plus tard (le 28 février pour un 29)."""
    return jour.replace(year=jour.year + ans, day=28 if (jour.month, jour.day) == (2, 29) else jour.day)


def instruire(soumis: list[str], cotation: Cotation, rng: np.random.Generator) -> dict[str, Dossier]:
    """Rend le dossier de chaque EPCI : à chaque arrêté, autant de documents faits que le dit le calage.

    Qui avance pour une chaîne avance à peu près pour l'autre. Avec moins d'EPCI qu'au calage, les nombres
    sont réduits en proportion.
    """
    rangs = rng.permutation(len(soumis))
    desordonnes = np.argsort(np.argsort(rangs + rng.normal(0.0, _DESORDRE, len(soumis)), kind="stable"))
    dossiers = {}
    for siren, rang, desordonne in zip(soumis, rangs.tolist(), desordonnes.tolist(), strict=True):
        parcours: dict[str, Parcours] = {}
        for chaine, place in zip(CHAINES, (desordonne, rang), strict=True):
            suivis = [_suivre(rng, nom, _etape(place, nom, len(soumis), cotation), cotation) for nom in chaine]
            parcours |= dict(zip(chaine, _dans_l_ordre(suivis), strict=True))
        dossiers[siren] = Dossier(parcours, _etats(rang, len(soumis), cotation))
    _faire_expirer(dossiers, cotation)
    _rendre_imminente(dossiers, rangs.tolist(), cotation)
    return dossiers


def _suivre(rng: np.random.Generator, document: str, etape: int, cotation: Cotation) -> Parcours:
    """Tire la date d'un document fait à l'étape donnée, et les dates annoncées avant, qui glissent."""
    arretes, fait_le = cotation.arretes, None
    if etape == 0:
        fait_le = _jour(rng, *_PREMIERS[document])
    elif etape < len(arretes):
        fait_le = _jour(rng, arretes[etape - 1] + timedelta(days=20), arretes[etape] - timedelta(days=5))
    prevue = _jour(rng, *(_COTATION_PREVUE if document == "cotation" else _DOCUMENT_PREVU))
    annonces: list[date | None] = []
    for rang, arrete in enumerate(arretes[:etape]):
        if prevue <= arrete:
            prevue = arrete + timedelta(days=int(rng.integers(60, 200)))
        elif rang and rng.random() < _PROBABILITE_DE_GLISSER:
            prevue += timedelta(days=int(rng.integers(30, 150)))
        annonces.append(prevue)
    return Parcours(fait_le, (*annonces, *(None,) * (len(arretes) - len(annonces))))


def _dans_l_ordre(suivis: list[Parcours]) -> list[Parcours]:
    # Un document ne précède pas celui dont il découle : les dates de la chaîne sont remises dans l'ordre.
    dates = sorted(suivi.fait_le for suivi in suivis if suivi.fait_le is not None)
    faits = [*dates, *[None] * (len(suivis) - len(dates))]
    return [Parcours(fait_le, suivi.annonces) for fait_le, suivi in zip(faits, suivis, strict=True)]


def _faire_expirer(dossiers: dict[str, Dossier], cotation: Cotation) -> None:
    # Les CIA les plus anciennes arrivent à leur terme dans l'année ; CIL et document-cadre reculent avec elles.
    anciennes = sorted(dossiers.values(), key=lambda dossier: dossier.parcours["cia"].fait_le or date.max)
    for dossier, fin in zip(anciennes, cotation.cia_expirent, strict=False):
        signature = decaler(fin, -cotation.duree_ans)
        for document, avance in (("cia", 0), ("document_cadre", _DELAI_CADRE_J), ("cil", _DELAI_CIL_J)):
            fait_le = signature - timedelta(days=avance)
            dossier.parcours[document] = Parcours.accompli(fait_le, len(cotation.arretes))


def _rendre_imminente(dossiers: dict[str, Dossier], rangs: list[int], cotation: Cotation) -> None:
    # Parmi les cotations « effectives ou imminentes » du premier arrêté, la dernière n'est qu'imminente.
    effectives = _a_l_echelle(cotation.etats["EFFECTIVE_OU_IMMINENTE"][0], len(rangs), cotation)
    if effectives == 0:
        return
    jour = cotation.arretes[0] + timedelta(days=_DELAI_IMMINENT_J)
    dossier = list(dossiers.values())[rangs.index(effectives - 1)]
    dossier.parcours["cotation"] = Parcours(jour, (jour, *(None,) * (len(cotation.arretes) - 1)))


def _etats(rang: int, soumis: int, cotation: Cotation) -> tuple[str, ...]:
    etats = []
    for etape in range(len(cotation.arretes)):
        cumules = np.cumsum([nombres[etape] for nombres in cotation.etats.values()])
        depasses = sum(rang >= _a_l_echelle(int(nombre), soumis, cotation) for nombre in cumules)
        etats.append(list(cotation.etats)[depasses])
    return tuple(etats)


def _etape(rang: int, document: str, soumis: int, cotation: Cotation) -> int:
    # Premier arrêté où le document de ce rang est fait ; autant d'étapes que d'arrêtés s'il ne l'est jamais.
    nombres = cotation.etats["EFFECTIVE_OU_IMMINENTE"] if document == "cotation" else getattr(cotation, document)
    return sum(rang >= _a_l_echelle(nombre, soumis, cotation) for nombre in nombres)


def _a_l_echelle(nombre: int, soumis: int, cotation: Cotation) -> int:
    return round(nombre * soumis / sum(nombres[0] for nombres in cotation.etats.values()))


def _jour(rng: np.random.Generator, debut: date, fin: date) -> date:
    return debut + timedelta(days=int(rng.integers(0, (fin - debut).days + 1)))
