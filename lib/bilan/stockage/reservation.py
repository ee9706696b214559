"""La réservation du stockage : un seul écrivain à la fois, nommé ; le second repart aussitôt en le sachant."""

import getpass
import json
import os
import platform
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from bilan.entrepot.distant import ConditionRefusee, Depot, Lu
from bilan.erreurs import VerrouTenu

FICHIER = "verrou.json"


@dataclass(frozen=True)
class Reservation:
    """Réservation tenue : qui (`lieu` désigne son entrepôt), depuis quand, et jusqu'à quand sans nouvelles."""

    jeton: str
    lieu: str
    machine: str
    utilisateur: str
    processus: int
    depuis: str
    jusqu_a: str

    @classmethod
    def prendre(cls, depot: Depot, lieu: str, bail: timedelta) -> Self:
        """Réserve le stockage ; lève `VerrouTenu` s'il est à un autre.

        Une réservation laissée par ce même entrepôt se reprend (son verrou local prouve que plus rien n'y tourne),
        comme celle dont le bail est passé. L'index, écrit sous condition, refuse de toute façon un revenant.
        """
        maintenant = datetime.now().astimezone()
        sienne = cls(
            uuid.uuid4().hex, lieu, platform.node(), getpass.getuser(), os.getpid(),
            maintenant.isoformat(timespec="seconds"), (maintenant + bail).isoformat(timespec="seconds"),
        )  # fmt: skip
        ancienne = depot.lire(FICHIER)
        tenant = _tenant(ancienne)
        if tenant and tenant["lieu"] != lieu and datetime.fromisoformat(tenant["jusqu_a"]) > maintenant:
            raise _tenue(depot, tenant)
        try:
            depot.remplacer(FICHIER, json.dumps(asdict(sienne), ensure_ascii=False).encode(), ancienne)
        except ConditionRefusee:
            raise _tenue(depot, _tenant(depot.lire(FICHIER))) from None
        sienne.verifier(depot)
        return sienne

    def verifier(self, depot: Depot) -> None:
        """Lève `VerrouTenu` si la réservation n'est plus la nôtre."""
        tenant = _tenant(depot.lire(FICHIER))
        if tenant is None or tenant["jeton"] != self.jeton:
            raise _tenue(depot, tenant)

    def rendre(self, depot: Depot) -> None:
        """Libère le stockage si la réservation est encore la nôtre."""
        tenant = _tenant(depot.lire(FICHIER))
        if tenant and tenant["jeton"] == self.jeton:
            depot.effacer([FICHIER])


def liberer(depot: Depot) -> str | None:
    """Ôte la réservation, à qui qu'elle soit, et dit à qui elle était ; None s'il n'y en avait pas."""
    tenant = _tenant(depot.lire(FICHIER))
    depot.effacer([FICHIER])
    return _qui(tenant) if tenant else None


def _tenant(lu: Lu | None) -> dict[str, Any] | None:
    """Rend le tenant écrit ; un fichier illisible vaut une réservation que l'on vient de prendre, donc périmée."""
    if lu is None:
        return None
    try:
        tenant: dict[str, Any] = json.loads(lu.octets)
    except ValueError:
        return None
    return tenant


def _tenue(depot: Depot, tenant: dict[str, Any] | None) -> VerrouTenu:
    return VerrouTenu(
        f"Le stockage « {depot.adresse} » est réservé ({_qui(tenant) if tenant else 'une autre machine'}) ; attendez "
        "qu'elle finisse, ou, si elle est morte, lancez « bilan stockage liberer »."
    )


def _qui(tenant: dict[str, Any]) -> str:
    debut = datetime.fromisoformat(tenant["depuis"])
    return (
        f"processus {tenant['processus']} de {tenant['utilisateur']} sur {tenant['machine']}, depuis "
        f"{debut:%d/%m/%Y à %H:%M:%S}"
    )
