"""Table `epci_avancement` : le registre des EPCI, arrêté plusieurs fois, calendriers glissants."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.parametres import Cotation
from bilan.demonstration.scene import Scene
from bilan.periode import Periode

SERVICES = {"04": "DDETSPP 04", "05": "DDETSPP 05"}
"""Service de l'État qui recueille le calendrier ; la DDETS du département ailleurs."""

_DOCUMENTS = ("cil", "document_cadre", "cia", "ppgdid", "cotation")
_PREMIERS = {
    "cil": (date(2016, 9, 1), date(2022, 12, 15)),
    "document_cadre": (date(2018, 3, 1), date(2023, 6, 30)),
    "cia": (date(2019, 6, 1), date(2023, 11, 30)),
    "ppgdid": (date(2019, 1, 15), date(2023, 11, 30)),
    "cotation": (date(2022, 1, 10), date(2024, 1, 31)),
}
# La DREAL annonçait début 2025 la plupart des cotations ; les autres documents étaient attendus avant fin 2024.
_COTATION_PREVUE, _DOCUMENT_PREVU = (date(2024, 12, 15), date(2025, 3, 31)), (date(2024, 5, 15), date(2024, 12, 20))
_MOTIF_RETARD = "PLH en cours d'adoption"
_DESORDRE = 4.0
_PROBABILITE_DE_GLISSER = 0.4
_DELAI_IMMINENT_J = 25


@dataclass(frozen=True)
class Parcours:
    """Ce qu'un document d'un EPCI devient : fait à `fait_le` (ou jamais), annoncé pour `annonces` à chaque arrêté."""

    fait_le: date | None
    annonces: tuple[date | None, ...]

    def au(self, arrete: date) -> date | None:
        """Rend la date où c'est fait, si c'est fait à cet arrêté."""
        return self.fait_le if self.fait_le is not None and self.fait_le <= arrete else None


