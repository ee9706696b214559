"""Qui est attendu : les bailleurs du parc connu, leur poids, leurs communes et leurs départements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from bilan.entrepot.tables import EntrepotTables
from bilan.erreurs import ErreurUsage
from bilan.periode import Periode


@dataclass(frozen=True)
class Attendu:
    """Bailleur attendu : SIREN, nom, parc en logements, communes et départements où il a du parc."""

    siren: str
    nom: str
    logements: int
    communes: tuple[str, ...]

    @property
    def departements(self) -> tuple[str, ...]:
        """Départements où le bailleur a du parc."""
        return tuple(sorted({code[:2] for code in self.communes}))


def bailleurs_attendus(entrepot: EntrepotTables, connu_le: date | None = None) -> list[Attendu]:
    """Rend les bailleurs du dernier parc livré par bailleur et commune, du plus grand au plus petit.

    Lève `ErreurUsage` si l'entrepôt n'a pas ce parc : sans lui, on ne sait pas qui attendre.
    """
    parc = entrepot.lire("parc_rpls", connu_le).filter(pl.col("niveau") == "bailleur_commune")
    if parc.is_empty():
        raise ErreurUsage(
            "On ne sait pas quels bailleurs attendre : l'entrepôt n'a pas de parc par bailleur et commune ; déposez "
            "une livraison « parc_rpls » de niveau bailleur_commune."
        )
    parc = parc.filter(pl.col("annee") == pl.col("annee").max())
    noms = _noms(entrepot, connu_le)
    return [
        Attendu(siren, noms.get(siren, f"Bailleur {siren}"), int(logements), tuple(sorted(communes)))
        for siren, logements, communes in parc.group_by("bailleur_siren")
        .agg(pl.col("nb_logements").sum(), pl.col("code_commune").unique())
        .sort("nb_logements", "bailleur_siren", descending=[True, False])
        .iter_rows()
    ]


def bailleurs_declares(entrepot: EntrepotTables, sirens: Collection[str], connu_le: date) -> list[Attendu]:
    """Rend les bailleurs de ces SIREN, du plus grand au plus petit ; zéro logement à qui n'a pas de parc connu."""
    try:
        du_parc = {attendu.siren: attendu for attendu in bailleurs_attendus(entrepot, connu_le)}
    except ErreurUsage:
        du_parc = {}
    noms = _noms(entrepot, connu_le)
    declares = [
        du_parc.get(siren, Attendu(siren, noms.get(siren, f"Bailleur {siren}"), 0, ())) for siren in sorted(set(sirens))
    ]
    return sorted(declares, key=lambda attendu: -attendu.logements)


def _noms(entrepot: EntrepotTables, connu_le: date | None) -> dict[str, str]:
    noms: dict[str, str] = {}
    for table in ("conventions", "flux_bilan"):
        lus = entrepot.lire(table, connu_le).select("bailleur_siren", "bailleur_nom").drop_nulls().unique()
        noms |= dict(lus.sort("bailleur_siren", "bailleur_nom").iter_rows())
    return noms


_DELAI_TRIMESTRE = timedelta(days=30)


def echeance(periode: Periode) -> date:
    """Rend le dernier jour d'envoi : le 28 février suivant (CCH R.441-5-1), ou trente jours après un trimestre.

    Le délai des bilans trimestriels n'est fixé par aucun texte : c'est une convention du projet.
    """
    return date(periode.annee + 1, 2, 28) if periode.est_annee else periode.fin + _DELAI_TRIMESTRE
