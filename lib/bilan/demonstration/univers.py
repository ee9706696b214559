"""L'univers des conventions attendues : qui doit signer avec qui, sur quel périmètre, à quel taux."""

import numpy as np
import polars as pl

from bilan.demonstration.hasard import courant
from bilan.demonstration.parametres import Parametres
from bilan.demonstration.terrain import Terrain

CLES = ("bailleur_siren", "reservataire_categorie", "reservataire_id", "perimetre_type", "perimetre_code")
NOMS = {
    "ETAT_PRIO": "État",
    "ETAT_FONC": "État (agents)",
    "ALS": "Action Logement Services",
    "REGION": "Région",
    "DEPARTEMENT": "Département",
}
_PART_DEPARTEMENTS = 0.65
_PART_REGION = 0.25


def attendre(terrain: Terrain, parametres: Parametres, graine: int) -> pl.DataFrame:
    """Rend les conventions de flux attendues, une ligne par bailleur × réservataire × périmètre.

    Colonnes : les `CLES`, reservataire_nom, parc_concerne (logements), taux_pct (du flux du périmètre).
    La convention de l'État est unique par bailleur et département ; elle porte la catégorie ETAT_PRIO
    et couvre aussi les agents (ETAT_FONC), dont le taux s'ajoute à part.
    """
    rng, seuils = courant(graine, "univers"), parametres.conventions
    par_departement = _parc(terrain, "code_departement")
    morceaux = [_conventions(par_departement, nom, "DEPARTEMENT", pl.lit(None)) for nom in ("ETAT_PRIO", "ALS")]
    tirage = rng.random(par_departement.height)
    morceaux += [
        _conventions(par_departement.filter(tirage < _PART_DEPARTEMENTS), "DEPARTEMENT", "DEPARTEMENT", pl.col("code")),
        _conventions(par_departement.filter(tirage < _PART_REGION), "REGION", "DEPARTEMENT", pl.lit(terrain.region)),
    ]
    for categorie, colonne, seuil in (
        ("EPCI", "epci_siren", seuils.parc_minimal_epci),
        ("COMMUNE", "code_commune", seuils.parc_minimal_commune),
    ):
        grands = _parc(terrain, colonne).filter(pl.col("parc_concerne") >= seuil)
        morceaux.append(_conventions(grands, categorie, categorie, pl.col("code")))
    univers = pl.concat(morceaux).sort(CLES)
    base = univers["reservataire_categorie"].replace_strict(seuils.taux, return_dtype=pl.Float64).to_numpy()
    # L'État obtient presque partout son plafond ; les autres taux se négocient, au demi-point.
    dispersion = np.where(univers["reservataire_categorie"] == "ETAT_PRIO", 0.0, 0.12)
    taux = np.round(2 * base * (1 + dispersion * rng.uniform(-1, 1, len(base)))) / 2
    return nommer_reservataires(univers.with_columns(taux_pct=pl.Series(taux)), terrain)


def _parc(terrain: Terrain, colonne: str) -> pl.DataFrame:
    return (
        terrain.cellules.group_by("bailleur_siren", code=colonne)
        .agg(parc_concerne=pl.col("logements").sum())
        .sort("bailleur_siren", "code")
    )


def _conventions(parcs: pl.DataFrame, categorie: str, perimetre: str, identifiant: pl.Expr) -> pl.DataFrame:
    return parcs.select(
        "bailleur_siren",
        pl.lit(categorie).alias("reservataire_categorie"),
        identifiant.cast(pl.String).alias("reservataire_id"),
        pl.lit(perimetre).alias("perimetre_type"),
        pl.col("code").alias("perimetre_code"),
        "parc_concerne",
    )


def nommer_reservataires(lignes: pl.DataFrame, terrain: Terrain) -> pl.DataFrame:
    """Ajoute `reservataire_nom`, d'après la catégorie et l'identifiant."""
    locaux = pl.concat(
        [
            terrain.communes.select(reservataire_id="code_commune", nom_local="commune"),
            terrain.epci.select(reservataire_id="epci_siren", nom_local="epci"),
        ]
    )
    nom = pl.coalesce("nom_local", pl.col("reservataire_categorie").replace_strict(NOMS, default=None))
    nommees = lignes.join(locaux, on="reservataire_id", how="left", maintain_order="left")
    return nommees.with_columns(reservataire_nom=nom).drop("nom_local")
