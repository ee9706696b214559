"""Le second chemin : chaque indicateur refait en SQL (DuckDB) depuis les tables canoniques, sans le code du calcul."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from bilan.indicateurs.calcul import Contexte
from bilan.indicateurs.rapports import CLE
from bilan.tables.catalogue import CATALOGUE

DOSSIER = Path(__file__).parent / "sql"
REQUETES = tuple(sorted(chemin.stem for chemin in DOSSIER.glob("[a-z]*.sql")))
COMPAREES = ("numerateur", "denominateur", "valeur")


JOURNAL = {
    "table": pl.String,
    "emetteur": pl.String,
    "periode": pl.String,
    "date_connue": pl.Date,
    "retiree_le": pl.Date,
}


def connexion(sources: dict[str, Any], contexte: Contexte) -> duckdb.DuckDBPyConnection:
    """Ouvre DuckDB sur les tables : une source est une table polars, ou une liste (Parquet, émetteur, jour connu)."""
    base = duckdb.connect()
    for nom, schema in CATALOGUE.items():
        source = sources.get(nom)
        if isinstance(source, list):
            _lire_parquets(base, nom, source)
        else:
            vide = pl.DataFrame(schema={colonne: genre.dtype for colonne, genre in schema.columns().items()})
            base.register(nom, (vide if source is None else source).to_arrow())
    parametres = {
        "region": contexte.code_region,
        "connu_le": contexte.connu_le,
        "bascule": date(2023, 11, 24),
        "remontee": date(2024, 3, 31),
    }
    cadres = {
        "livraisons": sources.get("livraisons", pl.DataFrame(schema=JOURNAL)),
        "communes": contexte.communes_region,
        "epci": contexte.epci.select("epci_siren", "code_departement", "population_region", "est_soumis"),
        "departements": contexte.departements,
        "calendrier": contexte.calendrier,
        "zone": _zones(contexte),
        "params": pl.DataFrame([parametres]),
    }
    for nom, cadre in cadres.items():
        base.register(nom, cadre.to_arrow())
    for preparation in sorted(DOSSIER.glob("[0-9]*.sql")):
        base.execute(preparation.read_text(encoding="utf-8"))
    return base


def _zones(contexte: Contexte) -> pl.DataFrame:
    """Rend les territoires par le nom que leur donnent les repères publiés : niveau, t, zone."""
    noms = [("region", contexte.code_region, contexte.nom_region)]
    noms += [("departement", *ligne) for ligne in contexte.departements["code_departement", "departement"].iter_rows()]
    noms += [("epci", *ligne) for ligne in contexte.epci["epci_siren", "epci"].iter_rows()]
    return pl.DataFrame(noms, schema=["niveau", "t", "zone"], orient="row")


def _lire_parquets(base: duckdb.DuckDBPyConnection, nom: str, livraisons: list[tuple[str, str, date]]) -> None:
    trace = pl.DataFrame(livraisons, schema=["filename", "emetteur", "date_connue"], orient="row")
    base.register(f"trace_{nom}", trace.to_arrow())
    fichiers = trace["filename"].to_list()
    base.execute(
        f"CREATE VIEW {nom} AS SELECT * EXCLUDE (filename) "
        f"FROM read_parquet({fichiers!r}, union_by_name = true, filename = true) JOIN trace_{nom} USING (filename)"
    )


def ecarts(base: duckdb.DuckDBPyConnection, requete: str, mesures: pl.DataFrame) -> pl.DataFrame:
    """Rend les mesures que la requête ne retrouve pas, ou pas au même chiffre (à 1e-9 près, en relatif).

    Une mesure observée à zéro peut manquer au SQL, qui ne voit que des lignes ; une ligne du SQL doit toujours avoir
    sa mesure.
    """
    sql = pl.DataFrame(base.sql((DOSSIER / f"{requete}.sql").read_text(encoding="utf-8")).to_arrow_table())
    codes = sql["indicateur"].unique().to_list()
    cle = ["indicateur", *CLE]
    presentes = mesures.filter(pl.col("indicateur").is_in(codes))
    couples = sql.select("indicateur", "ventilation").unique()
    comparables = presentes.join(couples, on=["indicateur", "ventilation"], how="semi")
    a_cote = comparables.join(sql.with_columns(vue=pl.lit(True)), on=cle, how="full", suffix="_sql", coalesce=True)
    niveaux = presentes.select("indicateur", "territoire_type", "ventilation").unique()
    a_cote = a_cote.join(niveaux, on=["indicateur", "territoire_type", "ventilation"], how="semi")
    absente = pl.col("vue").is_null() & pl.col("statut").eq("observe") & (pl.col("numerateur").fill_null(1) != 0)
    orpheline = pl.col("vue").is_not_null() & pl.col("statut").is_null()
    differente = pl.col("vue").is_not_null() & pl.any_horizontal(_differe(nom) for nom in COMPAREES)
    couverture = pl.col("couverture_sql").is_not_null() & _differe("couverture")
    return a_cote.filter(absente | orpheline | (pl.col("statut").eq("observe") & (differente | couverture)))


def _differe(nom: str) -> pl.Expr:
    une, autre = pl.col(nom), pl.col(f"{nom}_sql")
    ecart = (une - autre).abs() > 1e-9 * pl.max_horizontal(une.abs(), pl.lit(1.0))
    return (une.is_null() != autre.is_null()) | ecart.fill_null(False)
