"""Objectifs du flux : taux × assiette, ou nombre de droits, sur le périmètre de chaque convention.

Une convention est ici un triplet bailleur × catégorie de réservataire × périmètre. Les taux sont datés par avenant :
le taux d'une période est la moyenne des taux en vigueur depuis le 1er janvier, pondérée par leurs jours ; une
convention entrée en vigueur en cours de période vaut pour toute la période, l'exercice étant l'année civile
(COPIL du 8 février 2024).
"""

import polars as pl

from bilan.indicateurs.matiere import Matiere

CONVENTION = ("periode", "bailleur_siren", "reservataire_categorie", "perimetre_type", "perimetre_code")
_RESERVATAIRE = (*CONVENTION[1:3], "reservataire_id", *CONVENTION[3:])
_VERSION = ("annee", *_RESERVATAIRE)

SCHEMA_CONVENTIONS = {
    **dict.fromkeys(CONVENTION, pl.String),
    "part": pl.Float64,
    "taux_pct": pl.Float64,
    "droits": pl.Float64,
    "prevu": pl.Float64,
}


def conventions_en_vigueur(matiere: Matiere) -> pl.DataFrame:
    """Rend l'objectif de chaque convention à chaque période : colonnes de `SCHEMA_CONVENTIONS`.

    `taux_pct` est le taux moyen et `droits` le nombre annuel de droits (0 pour celui qui ne s'applique pas) ;
    `prevu` est l'objectif prévisionnel de l'année, nul si aucune assiette n'a été donnée ; `part` est la
    fraction écoulée de l'année. Les réservataires d'une même catégorie au même périmètre s'ajoutent.
    """
    objectifs = matiere.table("flux_objectifs")
    if objectifs is None:
        return pl.DataFrame(schema=SCHEMA_CONVENTIONS)
    jours = pl.col("jours")
    par_reservataire = (
        _versions_en_vigueur(objectifs, matiere.contexte.calendrier)
        .sort("periode", *_RESERVATAIRE, "date_effet")
        .group_by("periode", *_RESERVATAIRE, "part", maintain_order=True)
        .agg(
            *((pl.col(nom).fill_null(0) * jours).sum() / jours.sum() for nom in ("taux_pct", "droits")),
            pl.when(pl.col("prevu").is_not_null().all())
            .then((pl.col("prevu") * jours).sum() / jours.sum())
            .alias("prevu"),
        )
    )
    return (
        par_reservataire.group_by(*CONVENTION, "part", maintain_order=True)
        .agg(
            pl.col("taux_pct", "droits").sum(),
            pl.when(pl.col("prevu").is_not_null().all()).then(pl.col("prevu").sum()).alias("prevu"),
        )
        .select(*SCHEMA_CONVENTIONS)
    )


def _versions_en_vigueur(objectifs: pl.DataFrame, calendrier: pl.DataFrame) -> pl.DataFrame:
    """Versions d'objectif × périodes de leur année, et les jours où chacune s'applique depuis le 1er janvier.

    Une version sans date de fin s'arrête la veille de l'avenant qui la suit.
    """
    droits = pl.col("nb_droits").cast(pl.Float64)
    suivante = pl.col("date_effet").shift(-1).over(_VERSION, order_by=["date_effet", "avenant_num"])
    fin = pl.min_horizontal("date_fin", pl.col("suivante").dt.offset_by("-1d"), "fin")
    return (
        objectifs.with_columns(
            droits=droits,
            prevu=pl.coalesce(droits, pl.col("taux_pct") * pl.col("assiette_prev") / 100, "objectif_prev"),
            suivante=suivante,
        )
        .join(calendrier, on="annee")
        .with_columns(jours=(fin - pl.max_horizontal("date_effet", "debut")).dt.total_days() + 1)
        .filter(pl.col("jours") > 0)
    )


