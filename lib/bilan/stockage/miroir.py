"""Le miroir de l'entrepôt : reprendre ce que le stockage a de plus, y déposer ce qui est d'ici.

`index.json` désigne le manifeste qui vaut et ceux d'avant ; il s'écrit en dernier, et seulement s'il n'a pas bougé.
"""

import json
import platform
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bilan.entrepot.distant import ConditionRefusee, Depot, Lu
from bilan.erreurs import StockageDivergent, StockageIndisponible, VerrouTenu, valeur_inconnue
from bilan.projet import Projet
from bilan.stockage import etat
from bilan.stockage.inventaire import Inventaire
from bilan.stockage.reservation import Reservation

INDEX = "index.json"
_IRREMPLACABLE = "tables"
"""Dossier de chaque jeu qui ne se recalcule pas : les livraisons. Une divergence n'y est jamais tranchée d'office."""


@dataclass(frozen=True)
class Index:
    """Ce que dit `index.json` : l'état qui vaut, et les précédents, le plus récent d'abord (manifeste, instant)."""

    manifeste: str = ""
    depose_le: str = ""
    par: str = ""
    precedents: tuple[tuple[str, str], ...] = ()
    lu: Lu | None = None

    @classmethod
    def lire(cls, depot: Depot) -> "Index":
        """Rend l'index en place, vide si rien n'a encore été déposé ; lève `StockageIndisponible` s'il est abîmé."""
        lu = depot.lire(INDEX)
        if lu is None:
            return cls()
        try:
            dit = json.loads(lu.octets)
            precedents = tuple((manifeste, quand) for manifeste, quand in dit["precedents"])
            return cls(dit["manifeste"], dit["depose_le"], dit["par"], precedents, lu)
        except (ValueError, KeyError, TypeError) as erreur:
            raise StockageIndisponible(
                f"L'index du stockage « {depot.adresse} » est abîmé ; restaurez « {INDEX} » d'une sauvegarde, ou "
                "déposez l'entrepôt d'une machine saine par « bilan stockage deposer --remplacer »."
            ) from erreur

    def suivant(self, manifeste: str, gardes: int, suite: bool) -> "Index":
        """Rend l'index où `manifeste` vaut ; l'état d'avant rejoint les précédents, sauf s'il n'était qu'une étape."""
        avant = ((self.manifeste, self.depose_le),) if self.manifeste and not suite else ()
        quand = datetime.now().astimezone().isoformat(timespec="seconds")
        return Index(manifeste, quand, platform.node(), (*avant, *self.precedents)[: gardes - 1], self.lu)

    def octets(self) -> bytes:
        """Rend le contenu d'`index.json`."""
        dit = {"manifeste": self.manifeste, "depose_le": self.depose_le, "par": self.par, "precedents": self.precedents}
        return json.dumps(dit, ensure_ascii=False).encode()

    def etats(self) -> list[tuple[str, str]]:
        """Rend tous les états gardés (manifeste, instant), celui qui vaut d'abord."""
        return [(self.manifeste, self.depose_le), *self.precedents] if self.manifeste else []


def recuperer(projet: Projet, depot: Depot, *, voulu: str | None = None, remplacer: bool = False) -> int:
    """Met l'entrepôt à l'état du stockage et rend le nombre de fichiers repris ; ce qui n'a changé qu'ici reste.

    `voulu` désigne un état gardé (début de son empreinte). Tout se télécharge et se vérifie avant d'entrer. Lève
    `StockageDivergent` si des livraisons ont changé des deux côtés, sauf à `remplacer` : celles d'ici sont alors
    mises à l'écart dans l'entrepôt.
    """
    connu, index = etat.lire(projet), Index.lire(depot)
    manifeste = _etat_voulu(index, voulu) if voulu else index.manifeste
    if not manifeste or (manifeste == connu.manifeste and not remplacer):
        return 0
    inventaire, base = Inventaire(projet), connu.noms or {}
    ici, la_bas = inventaire.relever(), depot.lire_manifeste(manifeste)
    if remplacer:
        base = ici
    elif divergents := _divergents(ici, base, la_bas):
        raise _divergence(depot, divergents)
    reprise = _Reprise(
        a_prendre={n: e for n, e in la_bas.items() if ici.get(n) != e and (remplacer or base.get(n) != e)},
        a_oter=[n for n in base if n not in la_bas and ici.get(n) == base[n]],
        a_l_ecart=remplacer,
    )
    _mettre_en_place(projet, depot, inventaire, reprise)
    etat.garder(projet, replace(connu, manifeste=manifeste, noms=la_bas))
    return len(reprise.a_prendre)


