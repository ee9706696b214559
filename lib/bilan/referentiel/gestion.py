"""Les territoires de gestion des aides à la pierre : les EPCI délégataires, et le reste de chaque département."""

from functools import lru_cache

from bilan.referentiel.geometries import Fonds


@lru_cache(maxsize=8)
def fonds_de_gestion(fonds: Fonds, delegataires: frozenset[str]) -> Fonds:
    """Rend les fonds découpés en territoires de gestion, dans les mêmes colonnes que ceux des EPCI.

    `delegataires` sont des SIREN. `epci_siren` y vaut le SIREN d'un délégataire, d'un seul tenant quel que soit le
    département, et le code du département pour tout le reste, qui s'arrête à la région.
    """
    pavage = fonds.pavage
    delegue = pavage["epci_siren"].isin(delegataires)
    codes = pavage["epci_siren"].where(delegue, pavage["code_departement"])
    garde = pavage["en_region"] | delegue
    return Fonds(fonds.code_region, fonds.dossier, pavage.assign(epci_siren=codes)[garde].reset_index(drop=True))