def champ_des_conventions(matiere: Matiere) -> pl.DataFrame:
    """Rend les positions du champ du flux par commune, des bailleurs qui ont une convention avec objectif."""
    bailleurs = conventions_en_vigueur(matiere)["bailleur_siren"].unique()
    return matiere.du_champ(matiere.positions_par_commune(bailleurs=bailleurs))


def assiettes(matiere: Matiere) -> pl.DataFrame:
    """Rend l'assiette de chaque bailleur à convention par commune : libérés moins soustraits (domaine, § 1.4).

    Colonnes : periode, bailleur_siren, code_commune, assiette. Les soustraits sont connus par
    département et par an : ils sont pris pour la part écoulée de l'année, et répartis entre les communes
    comme les libérés. L'assiette ne descend pas sous 0.
    """
    lieu = ["periode", "bailleur_siren", "code_departement"]
    champ = matiere.derive(champ_des_conventions)
    liberes = champ.group_by(*lieu, "code_commune").agg(pl.col("liberes").sum())
    du_departement = pl.col("liberes").sum().over(lieu)
    soustraits = pl.col("soustraits").fill_null(0) * pl.col("part")
    return (
        liberes.join(matiere.contexte.calendrier.select("periode", "annee", "part"), on="periode")
        .join(soustraits_par_departement(matiere), on=["annee", "bailleur_siren", "code_departement"], how="left")
        .with_columns(gardee=(1 - soustraits / du_departement).clip(lower_bound=0))
        .with_columns(
            assiette=pl.when(pl.col("liberes") == 0).then(0.0).otherwise(pl.col("liberes") * pl.col("gardee"))
        )
        .select("periode", "bailleur_siren", "code_commune", "assiette")
    )


def soustraits_par_departement(matiere: Matiere) -> pl.DataFrame:
    """Rend les logements soustraits d'une année : ceux réalisés s'ils sont connus, sinon ceux prévus.

    Colonnes : annee, bailleur_siren, code_departement, soustraits, realises (bool). Le réalisé de l'année N
    se lit dans la livraison de l'année N + 1 (décret 2020-145).
    """
    lieu = ["annee", "bailleur_siren", "code_departement"]
    table = matiere.table("previsionnel_soustraits")
    if table is None:
        return pl.DataFrame(
            schema={
                "annee": pl.Int64,
                "bailleur_siren": pl.String,
                "code_departement": pl.String,
                "soustraits": pl.Int64,
                "realises": pl.Boolean,
            }
        )
    prevus = table.group_by(lieu).agg(pl.col("nb_prev_annee_n").sum().alias("prevus"))
    realises = (
        table.filter(pl.col("nb_realise_annee_n_1").is_not_null())
        .with_columns(pl.col("annee") - 1)
        .group_by(lieu)
        .agg(pl.col("nb_realise_annee_n_1").sum().alias("faits"))
    )
    return prevus.join(realises, on=lieu, how="full", coalesce=True).select(
        *lieu, pl.coalesce("faits", "prevus").alias("soustraits"), pl.col("faits").is_not_null().alias("realises")
    )


def bailleurs_a_assiette(matiere: Matiere) -> pl.DataFrame:
    """Rend les bailleurs dont l'assiette réalisée est connue : periode, bailleur_siren, soustraits_realises.

    Il faut les libérés sur toutes les lignes du champ, et au moins une ligne de soustraits pour l'année.
    """
    complets = (
        matiere.flux_du_champ.group_by("periode", "bailleur_siren")
        .agg(pl.col("lignes_sans_liberes").sum())
        .filter(pl.col("lignes_sans_liberes") == 0)
        .join(matiere.contexte.calendrier.select("periode", "annee"), on="periode")
    )
    declares = (
        soustraits_par_departement(matiere)
        .group_by("annee", "bailleur_siren")
        .agg(pl.col("realises").all().alias("soustraits_realises"))
    )
    return complets.join(declares, on=["annee", "bailleur_siren"]).select(
        "periode", "bailleur_siren", "soustraits_realises"
    )
