"""Corrections déclarées : où, ce qu'on attend d'y lire, ce qu'on y met, pourquoi, de qui, et jusqu'à quand."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu
from bilan.collecte.envoi import Envoi
from bilan.collecte.tableau import Tableau
from bilan.erreurs import DonneesRefusees
from bilan.francais import date_courte

FICHIER = "corrections.toml"


class Correction(BaseModel):
    """Correction d'une case reçue.

    `ou` restreint aux lignes dont ces colonnes ont ces textes ; `attendu` est la valeur fautive que l'on doit y
    trouver : si elle n'y est plus, la source a changé et la correction échoue.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    emetteur: str
    periode: str
    ou: dict[str, str] = Field(min_length=1)
    colonne: str
    attendu: str
    nouveau: str
    motif: str = Field(min_length=1)
    fourni_par: str = Field(min_length=1)
    expire: date

    def concerne(self, envoi: Envoi) -> bool:
        """Vrai si la correction vise cet envoi."""
        return (self.table, self.emetteur, self.periode) == (envoi.table, envoi.emetteur, envoi.periode)


class _Fichier(BaseModel):
    model_config = ConfigDict(extra="forbid")

    correction: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Appliquee:
    """Correction qui a été faite, et les lieux qu'elle a changés."""

    correction: Correction
    lieux: tuple[Lieu, ...]


def lire_corrections(dossier: Path) -> tuple[Correction, ...]:
    """Rend les corrections déclarées dans le dossier ; lève `DonneesRefusees` si le fichier est faux."""
    chemin = dossier / FICHIER
    if not chemin.is_file():
        return ()
    try:
        return _Fichier.model_validate(tomllib.loads(chemin.read_text(encoding="utf-8"))).correction
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as erreur:
        raise DonneesRefusees(
            f"Le fichier de corrections « {chemin} » ne peut pas être lu ({erreur}) ; une correction donne "
            "table, emetteur, periode, ou, colonne, attendu, nouveau, motif, fourni_par et expire."
        ) from erreur


def appliquer(
    tableau: Tableau, envoi: Envoi, corrections: Sequence[Correction]
) -> tuple[list[Appliquee], list[Anomalie]]:
    """Corrige le tableau sur place ; rend ce qui a été fait, et les corrections qui ne valent plus (bloquantes)."""
    faites: list[Appliquee] = []
    anomalies: list[Anomalie] = []
    for correction in corrections:
        if not correction.concerne(envoi):
            continue
        rangs = _rangs(tableau, correction)
        perimee = _perimee(tableau, correction, rangs, envoi.date_connue)
        if perimee is not None:
            lieu = (
                tableau.lieu(rangs[0], correction.colonne)
                if rangs
                else Lieu(tableau.fichier, colonne=correction.colonne)
            )
            anomalies.append(Anomalie(Gravite.BLOQUANT, "correction_perimee", *perimee, lieu, correction.attendu))
            continue
        textes = tableau.textes[correction.colonne].to_list()
        for rang in rangs:
            textes[rang] = correction.nouveau
        tableau.textes = tableau.textes.with_columns(pl.Series(correction.colonne, textes, dtype=pl.String))
        faites.append(Appliquee(correction, tuple(tableau.lieu(rang, correction.colonne) for rang in rangs)))
    return faites, anomalies


def _rangs(tableau: Tableau, correction: Correction) -> list[int]:
    if not {*correction.ou, correction.colonne} <= set(tableau.textes.columns):
        return []
    cibles = pl.all_horizontal(*[pl.col(nom).str.strip_chars() == texte for nom, texte in correction.ou.items()])
    return tableau.textes.with_row_index("_rang").filter(cibles)["_rang"].to_list()


def _perimee(tableau: Tableau, correction: Correction, rangs: list[int], jour: date) -> tuple[str, str] | None:
    retirer = f"retirez ou refaites la correction déclarée dans {FICHIER} (« {correction.motif} »)"
    if correction.expire < jour:
        return f"une correction déclarée a expiré le {date_courte(correction.expire)}", retirer
    if not rangs:
        return "une correction déclarée ne trouve plus aucune ligne à corriger", retirer
    lues = {tableau.brut(rang, correction.colonne) or "" for rang in rangs}
    if lues == {correction.nouveau}:
        return "une correction déclarée n'a plus d'objet : l'émetteur a corrigé sa source", retirer
    if lues != {correction.attendu}:
        vues = ", ".join(f"« {lue} »" for lue in sorted(lues))
        return f"une correction déclarée attend « {correction.attendu} » et lit {vues} : la source a changé", retirer
    return None
