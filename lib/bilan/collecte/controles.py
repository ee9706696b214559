"""Contrôler des lignes typées : le schéma de la table d'abord, dit en français et situé dans le fichier."""

import inspect
from functools import cache

import dataframely as dy
import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite
from bilan.collecte.conversion import Conversion
from bilan.collecte.tableau import LIGNE, Tableau
from bilan.referentiel.territoires import Territoires
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
    echecs = _avec_ligne(schema).filter(conversion.lignes.select(*schema.column_names(), LIGNE)).failure
    if not echecs.counts():
        return []
    details = echecs.details()
    anomalies = []
    for regle in echecs.counts():
        for ligne in details.filter(pl.col(regle) == "invalid")[LIGNE]:
            anomalies += _dire(regle, int(ligne), (conversion, tableau, schema))
    return anomalies


@cache
def _avec_ligne(schema: type[dy.Schema]) -> type[dy.Schema]:
    """Rend le schéma augmenté du rang de la ligne : les échecs disent alors où ils sont."""
    fiche = Fiche("Ligne", "Rang de la ligne dans le fichier", "Colonne technique de la collecte")
    return type(schema.__name__, (schema,), {LIGNE: colonne(dy.Int64, fiche)})


def _dire(regle: str, ligne: int, objet: tuple[Conversion, Tableau, type[dy.Schema]]) -> list[Anomalie]:
    conversion, tableau, schema = objet
    nom, _, genre = regle.partition("|")
    if not genre:
        if any(ligne == rang for rang, _ in conversion.illisibles):
            return []
        constat, correction = _regle_de_table(schema, regle)
        return [Anomalie(Gravite.BLOQUANT, regle, constat, correction, tableau.lieu(ligne))]
    if (ligne, nom) in conversion.illisibles:
        return []
    constat, correction = _CONSTATS.get(genre, ("la valeur ne convient pas", "suivez le dictionnaire"))
    fiche = fiche_de(schema.columns()[nom])
    correction += f" ({fiche.titre}{', exemple : ' + fiche.exemple if fiche.exemple else ''})"
    brut = tableau.textes.filter(pl.col(LIGNE) == ligne)[nom].first() if nom in tableau.textes.columns else None
    valeur = None if brut is None else str(brut)
    return [Anomalie(Gravite.BLOQUANT, regle, constat, correction, tableau.lieu(ligne, nom), valeur)]


def _regle_de_table(schema: type[dy.Schema], regle: str) -> tuple[str, str]:
    if regle == "cle_unique":
        titres = ", ".join(fiche_de(schema.columns()[nom]).titre for nom in cle_de(schema))
        return "cette ligne a la même clé qu'une autre", f"ne gardez qu'une ligne par clé ({titres})"
    fabrique = next(classe.__dict__[regle] for classe in schema.__mro__ if regle in classe.__dict__)
    phrase = (inspect.getdoc(fabrique.validation_fn) or regle).rstrip(".")
    return f"la ligne se contredit : {phrase[:1].lower()}{phrase[1:]}", "corrigez la ligne"


def controler_communes(conversion: Conversion, tableau: Tableau, territoires: Territoires) -> list[Anomalie]:
    """Rend une anomalie par commune inconnue du millésime, ou qui n'est pas dans le département de sa ligne."""
    lignes = conversion.lignes
    if "code_commune" not in lignes.columns or lignes["code_commune"].null_count() == lignes.height:
        return []
    connues = territoires.communes.select("code_commune", _departement="code_departement")
    avec = (
        lignes.with_columns(territoires.normaliser_colonne("code_commune"))
        .filter(pl.col("code_commune").is_not_null())
        .join(connues, on="code_commune", how="left", maintain_order="left")
    )
    inconnues = avec.filter(pl.col("_departement").is_null())
    anomalies = [
        Anomalie(
            Gravite.BLOQUANT,
            "commune_inconnue",
            f"aucune commune de la région ni de ses EPCI ne porte ce code en {territoires.millesime}",
            "donnez le code INSEE de la commune du logement, pas son code postal",
            tableau.lieu(ligne, "code_commune"),
            code,
        )
        for ligne, code in inconnues.select(LIGNE, "code_commune").iter_rows()
    ]
    if "code_departement" not in avec.columns:
        return anomalies
    ailleurs = avec.filter(pl.col("_departement") != pl.col("code_departement"))
    return anomalies + [
        Anomalie(
            Gravite.BLOQUANT,
            "departement_de_la_commune",
            f"la commune {commune} est dans le département {vrai}, pas dans le département {donne}",
            "corrigez le code de la commune ou celui du département",
            tableau.lieu(ligne, "code_departement"),
            donne,
        )
        for ligne, commune, vrai, donne in ailleurs.select(
            LIGNE, "code_commune", "_departement", "code_departement"
        ).iter_rows()
    ]
