"""Table `conventions` : l'univers attendu, signé peu à peu, d'un arrêté à l'autre."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from bilan.demonstration.hasard import courant, tirer
from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.parametres import Parametres
from bilan.demonstration.scene import Scene, nommer_bailleurs
from bilan.periode import Periode

ECHEANCE = date(2023, 11, 24)
"""Fin de la conversion en flux (loi 3DS 2022-217, art. 22)."""

_STATUTS_EN_COURS = {"EN_NEGOCIATION": 45.0, "TRANSMISE": 30.0, "NON_ENGAGEE": 20.0, "REFUSEE": 5.0}
_SIGNATURES_AVANT, _CONVERSIONS = (date(2023, 5, 2), ECHEANCE), (date(2023, 3, 1), date(2023, 11, 17))
_ETATS_DES_LIEUX = (date(2021, 6, 1), date(2022, 12, 16))


def signer(univers: pl.DataFrame, parametres: Parametres, graine: int) -> pl.DataFrame:
    """Ajoute à l'univers ce que chaque convention deviendra : date_signature (nulle si jamais), statut et motif.

    Colonnes ajoutées : date_signature, date_etat_des_lieux, delai_dreal_j (nul : jamais remontée),
    statut_en_cours et motif (ceux d'avant la signature).
    """
    rng, conventions = courant(graine, "conventions"), parametres.conventions
    nombre = univers.height
    rang = rng.uniform(0.0, 100.0, nombre)
    # Là où la préfecture tarde, les conventions de l'État attendent toutes le deuxième arrêté (COPIL : Vaucluse).
    dans_l_attente = univers["code_departement"].is_in(conventions.etat_en_attente)
    en_attente = (dans_l_attente & (univers["reservataire_categorie"] == "ETAT_PRIO")).to_numpy()
    seuils = np.array([conventions.signees_pct[c] for c in univers["reservataire_categorie"]])
    rang = np.where(en_attente, seuils[:, 0] + rang * (seuils[:, 1] - seuils[:, 0]) / 100, rang)
    etape = (seuils <= rang[:, None]).sum(axis=1)
    remontee = rng.random(nombre) < conventions.transmises_dreal_pct / 100
    motif = np.where(en_attente, "CIRCUIT_SIGNATURE", tirer(rng, conventions.motifs, nombre))
    statut = np.where(motif == "CIRCUIT_SIGNATURE", "EN_SIGNATURE", tirer(rng, _STATUTS_EN_COURS, nombre))
    return univers.with_columns(
        pl.Series("date_signature", _dates_de_signature(rng, etape, parametres)),
        pl.Series("date_etat_des_lieux", _entre(rng, *_ETATS_DES_LIEUX, nombre)),
        pl.when(pl.Series(remontee)).then(pl.Series(rng.integers(5, 60, nombre))).alias("delai_dreal_j"),
        pl.Series("statut_en_cours", statut),
        pl.Series("motif", motif),
    )


def _dates_de_signature(rng: np.random.Generator, etape: np.ndarray, parametres: Parametres) -> list[date | None]:
    conventions = parametres.conventions
    bornes = [ECHEANCE, *conventions.arretes]
    avant = rng.random(len(etape)) < conventions.avant_echeance_pct / 100
    candidates = [_entre(rng, debut + timedelta(days=1), fin, len(etape)) for debut, fin in pairwise(bornes)]
    precoces = _entre(rng, *_SIGNATURES_AVANT, len(etape))
    return [
        None if rang == len(candidates) else precoces[i] if rang == 0 and avant[i] else candidates[rang][i]
        for i, rang in enumerate(etape)
    ]


def _entre(rng: np.random.Generator, debut: date, fin: date, nombre: int) -> list[date]:
    return [debut + timedelta(days=int(j)) for j in rng.integers(0, (fin - debut).days + 1, nombre)]


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend le registre des conventions de chaque bailleur à chaque arrêté, signées ou non, motif compris."""
    for arrete in scene.parametres.conventions.arretes:
        periode = Periode.de_date(arrete)
        registre = _registre(scene, arrete)
        for siren, _envoi, jour in scene.bailleurs(periode):
            lignes = registre.filter(bailleur_siren=siren)
            if not lignes.is_empty():
                yield Livraison("conventions", siren, str(periode), arrete, jour, lignes)


def _registre(scene: Scene, arrete: date) -> pl.DataFrame:
    flux = _au(scene.univers, arrete).with_columns(type_convention=pl.lit("FLUX"), convention_attendue=pl.lit("O"))
    agents = scene.parametres.conventions.taux["ETAT_FONC"]
    etat = pl.col("reservataire_categorie") == "ETAT_PRIO"
    flux = flux.with_columns(
        taux_pct=pl.when(etat).then(pl.col("taux_pct") + agents).otherwise("taux_pct"),
        commentaire=pl.when(etat).then(pl.lit(f"Convention unique de l'État, dont {agents:g} % pour ses agents"))
        .when(pl.col("motif_non_signature") == "AUTRE").then(pl.lit("Motif fictif précisé par le bailleur")),
    )
    lignes = pl.concat([flux, _conversions(scene, arrete), _avenants(scene, flux, arrete)], how="diagonal")
    return nommer_bailleurs(lignes, scene.terrain.bailleurs).with_columns(date_arrete=pl.lit(arrete)).sort(
        "bailleur_siren", "type_convention", "reservataire_categorie", "perimetre_type", "perimetre_code"
    )


def _au(univers: pl.DataFrame, arrete: date) -> pl.DataFrame:
    # Ce que l'on sait de chaque convention à cette date : rien de ce qui la suit.
    signee = pl.col("date_signature") <= arrete
    remontee = pl.col("date_signature") + pl.duration(days="delai_dreal_j")
    return univers.with_columns(
        statut_convention=pl.when(signee).then(pl.lit("SIGNEE")).otherwise("statut_en_cours"),
        motif_non_signature=pl.when(~signee.fill_null(value=False)).then("motif"),
        date_effet=pl.when(signee).then(pl.lit(date(arrete.year, 1, 1))),
        date_transmission=pl.when(signee).then(pl.col("date_signature") - pl.duration(days=45)),
        date_transmission_dreal=pl.when(signee & (remontee <= arrete)).then(remontee),
        date_signature=pl.when(signee).then("date_signature"),
        nb_droits=pl.when(signee).then("nb_droits"),
        taux_pct=pl.when(signee).then("taux_pct"),
    ).drop("statut_en_cours", "motif", "delai_dreal_j", "code_departement", "assiette_prev")


def _conversions(scene: Scene, arrete: date) -> pl.DataFrame:
    # Conversion des droits de suite en droits uniques : faite à 100 % (COPIL du 8 février 2024).
    als = scene.univers.filter(reservataire_categorie="ALS").select(
        "bailleur_siren", "reservataire_categorie", "reservataire_id", "reservataire_nom", "perimetre_type",
        "perimetre_code", "parc_concerne", "date_etat_des_lieux",
    )
    signatures = _entre(scene.rng("conversions"), *_CONVERSIONS, als.height)
    return als.with_columns(
        pl.Series("date_signature", signatures),
        type_convention=pl.lit("CONVERSION_DROITS"),
        convention_attendue=pl.lit("N"),
        statut_convention=pl.lit("SIGNEE"),
    )


def _avenants(scene: Scene, flux: pl.DataFrame, arrete: date) -> pl.DataFrame:
    avenant = scene.parametres.conventions.avenant
    if arrete < avenant.date_effet - timedelta(days=1):
        return flux.clear()
    origine = flux.filter(
        pl.col("bailleur_siren").is_in(avenant.bailleurs),
        reservataire_categorie="ETAT_PRIO",
        statut_convention="SIGNEE",
    )
    agents = scene.parametres.conventions.taux["ETAT_FONC"]
    return origine.with_columns(
        type_convention=pl.lit("AVENANT"),
        convention_attendue=pl.lit("N"),
        taux_pct=pl.lit(avenant.taux_etat_prio_pct + agents),
        date_effet=pl.lit(avenant.date_effet),
        date_signature=pl.lit(avenant.date_effet - timedelta(days=5)),
        commentaire=pl.lit("Avenant 1 : taux de l'État revu après rétrocession"),
        date_transmission=None,
        date_transmission_dreal=None,
    )
