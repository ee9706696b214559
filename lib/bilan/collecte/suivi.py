"""La liste de relance : qui a envoyé, qui est en retard, et ce que cela pèse en logements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from bilan.collecte.attendus import Attendu, bailleurs_attendus, bailleurs_declares, echeance
from bilan.entrepot.manifeste import Manifeste
from bilan.entrepot.tables import EntrepotTables
from bilan.francais import accord, compter, nombre, pourcent
from bilan.periode import Periode

STATUTS = {"recu": "reçu", "recu_en_retard": "reçu en retard", "en_retard": "en retard", "attendu": "attendu"}

_PART_PRINCIPALE = 0.95


@dataclass(frozen=True)
class Suivi:
    """Suivi d'une table pour une période.

    `lignes` : bailleur_siren, bailleur, logements, part_parc_pct, statut (code de `STATUTS`), date_recue, versions,
    fichier ; les plus grands d'abord.
    """

    table: str
    periode: Periode
    echeance: date
    jour: date
    lignes: pl.DataFrame

    @property
    def recus(self) -> pl.DataFrame:
        """Lignes des bailleurs qui ont envoyé."""
        return self.lignes.filter(pl.col("statut").str.starts_with("recu"))

    @property
    def manquants(self) -> pl.DataFrame:
        """Lignes des bailleurs qui n'ont rien envoyé."""
        return self.lignes.filter(~pl.col("statut").str.starts_with("recu"))

    @property
    def couverture(self) -> float | None:
        """Part du parc attendu dont le bailleur a envoyé, de 0 à 1 ; `None` si aucun parc n'est attendu."""
        total = int(self.lignes["logements"].sum())
        return int(self.recus["logements"].sum()) / total if total else None

    def phrase(self) -> str:
        """Rend le suivi en une phrase : bailleurs, part du parc s'il est connu, et qui pèse parmi ceux qui manquent."""
        combien = self.recus.height
        ont_envoye = f"{accord(combien, 'a', 'ont')} envoyé"
        debut = f"{nombre(combien)} {accord(combien, 'bailleur')} sur {nombre(self.lignes.height)} {ont_envoye}"
        if self.couverture is not None:
            debut = f"{debut} : {pourcent(100 * self.couverture)} du parc attendu"
        absents, manque = self.manquants.height, int(self.manquants["logements"].sum())
        if not absents:
            return f"{debut} ; il ne manque personne."
        cumul, plus_grands = 0, 0
        for logements in self.manquants["logements"]:
            cumul, plus_grands = cumul + logements, plus_grands + 1
            if cumul >= _PART_PRINCIPALE * manque:
                break
        if plus_grands == absents or not manque:
            return f"{debut} ; il en manque {nombre(absents)}."
        return (
            f"{debut} ; {compter(plus_grands, 'bailleur fait', 'bailleurs font')} {pourcent(100 * cumul / manque, 0)} "
            "du parc qui manque."
        )


def suivre(
    entrepot: EntrepotTables,
    periode: Periode,
    jour: date,
    table: str = "flux_bilan",
    sirens: Collection[str] | None = None,
) -> Suivi:
    """Rend le suivi de la table pour la période, tel que connu au `jour` dit.

    Sont attendus les bailleurs de `sirens`, à défaut tous ceux du parc ; lève `ErreurUsage` s'il n'y a ni l'un ni
    l'autre.
    """
    attendus = bailleurs_attendus(entrepot, jour) if sirens is None else bailleurs_declares(entrepot, sirens, jour)
    total = sum(attendu.logements for attendu in attendus) or 1
    limite = echeance(periode)
    lignes = [_ligne(attendu, total, limite, (jour, _envois(entrepot, table, periode, jour))) for attendu in attendus]
    types = {"bailleur_siren": pl.String, "bailleur": pl.String, "logements": pl.Int64, "part_parc_pct": pl.Float64,
             "statut": pl.String, "date_recue": pl.Date, "versions": pl.Int64, "fichier": pl.String}  # fmt: skip
    return Suivi(table, periode, limite, jour, pl.DataFrame(lignes, schema=types, orient="row"))


def emetteurs_connus(entrepot: EntrepotTables, jour: date, table: str = "flux_bilan") -> set[str]:
    """Rend ceux qui ont déjà envoyé la table, pour quelque période que ce soit."""
    entrees = Manifeste.ouvrir(entrepot.manifeste).entrees
    return {entree.livraison.emetteur for entree in entrees if entree.table == table and entree.est_connue(jour)}


def _envois(entrepot: EntrepotTables, table: str, periode: Periode, jour: date) -> dict[str, list[tuple[date, str]]]:
    envois: dict[str, list[tuple[date, str]]] = {}
    for entree in Manifeste.ouvrir(entrepot.manifeste).entrees:
        if entree.table == table and entree.livraison.periode == str(periode) and entree.est_connue(jour):
            envois.setdefault(entree.livraison.emetteur, []).append(
                (entree.livraison.date_connue, entree.livraison.fichier)
            )
    return envois


def _ligne(
    attendu: Attendu, total: int, limite: date, connu: tuple[date, dict[str, list[tuple[date, str]]]]
) -> Sequence[object]:
    jour, envois = connu
    siens = sorted(envois.get(attendu.siren, []))
    poids = (attendu.siren, attendu.nom, attendu.logements, 100 * attendu.logements / total)
    if siens:
        premier = siens[0][0]
        return (*poids, "recu" if premier <= limite else "recu_en_retard", premier, len(siens), siens[-1][1])
    return (*poids, "en_retard" if jour > limite else "attendu", None, 0, None)
