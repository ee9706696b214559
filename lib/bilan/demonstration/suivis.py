"""Tables `caleol_suivi` et `previsionnel_soustraits` : ce que les bailleurs envoient à côté du bilan."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from bilan.demonstration.hasard import Entiers
from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.scene import Scene, nommer_bailleurs
from bilan.periode import Periode
from bilan.referentiel.nomenclatures import CATEGORIES_SOUSTRACTION

_LIEU = ("bailleur_siren", "code_departement")
_AUTOUR = {"prevus": 0.9, "precedents": 0.95, "suivants": 1.05}
_CANDIDATS_PAR_LOGEMENT = 2.8
_PART_A_EXAMINER = 0.26 / 12  # 60 000 ménages sur 233 000 logements (USH Hauts-de-France), en trois ans


def livrer_caleol(scene: Scene) -> Iterator[Livraison]:
    """Rend le suivi des commissions, trimestre par trimestre puis en somme, pour chaque bailleur qui livre."""
    trimestres = pl.concat([_commissions(scene, rang) for rang in range(1, 5)])
    for periode in scene.periodes:
        rangs = range(1, 5) if periode.est_annee else [periode.trimestre]
        lignes = _sommer(trimestres.filter(pl.col("rang").is_in(rangs)), periode)
        for siren, _envoi, jour in scene.bailleurs(periode):
            siennes = nommer_bailleurs(lignes.filter(bailleur_siren=siren), scene.terrain.bailleurs)
            if not siennes.is_empty():
                yield Livraison("caleol_suivi", siren, str(periode), periode.fin, jour, siennes)


def _sommer(trimestres: pl.DataFrame, periode: Periode) -> pl.DataFrame:
    return (
        trimestres.group_by("bailleur_siren", "code_departement", "cotation_consultee", maintain_order=True)
        .agg(pl.exclude("rang").sum())
        .with_columns(
            annee=pl.lit(periode.annee),
            periode=pl.lit("AN" if periode.est_annee else f"T{periode.trimestre}"),
            date_arrete=pl.lit(periode.fin),
        )
    )


def _commissions(scene: Scene, rang: int) -> pl.DataFrame:
    rng, lieu = scene.rng(f"caleol {rang}"), ["bailleur_siren", "code_departement"]
    parc = scene.terrain.cellules.group_by(lieu).agg(pl.col("logements").sum()).sort(lieu)
    faits = scene.logements.filter(t_attribue=rang).group_by(lieu).agg(attribues=pl.len().cast(pl.Int64))
    parc = parc.join(faits, on=lieu, how="left", maintain_order="left").with_columns(pl.col("attribues").fill_null(0))
    attribues, logements = parc["attribues"].to_numpy(), parc["logements"].to_numpy()
    dossiers = attribues + rng.poisson(attribues * (_CANDIDATS_PAR_LOGEMENT - 1))
    a_examiner = rng.poisson(logements * _PART_A_EXAMINER)
    examines = rng.binomial(a_examiner, rng.uniform(0.35, 0.95, len(parc)))
    return parc.select(
        *lieu,
        pl.lit(rang).alias("rang"),
        pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("N")).otherwise(pl.lit("O")).alias("cotation_consultee"),
        pl.Series("nb_seances", np.maximum(1, attribues // 12)),
        pl.Series("nb_dossiers_examines", dossiers),
        pl.Series("nb_logements_attribues", attribues),
        pl.Series("nb_attributions_rang1", attribues),
        pl.Series("nb_refus_demandeur", rng.binomial(attribues, 0.22)),
        pl.Series("nb_non_attribution", rng.binomial(dossiers - attribues, 0.18)),
        pl.Series("nb_irrecevabilite", rng.binomial(dossiers - attribues, 0.05)),
        *_occupations(rng, a_examiner, examines),
    )


def _occupations(rng: np.random.Generator, a_examiner: Entiers, examines: Entiers) -> list[pl.Series]:
    parts = {"nb_sous_occupation": 0.17, "nb_sur_occupation": 0.05, "nb_handicap_inadapte": 0.03,
             "nb_depassement_plafond": 0.04}
    inadaptes = {nom: rng.binomial(examines, part) for nom, part in parts.items()}
    avis = rng.binomial(inadaptes["nb_sous_occupation"], 0.4)
    return [
        pl.Series("nb_menages_eol_a_examiner", a_examiner),
        pl.Series("nb_menages_eol_examines", examines),
        *(pl.Series(nom, valeurs) for nom, valeurs in inadaptes.items()),
        pl.Series("nb_avis_relogement", avis),
        pl.Series("nb_relogements_realises", rng.binomial(avis, 0.15)),
    ]


def livrer_soustraits(scene: Scene) -> Iterator[Livraison]:
    """Rend le prévisionnel de l'année, puis celui de l'année suivante avec le réalisé de l'année.

    Le réalisé est le compte exact des logements soustraits de la simulation, ceux que le bilan déclare libérés
    sans les proposer : les deux tables disent la même assiette.
    """
    annee, calendrier = scene.parametres.annee, scene.parametres.calendrier
    comptes = _soustraits(scene)
    debut = comptes.select(
        *_LIEU, "categorie_soustraction", annee=pl.lit(annee), date_arrete=pl.lit(date(annee, 1, 31)),
        nb_prev_annee_n="prevus", nb_realise_annee_n_1="precedents", nb_attributions_n_1="precedents",
    )
    fin = comptes.select(
        *_LIEU, "categorie_soustraction", annee=pl.lit(annee + 1), date_arrete=pl.lit(date(annee, 12, 31)),
        nb_prev_annee_n="suivants", nb_realise_annee_n_1="realises", nb_attributions_n_1="attribues",
    )
    for siren, _envoi, jour in scene.bailleurs(Periode(annee)):
        connus = {annee: calendrier.connu_previsionnel, annee + 1: jour}
        for lignes in (debut, fin):
            siennes = nommer_bailleurs(lignes.filter(bailleur_siren=siren), scene.terrain.bailleurs)
            exercice, arrete = siennes["annee"][0], siennes["date_arrete"][0]
            yield Livraison("previsionnel_soustraits", siren, str(exercice), arrete, connus[exercice], siennes)


def _soustraits(scene: Scene) -> pl.DataFrame:
    """Rend les soustraits de chaque bailleur, département et catégorie : réalisés, et prévus autour d'eux."""
    rng = scene.rng("soustraits")
    realises = (
        scene.logements.filter(pl.col("soustraction").is_not_null(), pl.col("t_libere").is_between(1, 4))
        .group_by(*_LIEU, categorie_soustraction="soustraction")
        .agg(realises=pl.len().cast(pl.Int64))
    )
    lieux = scene.terrain.cellules.select(_LIEU).unique().sort(_LIEU)
    croise = lieux.join(pl.DataFrame({"categorie_soustraction": list(CATEGORIES_SOUSTRACTION)}), how="cross")
    comptes = croise.join(
        realises, on=[*_LIEU, "categorie_soustraction"], how="left", maintain_order="left"
    ).with_columns(pl.col("realises").fill_null(0))
    vrais = comptes["realises"].to_numpy()
    return comptes.with_columns(
        *(pl.Series(nom, rng.poisson(vrais * facteur)) for nom, facteur in _AUTOUR.items()),
        pl.Series("attribues", rng.binomial(vrais, 0.92)),
    )
