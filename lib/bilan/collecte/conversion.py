"""Du texte aux types : chaque valeur distincte est lue une fois, et chaque case illisible est située."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import dataframely as dy
import polars as pl

from bilan.collecte import valeurs
from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.tableau import LIGNE, Tableau
from bilan.collecte.valeurs import Refus
from bilan.referentiel.nomenclatures import NON_RENSEIGNE
from bilan.tables.colonne import fiche_de

Lecteur = Callable[[str], Any]


@dataclass
class Conversion:
    """Lignes typées (colonnes de la table et `ligne_du_fichier`), et les anomalies rencontrées.

    `illisibles` garde les cases (ligne, colonne) déjà signalées : on ne les signale pas deux fois.
    """

    lignes: pl.DataFrame
    anomalies: list[Anomalie] = field(default_factory=list)
    illisibles: set[tuple[int, str]] = field(default_factory=set)


def convertir(
    tableau: Tableau, schema: type[dy.Schema], synonymes: Mapping[str, Mapping[str, str]] | None = None
) -> Conversion:
    """Rend les lignes du tableau dans les types de la table ; une colonne que le tableau n'a pas est nulle.

    `synonymes` associe, pour une colonne de codes, un libellé normalisé au code qu'il désigne.
    """
    resultat = Conversion(tableau.textes.select(LIGNE))
    for nom, col in schema.columns().items():
        if nom not in tableau.textes.columns:
            resultat.lignes = resultat.lignes.with_columns(pl.lit(None, dtype=col.dtype).alias(nom))
            continue
        lecteur = lecteur_de(nom, col, tableau.origine_dates, (synonymes or {}).get(nom, {}))
        _convertir_colonne(resultat, tableau, nom, (lecteur, col.dtype))
    return resultat


def _convertir_colonne(resultat: Conversion, tableau: Tableau, nom: str, lecture: tuple[Lecteur, pl.DataType]) -> None:
    lecteur, genre = lecture
    textes = tableau.textes[nom]
    lues: dict[str, Any] = {}
    refusees: dict[str, Refus] = {}
    for texte in textes.unique().drop_nulls():
        try:
            lues[texte] = lecteur(texte)
        except Refus as dit:
            refusees[texte] = dit
    typees = textes.replace_strict(
        pl.Series(lues.keys(), dtype=pl.String), pl.Series(lues.values(), dtype=genre), default=None, return_dtype=genre
    )
    resultat.lignes = resultat.lignes.with_columns(typees.alias(nom))
    fautives = tableau.textes.filter(pl.col(nom).is_in(list(refusees))).select(LIGNE, nom)
    for ligne, texte in fautives.iter_rows():
        refus = refusees[texte]
        resultat.illisibles.add((ligne, nom))
        resultat.anomalies.append(
            Anomalie(
                Gravite.BLOQUANT, "valeur_illisible", refus.constat, refus.correction, tableau.lieu(ligne, nom), texte
            )
        )


def lecteur_de(nom: str, col: dy.Column, origine_dates: int, synonymes: Mapping[str, str]) -> Lecteur:
    """Rend la fonction qui lit une case de cette colonne : `None` pour une absence, `Refus` pour l'illisible."""
    permises = fiche_de(col).valeurs
    if permises is not None:
        return partial(_lire_code, permises=permises, synonymes=synonymes)
    return partial(_lire, lecteur=_lecteur_simple(nom, col, origine_dates))


def _lecteur_simple(nom: str, col: dy.Column, origine_dates: int) -> Lecteur:
    par_type: dict[type[dy.Column], Lecteur] = {
        dy.Int64: valeurs.entier,
        dy.Float64: valeurs.decimal,
        dy.Date: partial(valeurs.jour, origine=origine_dates),
    }
    if type(col) in par_type:
        return par_type[type(col)]
    if nom.startswith("code_departement"):
        return valeurs.code_departement
    if nom == "code_commune":
        return valeurs.code_commune
    return valeurs.code_siren if nom.endswith("_siren") else valeurs.texte_libre


def _lire(texte: str, lecteur: Lecteur) -> Any:
    return None if valeurs.est_absente(texte) else lecteur(texte)


def _lire_code(texte: str, permises: Mapping[str, str], synonymes: Mapping[str, str]) -> str | None:
    if texte not in permises and valeurs.est_absente(texte):
        return NON_RENSEIGNE if NON_RENSEIGNE in permises else None
    return valeurs.code_de_liste(texte, permises, synonymes)
