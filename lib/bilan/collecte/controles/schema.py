"""Le schéma de la table, dit en français et situé dans le fichier."""

import inspect
from functools import cache

import dataframely as dy
import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.conversion import Conversion
from bilan.collecte.tableau import RANG, Tableau
from bilan.tables.briques import cle_de
from bilan.tables.colonne import Fiche, colonne, fiche_de

_CONSTATS = {
    "nullability": ("la valeur manque", "renseignez-la : la colonne est obligatoire"),
    "min": ("la valeur est trop petite", "vérifiez le signe et l'unité"),
    "max": ("la valeur est trop grande", "vérifiez l'unité : une part ne dépasse pas 100 %"),
    "regex": ("la valeur n'a pas la forme attendue", "suivez l'exemple du dictionnaire"),
    "is_in": ("la valeur n'est pas dans la liste", "choisissez une valeur du dictionnaire"),
    "check__valeurs_permises": ("la valeur n'est pas dans la liste", "choisissez une valeur du dictionnaire"),
}


def controler_schema(conversion: Conversion, tableau: Tableau, schema: type[dy.Schema]) -> list[Anomalie]:
    """Rend une anomalie bloquante par règle du schéma manquée et par ligne ; les cases déjà illisibles n'y sont pas."""
    echecs = _avec_ligne(schema).filter(conversion.lignes.select(*schema.column_names(), RANG)).failure
    if not echecs.counts():
        return []
    details = echecs.details()
    anomalies = []
    for regle in echecs.counts():
        for rang in details.filter(pl.col(regle) == "invalid")[RANG]:
            anomalies += _dire(regle, int(rang), (conversion, tableau, schema))
    return anomalies


@cache
def _avec_ligne(schema: type[dy.Schema]) -> type[dy.Schema]:
    """Rend le schéma augmenté du rang de la ligne : les échecs disent alors où ils sont."""
    fiche = Fiche("Ligne", "Rang de la ligne dans le fichier", "Colonne technique de la collecte")
    return type(schema.__name__, (schema,), {RANG: colonne(dy.Int64, fiche)})


def _dire(regle: str, rang: int, objet: tuple[Conversion, Tableau, type[dy.Schema]]) -> list[Anomalie]:
    conversion, tableau, schema = objet
    nom, _, genre = regle.partition("|")
    if not genre:
        if rang in conversion.rangs_illisibles:
            return []
        constat, correction = _regle_de_table(schema, regle)
        return [Anomalie(Gravite.BLOQUANT, regle, constat, correction, tableau.lieu(rang))]
    if (rang, nom) in conversion.illisibles:
        return []
    constat, correction = _CONSTATS.get(genre, ("la valeur ne convient pas", "suivez le dictionnaire"))
    fiche = fiche_de(schema.columns()[nom])
    correction += f" ({fiche.titre}{', exemple : ' + fiche.exemple if fiche.exemple else ''})"
    return [Anomalie(Gravite.BLOQUANT, regle, constat, correction, tableau.lieu(rang, nom), tableau.brut(rang, nom))]


def _regle_de_table(schema: type[dy.Schema], regle: str) -> tuple[str, str]:
    if regle == "cle_unique":
        titres = ", ".join(fiche_de(schema.columns()[nom]).titre for nom in cle_de(schema))
        return "cette ligne a la même clé qu'une autre", f"ne gardez qu'une ligne par clé ({titres})"
    fabrique = next(classe.__dict__[regle] for classe in schema.__mro__ if regle in classe.__dict__)
    phrase = (inspect.getdoc(fabrique.validation_fn) or regle).rstrip(".")
    return f"la ligne se contredit : {phrase[:1].lower()}{phrase[1:]}", "corrigez la ligne"
