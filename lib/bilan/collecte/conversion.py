"""Du texte aux types : chaque valeur distincte est lue une fois, et chaque case illisible est située."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import dataframely as dy
import polars as pl

from bilan.collecte import valeurs
from bilan.collecte.anomalies import Anomalie, Gravite, Lieu
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
    hauteur = tableau.textes.height
    lues: dict[str, list[Any]] = {}
    for nom, col in schema.columns().items():
        if nom in tableau.textes.columns:
            lecteur = lecteur_de(nom, col, tableau.origine_dates, (synonymes or {}).get(nom, {}))
            lues[nom] = _convertir_colonne(resultat, tableau, nom, lecteur)
        else:
            lues[nom] = [None] * hauteur
    types = {nom: col.dtype for nom, col in schema.columns().items()}
    resultat.lignes = pl.DataFrame(lues, schema=types).with_columns(tableau.textes[LIGNE])
    return resultat


def _convertir_colonne(resultat: Conversion, tableau: Tableau, nom: str, lecteur: Lecteur) -> list[Any]:
    """Rend les valeurs de la colonne ; en Python, car sur de petits fichiers, appeler polars coûte plus."""
    textes: list[str | None] = tableau.textes[nom].to_list()
    lues: dict[str | None, Any] = {None: None}
    refusees: dict[str, Refus] = {}
    for texte in dict.fromkeys(textes):
        if texte is None:
            continue
        try:
            lues[texte] = lecteur(texte)
        except Refus as dit:
            lues[texte], refusees[texte] = None, dit
    if refusees:
        for ligne, texte in zip(tableau.textes[LIGNE], textes, strict=True):
            if texte in refusees:
                resultat.illisibles.add((ligne, nom))
                resultat.anomalies.append(_illisible(refusees[texte], tableau.lieu(ligne, nom), texte))
    return [lues[texte] for texte in textes]


def _illisible(refus: Refus, lieu: Lieu, texte: str) -> Anomalie:
    return Anomalie(Gravite.BLOQUANT, "valeur_illisible", refus.constat, refus.correction, lieu, texte)


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
