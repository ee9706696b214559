"""Qui contribue à chaque cellule : combien de bailleurs, et pour quelle part le plus gros.

C'est ce dont le secret statistique a besoin et que les mesures ne disent pas. Les cellules sont celles des
grandeurs additives (`secret.grandeurs`), au territoire, à la modalité et à la période ; la maille
« epci|departement » donne en plus les morceaux d'un EPCI à cheval, que l'on retrouverait par soustraction.
"""

import polars as pl

from bilan.indicateurs.atteinte import bilan_des_conventions
from bilan.indicateurs.contexte import Contexte, Tables
from bilan.indicateurs.conventions import etat_des_conventions
from bilan.indicateurs.flux import flux_au_taux
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.positions import COMPTES_VENTILES
from bilan.indicateurs.rapports import CLE, PAR_RESERVATAIRE, TOUT, Axe

SCHEMA_CONTRIBUTIONS = {
    "grandeur": pl.String,
    **dict.fromkeys(CLE, pl.String),
    "valeur": pl.Float64,
    "unites": pl.Int64,
    "part_max": pl.Float64,
}
_CHAMP = Axe("champ", ("champ",))
_PAR_RESERVATAIRE_ET_CHAMP = Axe("reservataire|champ", ("reservataire_categorie", "champ"))


def contributions(tables: Tables, contexte: Contexte) -> pl.DataFrame:
    """Rend les cellules des grandeurs publiées : colonnes de `SCHEMA_CONTRIBUTIONS`, sans les cellules nulles.

    `unites` est le nombre de bailleurs qui y contribuent, `part_max` la part du plus gros (de 0 à 1). Les conventions
    comptées sont celles attendues, signées ou non.
    """
    matiere = Matiere(tables, contexte)
    lots = [*_flux(matiere), *_axes_annuels(matiere), *_au_taux(matiere), *_objectifs(matiere)]
    return pl.concat([*lots, *_conventions(matiere)]).filter(pl.col("valeur") != 0).sort("grandeur", *CLE)


def _flux(matiere: Matiere) -> list[pl.DataFrame]:
    lots = []
    for suffixe, positions in (("", matiere.flux), ("_t", matiere.flux_seul)):
        dans_le_champ = pl.lit(matiere.contexte.mises_en_service_dans_le_flux) | (pl.col("type_offre") == "RELOCATION")
        faits = positions.with_columns(champ=pl.when(dans_le_champ).then(pl.lit("champ")).otherwise(pl.lit("hors")))
        for compte in COMPTES_VENTILES:
            axes = [TOUT, PAR_RESERVATAIRE, _CHAMP, _PAR_RESERVATAIRE_ET_CHAMP]
            lots += [_cellules(matiere, faits, axe, f"{compte}{suffixe}", pl.col(compte)) for axe in axes]
        renseignes = faits.filter(pl.col("champ") == "champ")
        lots += [
            _cellules(matiere, renseignes, axe, f"attribues_avec_baux{suffixe}", pl.col("attribues_avec_baux"))
            for axe in (_CHAMP, _PAR_RESERVATAIRE_ET_CHAMP)
        ]
    return lots


def _axes_annuels(matiere: Matiere) -> list[pl.DataFrame]:
    sources = {"type_offre": matiere.flux, **matiere.axes_legaux}
    return [
        _cellules(
            matiere, positions.filter(~pl.col("periode").str.contains("T")), Axe(nom, (nom,)), compte, pl.col(compte)
        )
        for nom, positions in sources.items()
        for compte in COMPTES_VENTILES
    ]


def _au_taux(matiere: Matiere) -> list[pl.DataFrame]:
    faits = matiere.derive(flux_au_taux)
    grandeurs = {"attribues_taux": "attribues", "tous_taux": "tous", "attendus_taux": "attendus_au_taux"}
    return [_cellules(matiere, faits, PAR_RESERVATAIRE, nom, pl.col(col)) for nom, col in grandeurs.items()]


def _objectifs(matiere: Matiere) -> list[pl.DataFrame]:
    faits = matiere.derive(bilan_des_conventions).filter(pl.col("reservataire_categorie") != "BAILLEUR")
    grandeurs = {"attribues_objectif": "attribues", "objectif": "objectif"}
    return [
        _cellules(matiere, faits, axe, nom, pl.col(colonne))
        for nom, colonne in grandeurs.items()
        for axe in (TOUT, PAR_RESERVATAIRE)
    ]


def _conventions(matiere: Matiere) -> list[pl.DataFrame]:
    etat = matiere.derive(etat_des_conventions).filter(pl.col("type_convention") == "FLUX")
    return [_cellules(matiere, etat, axe, "conventions", pl.lit(1)) for axe in (TOUT, PAR_RESERVATAIRE)]


def _cellules(matiere: Matiere, faits: pl.DataFrame, axe: Axe, grandeur: str, compte: pl.Expr) -> pl.DataFrame:
    mailles = {
        "region": pl.lit(matiere.contexte.code_region),
        "departement": pl.col("code_departement"),
        "epci": pl.col("epci_siren"),
        "epci|departement": pl.concat_str("epci_siren", "code_departement", separator="|"),
    }
    par_bailleur = pl.concat(
        faits.select(
            pl.lit(maille).alias("territoire_type"),
            code.alias("territoire"),
            pl.lit(axe.nom).alias("ventilation"),
            axe.modalite.alias("modalite"),
            "periode",
            "bailleur_siren",
            compte.cast(pl.Float64).alias("valeur"),
        )
        for maille, code in mailles.items()
    )
    return (
        par_bailleur.drop_nulls("territoire")
        .group_by(*CLE, "bailleur_siren")
        .agg(pl.col("valeur").sum())
        .sort(*CLE, "bailleur_siren")
        .group_by(CLE, maintain_order=True)
        .agg(
            pl.lit(grandeur).alias("grandeur"),
            pl.col("valeur").sum(),
            (pl.col("valeur") > 0).sum().cast(pl.Int64).alias("unites"),
            (pl.col("valeur").max() / pl.col("valeur").sum()).alias("part_max"),
        )
        .select(list(SCHEMA_CONTRIBUTIONS))
        .cast(SCHEMA_CONTRIBUTIONS)  # type: ignore[arg-type]
    )
