"""Les carnets : contrat, plan, moteur, fraîcheur, journal et exécuteurs.

`ouvrir` n'est importé qu'à l'usage : la commande `bilan` passe par ce paquet sans charger Polars.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bilan.carnets.ouverture import Carnet, ouvrir

__all__ = ["Carnet", "ouvrir"]


def __getattr__(nom: str) -> Any:
    if nom in __all__:
        from bilan.carnets import ouverture

        return getattr(ouverture, nom)
    raise AttributeError(nom)
