"""F6 : logements soustraits du flux, par catégorie ; la prévision face au réalisé (décret 2020-145)."""

import polars as pl

from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import TOUT, Axe, Couverture, couvrir, mesurer, rapport, totaliser

PREVU, REALISE = "PREVU", "REALISE"
_NIVEAUX = ("region", "departement", "bailleur")
_PAR_CATEGORIE = Axe("categorie", ("categorie_soustraction",))
_PAR_VERSION = Axe("version", ("version",))
_PAR_VERSION_ET_CATEGORIE = Axe("version|categorie", ("version", "categorie_soustraction"))
_LIEU = ["periode", "bailleur_siren", "code_departement"]


def soustraits_par_version(matiere: Matiere) -> pl.DataFrame:
    """Rend les logements soustraits de chaque année, prévus et réalisés, par catégorie.

    Colonnes : periode (une année), bailleur_siren, code_departement, categorie_soustraction, version, soustraits. Le
    réalisé d'une année se lit dans la livraison de l'année suivante ; il est connu d'un bailleur ou ne l'est pas.
    """
    cles = [*_LIEU, "categorie_soustraction", "version"]
    table = matiere.table("previsionnel_soustraits")
    if table is None:
        return pl.DataFrame(schema={**dict.fromkeys(cles, pl.String), "soustraits": pl.Int64})
    prevus = table.with_columns(version=pl.lit(PREVU), soustraits=pl.col("nb_prev_annee_n"))
    realises = table.with_columns(
        pl.col("annee") - 1, version=pl.lit(REALISE), soustraits=pl.col("nb_realise_annee_n_1")
    ).drop_nulls("soustraits")
    annees = matiere.contexte.calendrier.filter(pl.col("trimestre") == 0).select("annee", "periode")
    return pl.concat([prevus, realises]).join(annees, on="annee").group_by(cles).agg(pl.col("soustraits").sum())


def taux_de_soustraits(matiere: Matiere) -> pl.DataFrame:
    """F6 : soustraits / libérés, en %, pour l'année : les réalisés s'ils sont connus du bailleur, sinon les prévus.

    Ventilations : « categorie » ; « version » et « version|categorie » donnent prévus et réalisés séparément.
    Champ : les bailleurs qui renseignent à la fois leurs libérés et leurs soustraits.
    """
    soustraits = matiere.derive(soustraits_par_version)
    realises = soustraits.filter(pl.col("version") == REALISE).select("periode", "bailleur_siren").unique()
    meilleurs = pl.concat(
        [
            soustraits.filter(pl.col("version") == REALISE).with_columns(provisoire=pl.lit(False)),
            soustraits.filter(pl.col("version") == PREVU)
            .join(realises, on=["periode", "bailleur_siren"], how="anti")
            .with_columns(provisoire=pl.lit(True)),
        ]
    )
    versions = soustraits.with_columns(provisoire=pl.col("version") == PREVU)
    return pl.concat(
        [
            _rapporter(matiere, meilleurs, TOUT, ()),
            _rapporter(matiere, meilleurs, _PAR_CATEGORIE, ()),
            _rapporter(matiere, versions, _PAR_VERSION, ("version",)),
            _rapporter(matiere, versions, _PAR_VERSION_ET_CATEGORIE, ("version",)),
        ]
    )


def ecart_a_la_prevision(matiere: Matiere) -> pl.DataFrame:
    """F6v : (réalisés − prévus) / prévus, en %, sur les bailleurs dont les deux sont connus."""
    soustraits = matiere.derive(soustraits_par_version)
    par_version = {
        version: soustraits.filter(pl.col("version") == version)
        .group_by(*_LIEU, "categorie_soustraction")
        .agg(pl.col("soustraits").sum())
        for version in (PREVU, REALISE)
    }
    bailleurs = {version: lot.select("periode", "bailleur_siren").unique() for version, lot in par_version.items()}
    communs = bailleurs[PREVU].join(bailleurs[REALISE], on=["periode", "bailleur_siren"])
    faits = (
        par_version[PREVU]
        .rename({"soustraits": "prevus"})
        .join(
            par_version[REALISE].rename({"soustraits": "realises"}),
            on=[*_LIEU, "categorie_soustraction"],
            how="full",
            coalesce=True,
        )
        .join(communs, on=["periode", "bailleur_siren"], how="semi")
        .with_columns(pl.col("prevus", "realises").fill_null(0))
    )
    couverture = matiere.couverture_registre(communs)
    lots = []
    for axe in (TOUT, _PAR_CATEGORIE):
        sommes = {
            "numerateur": pl.col("realises").sum() - pl.col("prevus").sum(),
            "denominateur": pl.col("prevus").sum(),
        }
        totaux = totaliser(faits, _NIVEAUX, axe, matiere.contexte.code_region, **sommes)
        lots.append(mesurer(couvrir(totaux, couverture, axe), rapport()))
    return pl.concat(lots)


def _rapporter(matiere: Matiere, soustraits: pl.DataFrame, axe: Axe, commun: tuple[str, ...]) -> pl.DataFrame:
    """Rapporte les soustraits aux libérés des mêmes bailleurs ; `commun` sont les axes dont dépend le dénominateur."""
    region = matiere.contexte.code_region
    liberes = matiere.derive(liberes_par_departement)
    champ = (
        soustraits.select("periode", "bailleur_siren", *commun)
        .unique()
        .join(liberes.select("periode", "bailleur_siren").unique(), on=["periode", "bailleur_siren"])
    )
    axe_du_tout = Axe("tout", commun)
    parties = totaliser(
        soustraits.join(champ, on=["periode", "bailleur_siren", *commun], how="semi"),
        _NIVEAUX,
        axe,
        region,
        numerateur=pl.col("soustraits").sum(),
        provisoire=pl.col("provisoire").any(),
    )
    tout = totaliser(
        champ.join(liberes, on=["periode", "bailleur_siren"]),
        _NIVEAUX,
        axe_du_tout,
        region,
        denominateur=pl.col("liberes").sum(),
    )
    cle = pl.col("modalite").str.split("|").list.first() if commun else pl.lit(TOUT.nom)
    totaux = parties.with_columns(tout_=cle).join(
        tout.drop("ventilation").rename({"modalite": "tout_"}),
        on=["territoire_type", "territoire", "periode", "tout_"],
        how="left",
    )
    return mesurer(couvrir(totaux.drop("tout_"), _couverture(matiere, champ, axe), axe), rapport())


def _couverture(matiere: Matiere, champ: pl.DataFrame, axe: Axe) -> Couverture:
    finesse = ["version"] if axe is _PAR_VERSION else []
    return matiere.couverture(champ.select("periode", "bailleur_siren", *finesse).unique())


def liberes_par_departement(matiere: Matiere) -> pl.DataFrame:
    """Rend les libérés des bailleurs qui les renseignent sur toutes leurs lignes du champ : lieu et `liberes`."""
    champ = matiere.flux_du_champ
    complets = (
        champ.group_by("periode", "bailleur_siren")
        .agg(pl.col("lignes_sans_liberes").sum())
        .filter(pl.col("lignes_sans_liberes") == 0)
    )
    return (
        champ.join(complets, on=["periode", "bailleur_siren"], how="semi").group_by(_LIEU).agg(pl.col("liberes").sum())
    )