def deposer(
    projet: Projet, depot: Depot, reservation: Reservation, *, suite: bool = False, remplacer: bool = False
) -> int:
    """Fait de l'entrepôt d'ici l'état du stockage et rend le nombre de contenus envoyés ; zéro si rien n'a changé.

    `suite` prolonge un dépôt de la même exécution, sans garder l'étape. Lève `VerrouTenu` si un autre a déposé
    entre-temps, sauf à `remplacer` ; `StockageIndisponible` en cas de panne : l'état d'avant vaut toujours.
    """
    connu, index, inventaire = etat.lire(projet), _index_ou_vide(depot, remplacer), Inventaire(projet)
    if index.manifeste and index.manifeste != connu.manifeste and not remplacer:
        raise _depasse(depot, index)
    ici = inventaire.relever()
    envois = 0
    if not index.manifeste or ici != connu.noms or remplacer:
        la_bas = set() if remplacer or not index.manifeste else set((connu.noms or {}).values())
        envois = depot.deposer_contenus({empreinte: inventaire.chemin(nom) for nom, empreinte in ici.items()}, la_bas)
        manifeste = depot.deposer_manifeste(ici)
        reservation.verifier(depot)
        gardes = projet.collection.retention.etats_distants
        try:
            depot.remplacer(INDEX, index.suivant(manifeste, gardes, suite).octets(), index.lu)
        except ConditionRefusee:
            raise _depasse(depot, Index.lire(depot)) from None
        connu = replace(connu, manifeste=manifeste, noms=ici)
    etat.garder(projet, connu)
    return envois


def _index_ou_vide(depot: Depot, remplacer: bool) -> Index:
    """Rend l'index ; abîmé, il se remplace si on l'a demandé."""
    try:
        return Index.lire(depot)
    except StockageIndisponible:
        if not remplacer or (lu := depot.lire(INDEX)) is None:
            raise
        return Index(lu=lu)


@dataclass(frozen=True)
class _Reprise:
    """Ce qui entre (nom → empreinte), ce qui sort, et si ce qui était là se met à l'écart au lieu de s'effacer."""

    a_prendre: dict[str, str]
    a_oter: list[str]
    a_l_ecart: bool


def _mettre_en_place(projet: Projet, depot: Depot, inventaire: Inventaire, reprise: _Reprise) -> None:
    """Télécharge tout, vérifie, puis pose : les fichiers qui en désignent d'autres en dernier."""
    recus = projet.entrepot / etat.DOSSIER / "recus"
    ecart = projet.entrepot / ".ecart" / f"{datetime.now():%Y-%m-%d-%H%M%S}"
    shutil.rmtree(recus, ignore_errors=True)
    recus.mkdir(parents=True)
    try:
        depot.recevoir_contenus({empreinte: recus / empreinte for empreinte in set(reprise.a_prendre.values())})
        if reprise.a_l_ecart:
            for nom in [*reprise.a_oter, *(n for n in reprise.a_prendre if (projet.entrepot / n).is_file())]:
                inventaire.ecarter(nom, ecart)
        for nom in sorted(reprise.a_prendre, key=_rang):
            inventaire.poser(nom, recus / reprise.a_prendre[nom])
        for nom in reprise.a_oter:
            inventaire.oter(nom)
    finally:
        shutil.rmtree(recus, ignore_errors=True)


def _rang(nom: str) -> tuple[bool, str]:
    chemin = Path(nom)
    return chemin.suffix == ".json" and (len(chemin.parts) <= 2 or chemin.name in ("manifeste.json", "index.json")), nom


def _divergents(ici: dict[str, str], base: dict[str, str], la_bas: dict[str, str]) -> list[str]:
    return [
        nom
        for nom, empreinte in ici.items()
        if _IRREMPLACABLE in Path(nom).parts
        and empreinte not in (base.get(nom), la_bas.get(nom))
        and la_bas.get(nom) != base.get(nom)
    ]


def _divergence(depot: Depot, noms: list[str]) -> StockageDivergent:
    return StockageDivergent(
        f"Des livraisons ont changé ici et au stockage « {depot.adresse} » depuis leur dernier accord "
        f"({', '.join(noms[:3])}) ; rien n'a été touché. Gardez celles du stockage par « bilan stockage recuperer "
        "--remplacer » (celles d'ici iront dans data/entrepot/.ecart, à réintégrer), ou celles d'ici par « bilan "
        "stockage deposer --remplacer »."
    )


def _depasse(depot: Depot, index: Index) -> VerrouTenu:
    return VerrouTenu(
        f"Le stockage « {depot.adresse} » a reçu entre-temps un autre état ({index.par}, {index.depose_le}) ; rien n'y "
        "a été changé et le travail fait ici y reste : relancez la même commande, elle reprendra d'abord cet état."
    )


def _etat_voulu(index: Index, debut: str) -> str:
    trouves = [manifeste for manifeste, _ in index.etats() if manifeste.startswith(debut)]
    if len(trouves) != 1:
        raise valeur_inconnue("l'état", debut, [manifeste[:12] for manifeste, _ in index.etats()])
    return trouves[0]
