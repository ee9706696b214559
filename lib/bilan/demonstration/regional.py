"""Tables régionales : parc, demandes, agréments."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from bilan.demonstration.hasard import repartir
from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.parametres import AnneeAgrements
from bilan.demonstration.scene import Scene

MENTION = "Démonstration : données fictives"


def livrer_parc(scene: Scene) -> Iterator[Livraison]:
    """Rend le parc de chaque bailleur dans chaque commune : les émetteurs attendus et leurs poids."""
    parc = scene.parametres.parc
    zones = scene.terrain.communes.select("code_commune", zone="commune")
    lignes = scene.terrain.cellules.join(zones, on="code_commune", how="left", maintain_order="left").select(
        pl.lit(parc.annee).alias("annee"),
        pl.lit("bailleur_commune").alias("niveau"),
        pl.col("code_commune").alias("code"),
        "zone",
        "bailleur_siren",
        "code_commune",
        pl.col("logements").alias("nb_logements"),
        (pl.col("part_qpv") * 100).round(1).alias("part_qpv_pct"),
        pl.lit(parc.source).alias("source"),
        pl.lit(date(parc.annee, 1, 1)).alias("date_arrete"),
    )
    yield Livraison("parc_rpls", "RPLS de démonstration", str(parc.annee), date(parc.annee, 1, 1),
                    date(parc.annee, 1, 15), lignes)


def livrer_demandes(scene: Scene) -> Iterator[Livraison]:
    """Rend les demandes de fin d'année par EPCI, département et région, réparties selon la population.

    Le total de chaque département est celui publié pour 2020, vieilli d'un facteur inventé.
    """
    demandes, annee = scene.parametres.demandes, scene.parametres.annee
    mutation = {code: publie.mutation for code, publie in demandes.departements.items()}
    hors_mutation = {code: publie.hors_mutation for code, publie in demandes.departements.items()}
    departement = pl.col("code_departement")
    part = pl.col("population") / pl.col("population_departement")
    communes = scene.terrain.communes.with_columns(
        demandes_hors_mutation=part * departement.replace_strict(hors_mutation) * demandes.facteur,
        demandes_mutation=part * departement.replace_strict(mutation) * demandes.facteur,
    )
    mesures = ("demandes_hors_mutation", "demandes_mutation")
    niveaux = [
        communes.group_by(code=cle).agg(pl.col(mesures).sum().round().cast(pl.Int64))
        for cle in (pl.lit(scene.terrain.region), departement, pl.col("epci_siren"))
    ]
    fin = date(annee, 12, 31)
    lignes = pl.concat(niveaux).sort("code").with_columns(
        annee=pl.lit(annee), demandes_total=pl.sum_horizontal(mesures), source=pl.lit(MENTION), date_arrete=pl.lit(fin)
    )
    yield Livraison("demandes_sne", "Infocentre SNE de démonstration", str(annee), fin, date(annee + 1, 1, 31), lignes)


def livrer_agrements(scene: Scene) -> Iterator[Livraison]:
    """Rend les agréments par territoire de gestion et produit, à plusieurs dates d'une année très saisonnière."""
    territoires = _territoires_de_gestion(scene)
    for annee, total in scene.parametres.agrements.annees.items():
        for arrete in total.arretes:
            lignes = _produits(scene, territoires, annee, total, arrete)
            yield Livraison("agrements", "DREAL de démonstration", f"{annee}T{(arrete.month + 2) // 3}", arrete,
                            arrete, lignes)


def _territoires_de_gestion(scene: Scene) -> pl.DataFrame:
    delegataires = scene.parametres.agrements.delegataires
    delegue = pl.col("epci_siren").is_in(delegataires)
    noms = scene.terrain.epci.select("epci_siren", "epci")
    return (
        scene.terrain.communes.join(noms, on="epci_siren", how="left")
        .select(
            "population",
            territoire_gestion_code=pl.when(delegue).then("epci_siren").otherwise("code_departement"),
            territoire_gestion_nom=pl.when(delegue).then("epci")
            .otherwise(pl.format("Département {} hors délégations", "code_departement")),
            type_gestion=pl.when(delegue).then(pl.lit("DELEGATAIRE")).otherwise(pl.lit("DDT")),
        )
        .group_by(pl.exclude("population"))
        .agg(pl.col("population").sum())
        .sort("territoire_gestion_code")
    )


def _produits(
    scene: Scene, territoires: pl.DataFrame, annee: int, total: AnneeAgrements, arrete: date
) -> pl.DataFrame:
    # Les mêmes poids à chaque arrêté d'une année : seule l'avancée change.
    rng, agrements = scene.rng(f"agrements {annee}"), scene.parametres.agrements
    produits = pl.DataFrame({"produit": list(agrements.produits), "poids_produit": list(agrements.produits.values())})
    croise = territoires.join(produits, how="cross", maintain_order="left_right")
    objectif = (croise["population"] * croise["poids_produit"]).to_numpy().astype(np.float64)
    realise = objectif * rng.lognormal(0.0, 0.3, len(objectif))
    avancement = agrements.avancement_pct[f"{arrete:%m-%d}"]
    agrees = repartir(round(total.agrees * avancement / 100), realise)
    return croise.drop("population", "poids_produit").with_columns(
        pl.Series("nb_agrees", agrees),
        pl.Series("objectif", repartir(total.objectif, objectif)),
        pl.Series("dont_residences", rng.binomial(agrees, agrements.residences_pct / 100)),
        annee=pl.lit(annee), source=pl.lit(MENTION), date_arrete=pl.lit(arrete),
    )
