"""T1 et T2 : pression de la demande et mobilité dans le parc, d'après les chiffres publiés (domaine, § 4.4)."""

import polars as pl

from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import ENSEMBLE, TOUT, mesurer, rapport, totaliser

_LIEU = ("territoire_type", "territoire", "periode")


def pression(matiere: Matiere) -> pl.DataFrame:
    """T1 : demandes actives en fin d'année / attributions de l'année, en demandes par attribution.

    Les attributions sont celles que publie le SNE pour la même zone, à défaut celles des bilans de l'année (N2).
    Le numéro unique est départemental : un ménage peut être compté dans plusieurs départements.
    """
    demandes = pl.concat([_demandes(matiere), _reperes(matiere, "demandes_actives_sne")]).unique(
        _LIEU, keep="first", maintain_order=True
    )
    publiees = _reperes(matiere, "attributions_sne").rename({"valeur": "publiees"})
    des_bilans = totaliser(
        matiere.flux,
        ("region", "departement", "epci"),
        TOUT,
        matiere.contexte.code_region,
        des_bilans=pl.col("attribues").sum(),
    ).select(*_LIEU, "des_bilans")
    lignes = (
        demandes.rename({"valeur": "numerateur"})
        .join(publiees, on=_LIEU, how="left")
        .join(des_bilans, on=_LIEU, how="left")
        .with_columns(
            denominateur=pl.coalesce("publiees", pl.col("des_bilans").cast(pl.Float64)),
            ventilation=pl.lit(ENSEMBLE),
            modalite=pl.lit(ENSEMBLE),
        )
        .join(matiere.couverture_cumul.ensemble, on=_LIEU, how="left")
        .with_columns(
            # Des attributions publiées ne dépendent pas des bilans reçus.
            complete=pl.col("publiees").is_not_null() | pl.col("complete"),
            couverture=pl.when(pl.col("publiees").is_null()).then("couverture"),
            repondants=pl.when(pl.col("publiees").is_null()).then("repondants"),
            attendus=pl.when(pl.col("publiees").is_null()).then("attendus"),
        )
    )
    return mesurer(lignes, rapport("demandes par attribution", 1.0))


def mobilite(matiere: Matiere) -> pl.DataFrame:
    """T2 : taux de mobilité publié (emménagements / logements loués ou proposés depuis plus d'un an), en %.

    Repère publié : ni numérateur ni dénominateur ne sont connus, la valeur est reprise telle quelle.
    """
    lignes = _reperes(matiere, "mobilite_pct").with_columns(
        ventilation=pl.lit(ENSEMBLE),
        modalite=pl.lit(ENSEMBLE),
        numerateur=pl.lit(None, pl.Float64),
        couverture=pl.lit(None, pl.Float64),
        repondants=pl.lit(None, pl.Int64),
        attendus=pl.lit(None, pl.Int64),
        complete=pl.lit(True),
    )
    return mesurer(lignes, (pl.col("valeur"), pl.lit("%").alias("unite")))


def _demandes(matiere: Matiere) -> pl.DataFrame:
    table = matiere.table("demandes_sne")
    if table is None:
        return _vide()
    contexte = matiere.contexte
    # La table mêle régions, départements et EPCI : le code dit lequel ; une zone hors de la région n'a pas de mesure.
    niveau = (
        pl.when(pl.col("code") == contexte.code_region)
        .then(pl.lit("region"))
        .when(pl.col("code").is_in(contexte.departements["code_departement"].to_list()))
        .then(pl.lit("departement"))
        .when(pl.col("code").is_in(contexte.epci["epci_siren"].to_list()))
        .then(pl.lit("epci"))
    )
    lignes = table.filter(pl.col("date_arrete") <= contexte.connu_le).select(
        niveau.alias("territoire_type"),
        pl.col("code").alias("territoire"),
        pl.col("annee").cast(pl.String).alias("periode"),
        pl.col("demandes_total").cast(pl.Float64).alias("valeur"),
    )
    annees = [str(p) for p in contexte.periodes if p.est_annee]
    lignes = lignes.filter(pl.col("periode").is_in(annees), pl.col("territoire_type").is_not_null())
    departements = lignes.filter(pl.col("territoire_type") == "departement")
    somme = (
        departements.group_by("periode")
        .agg(pl.col("valeur").sum())
        .select(
            pl.lit("region").alias("territoire_type"),
            pl.lit(contexte.code_region).alias("territoire"),
            "periode",
            "valeur",
        )
    )
    return pl.concat([lignes, somme.join(lignes, on=_LIEU, how="anti")])


def _reperes(matiere: Matiere, indicateur: str) -> pl.DataFrame:
    """Valeurs publiées d'un repère, pour les zones dont le nom est celui d'un territoire du référentiel."""
    table = matiere.table("reperes")
    if table is None:
        return _vide()
    contexte = matiere.contexte
    noms = pl.concat(
        [
            pl.DataFrame(
                {"zone": [contexte.nom_region], "territoire_type": ["region"], "territoire": [contexte.code_region]}
            ),
            contexte.departements.select(
                pl.col("departement").alias("zone"),
                pl.lit("departement").alias("territoire_type"),
                pl.col("code_departement").alias("territoire"),
            ),
            contexte.epci.select(
                pl.col("epci").alias("zone"),
                pl.lit("epci").alias("territoire_type"),
                pl.col("epci_siren").alias("territoire"),
            ),
        ]
    )
    annees = [str(p) for p in contexte.periodes if p.est_annee]
    return (
        table.filter((pl.col("indicateur") == indicateur) & (pl.col("date_arrete") <= contexte.connu_le))
        .join(noms, on="zone")
        .select("territoire_type", "territoire", pl.col("annee").cast(pl.String).alias("periode"), "valeur")
        .filter(pl.col("periode").is_in(annees))
    )


def _vide() -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(_LIEU, pl.String), "valeur": pl.Float64})