@dataclass(frozen=True)
class Dossier:
    """Dossier d'un EPCI soumis : le parcours de chaque document, et l'état de sa cotation à chaque arrêté."""

    parcours: dict[str, Parcours]
    etats: tuple[str, ...]


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend, pour chaque arrêté et chaque service, l'avancement de ses EPCI.

    Au premier arrêté les 26 EPCI soumis se répartissent comme l'a publié la DREAL (4, 15 et 7) ; quels EPCI
    et quelles dates, tout est tiré au sort.
    """
    cotation = scene.parametres.cotation
    pilotes = scene.terrain.epci.sort("code_departement", "epci_siren")
    dossiers = _dossiers(scene)
    for etape, (arrete, connu) in enumerate(zip(cotation.arretes, cotation.connus, strict=True)):
        lignes = [
            {**_identite(epci), **_avancement(dossiers.get(epci["epci_siren"]), cotation, etape), "date_arrete": arrete}
            for epci in pilotes.iter_rows(named=True)
        ]
        periode = str(Periode.de_date(arrete))
        table = pl.DataFrame(lignes, infer_schema_length=None)
        for (departement,), siens in table.group_by("code_departement_pilote", maintain_order=True):
            service = SERVICES.get(str(departement), f"DDETS {departement}")
            yield Livraison("epci_avancement", f"{service} (démonstration)", periode, arrete, connu, siens)


def _identite(epci: dict[str, object]) -> dict[str, object]:
    soumis = bool(epci["est_soumis"])
    return {
        "epci_siren": epci["epci_siren"],
        "epci_nom": epci["epci"],
        "code_departement_pilote": epci["code_departement"],
        "soumis_reforme": "O" if soumis else "N",
        "fondement": "PLH" if soumis else None,
    }


def _dossiers(scene: Scene) -> dict[str, Dossier]:
    """Rend le dossier de chaque EPCI soumis : qui avance pour un document avance pour les autres."""
    rng, cotation = scene.rng("cotation"), scene.parametres.cotation
    soumis = scene.terrain.epci.filter("est_soumis").sort("epci_siren")["epci_siren"].to_list()
    avance = rng.permutation(len(soumis))
    dossiers = {
        siren: Dossier({}, _etats(rang, len(soumis), cotation))
        for siren, rang in zip(soumis, avance.tolist(), strict=True)
    }
    for document in _DOCUMENTS:
        desordre = 0.0 if document == "cotation" else _DESORDRE
        rangs = np.argsort(np.argsort(avance + rng.normal(0.0, desordre, len(soumis)), kind="stable"))
        for siren, rang in zip(soumis, rangs.tolist(), strict=True):
            etape = _etape(rang, document, len(soumis), cotation)
            dossiers[siren].parcours[document] = _suivre(rng, document, etape, cotation)
    _faire_expirer(dossiers, cotation)
    derniere = _a_l_echelle(cotation.etats["EFFECTIVE_OU_IMMINENTE"][0], len(soumis), cotation) - 1
    _rendre_imminente(dossiers[soumis[avance.tolist().index(derniere)]], cotation)
    return dossiers


def _faire_expirer(dossiers: dict[str, Dossier], cotation: Cotation) -> None:
    # Les CIA les plus anciennes arrivent à leur terme dans l'année.
    anciennes = sorted(dossiers.values(), key=lambda dossier: dossier.parcours["cia"].fait_le or date.max)
    for dossier, fin in zip(anciennes, cotation.cia_expirent, strict=False):
        sans_annonce = (None,) * len(cotation.arretes)
        dossier.parcours["cia"] = Parcours(_decaler(fin, -cotation.duree_ans), sans_annonce)


def _rendre_imminente(dossier: Dossier, cotation: Cotation) -> None:
    # Parmi les cotations « effectives ou imminentes » du premier arrêté, l'une est seulement imminente.
    jour = cotation.arretes[0] + timedelta(days=_DELAI_IMMINENT_J)
    dossier.parcours["cotation"] = Parcours(jour, (jour, *(None,) * (len(cotation.arretes) - 1)))


def _etats(rang: int, soumis: int, cotation: Cotation) -> tuple[str, ...]:
    total = sum(nombres[0] for nombres in cotation.etats.values())
    etats = []
    for etape in range(len(cotation.arretes)):
        seuils = np.cumsum([nombres[etape] for nombres in cotation.etats.values()]) * soumis / total
        etats.append(list(cotation.etats)[int((np.round(seuils) <= rang).sum())])
    return tuple(etats)


def _etape(rang: int, document: str, soumis: int, cotation: Cotation) -> int:
    # Premier arrêté où le document de ce rang est fait ; autant d'étapes que d'arrêtés s'il ne l'est jamais.
    nombres = cotation.etats["EFFECTIVE_OU_IMMINENTE"] if document == "cotation" else getattr(cotation, document)
    return sum(rang >= _a_l_echelle(nombre, soumis, cotation) for nombre in nombres)


def _a_l_echelle(nombre: int, soumis: int, cotation: Cotation) -> int:
    return round(nombre * soumis / sum(nombres[0] for nombres in cotation.etats.values()))


def _suivre(rng: np.random.Generator, document: str, etape: int, cotation: Cotation) -> Parcours:
    """Tire la date d'un document fait à l'étape donnée, et les dates annoncées avant, qui glissent."""
    arretes = cotation.arretes
    if etape == 0:
        fait_le = _jour(rng, *_PREMIERS[document])
    elif etape < len(arretes):
        fait_le = _jour(rng, arretes[etape - 1] + timedelta(days=20), arretes[etape] - timedelta(days=5))
    else:
        fait_le = None
    annonces: list[date | None] = []
    prevue = _jour(rng, *(_COTATION_PREVUE if document == "cotation" else _DOCUMENT_PREVU))
    for rang, arrete in enumerate(arretes):
        if rang >= etape:
            annonces.append(None)
            continue
        if prevue <= arrete:
            prevue = arrete + timedelta(days=int(rng.integers(60, 200)))
        elif rang and rng.random() < _PROBABILITE_DE_GLISSER:
            prevue += timedelta(days=int(rng.integers(30, 150)))
        annonces.append(prevue)
    return Parcours(fait_le, tuple(annonces))


def _jour(rng: np.random.Generator, debut: date, fin: date) -> date:
    return debut + timedelta(days=int(rng.integers(0, (fin - debut).days + 1)))


def _decaler(jour: date, ans: int) -> date:
    return jour.replace(year=jour.year + ans, day=min(jour.day, 28))


def _avancement(dossier: Dossier | None, cotation: Cotation, etape: int) -> dict[str, object]:
    if dossier is None:
        return {}
    arrete, parcours = cotation.arretes[etape], dossier.parcours
    faits = {document: suivi.au(arrete) for document, suivi in parcours.items()}
    return {
        "cil_statut": "ADOPTE" if faits["cil"] else "EN_COURS",
        "cil_date_installation": faits["cil"],
        "document_cadre_date": faits["document_cadre"],
        **_document("cia", "cia_date_signature", "SIGNE", faits["cia"], arrete, cotation),
        **_document("ppgdid", "ppgdid_date_adoption", "ADOPTE", faits["ppgdid"], arrete, cotation),
        **{f"date_prevue_{document}": parcours[document].annonces[etape] for document in ("cil", "cia", "ppgdid")},
        **_cotation(dossier, faits, etape),
    }


def _cotation(dossier: Dossier, faits: dict[str, date | None], etape: int) -> dict[str, object]:
    # La grille se délibère avec le PPGDID ; un test précède la mise en service.
    en_service, etat = faits["cotation"], dossier.etats[etape]
    retarde = etat == "DELAI_PLUS_LONG"
    grille = faits["ppgdid"] or en_service
    return {
        "cotation_grille_adoptee": "O" if grille else "N",
        "cotation_date_deliberation": grille,
        "cotation_outil": "SNE" if grille else None,
        "cotation_date_test": en_service - timedelta(days=90) if en_service else None,
        "cotation_date_mise_en_service": en_service,
        "etat_cotation": etat,
        "date_prevue_cotation": None if retarde else dossier.parcours["cotation"].annonces[etape],
        "motif_retard": _MOTIF_RETARD if retarde else None,
        "plh_statut": "EN_COURS" if retarde else "ADOPTE",
    }


def _document(
    nom: str, colonne: str, acheve: str, fait_le: date | None, arrete: date, cotation: Cotation
) -> dict[str, object]:
    fin = None if fait_le is None else _decaler(fait_le, cotation.duree_ans)
    statut = "EN_COURS" if fin is None else "EXPIRE" if fin < arrete else acheve
    return {f"{nom}_statut": statut, colonne: fait_le, f"{nom}_date_fin": fin}
