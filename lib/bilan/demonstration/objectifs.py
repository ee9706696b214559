"""Table `flux_objectifs` : taux ou droits des conventions signées, datés par avenant."""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from bilan.demonstration.hasard import courant
from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.parametres import Parametres
from bilan.demonstration.scene import Scene
from bilan.periode import Periode

_PERIMETRES = {"DEPARTEMENT": "code_departement", "EPCI": "epci_siren", "COMMUNE": "code_commune"}
_OBJECTIF = (
    "bailleur_siren", "reservataire_categorie", "reservataire_id", "perimetre_type", "perimetre_code",
    "code_departement", "taux_pct", "nb_droits", "assiette_prev",
)


def chiffrer(univers: pl.DataFrame, logements: pl.DataFrame, parametres: Parametres, graine: int) -> pl.DataFrame:
    """Ajoute à l'univers `assiette_prev` (logements, sur l'année), `code_departement` et `nb_droits`.

    L'assiette prévue est la vraie, à une erreur près. Une convention en droits (ALS) n'a plus de taux.
    """
    rng = courant(graine, "objectifs")
    dans_l_annee = logements.filter(
        pl.col("t_propose").is_between(1, 4), pl.col("type_offre") == "RELOCATION"
    )
    assiettes = pl.concat(
        [
            dans_l_annee.group_by(
                "bailleur_siren", perimetre_type=pl.lit(genre), perimetre_code=pl.col(colonne)
            ).agg(vraie=pl.len(), code_departement=pl.col("code_departement").mode().min())
            for genre, colonne in _PERIMETRES.items()
        ]
    )
    cles = ["bailleur_siren", "perimetre_type", "perimetre_code"]
    erreur = rng.lognormal(0.0, parametres.flux.ecart_prevision_pct / 100, univers.height)
    en_droits = rng.random(univers.height) < parametres.conventions.als_en_droits_pct / 100
    droits = pl.Series(en_droits) & (pl.col("reservataire_categorie") == "ALS")
    return (
        univers.join(assiettes, on=cles, how="left", maintain_order="left")
        .with_columns(assiette_prev=(pl.col("vraie").fill_null(0) * pl.Series(erreur)).round())
        .with_columns(nb_droits=pl.when(droits).then((pl.col("taux_pct") * pl.col("assiette_prev") / 100).round()))
        .with_columns(
            pl.when(~droits).then("taux_pct").alias("taux_pct"),
            pl.col("nb_droits").cast(pl.Int64),
            pl.coalesce("code_departement", pl.col("perimetre_code").str.slice(0, 2)).alias("code_departement"),
        )
        .drop("vraie")
    )


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend, à chaque arrêté des conventions, les objectifs des conventions déjà signées.

    Trois versions de la même livraison annuelle : la suivante remplace la précédente, et apporte l'avenant.
    """
    annee, avenant = Periode(scene.parametres.annee), scene.parametres.conventions.avenant
    for arrete in scene.parametres.conventions.arretes:
        objectifs = _versions(scene, arrete)
        for siren, _envoi, jour in scene.bailleurs(Periode.de_date(arrete)):
            lignes = objectifs.filter(bailleur_siren=siren)
            if lignes.is_empty():
                continue
            connue = max(jour, avenant.date_connue) if arrete == date(annee.annee, 6, 30) else jour
            yield Livraison("flux_objectifs", siren, str(annee), arrete, connue, lignes)


def _versions(scene: Scene, arrete: date) -> pl.DataFrame:
    conventions, debut = scene.parametres.conventions, date(scene.parametres.annee, 1, 1)
    signees = scene.univers.filter(pl.col("date_signature") <= arrete).select(_OBJECTIF)
    etat = signees.filter(reservataire_categorie="ETAT_PRIO")
    agents = etat.with_columns(
        reservataire_categorie=pl.lit("ETAT_FONC"), taux_pct=pl.lit(conventions.taux["ETAT_FONC"])
    )
    avenant = conventions.avenant
    change = pl.col("bailleur_siren").is_in(avenant.bailleurs) & (pl.col("reservataire_categorie") == "ETAT_PRIO")
    origine = pl.concat([signees, agents]).with_columns(
        date_effet=pl.lit(debut),
        date_fin=pl.when(change & pl.lit(arrete >= avenant.date_effet - timedelta(days=1))).then(
            pl.lit(avenant.date_effet - timedelta(days=1))
        ),
        avenant_num=pl.lit(0),
    )
    suite = origine.filter(pl.col("date_fin").is_not_null()).with_columns(
        taux_pct=pl.lit(avenant.taux_etat_prio_pct), date_effet=pl.lit(avenant.date_effet),
        date_fin=pl.lit(None, pl.Date), avenant_num=pl.lit(1),
    )
    du_taux = pl.col("taux_pct") * pl.col("assiette_prev") / 100
    versions = pl.concat([origine, suite]).with_columns(
        annee=pl.lit(scene.parametres.annee),
        objectif_prev=pl.coalesce(pl.col("nb_droits").cast(pl.Float64), du_taux).round(2),
        date_arrete=pl.lit(arrete),
    )
    return versions.sort("perimetre_type", "perimetre_code", "reservataire_categorie", "date_effet")
