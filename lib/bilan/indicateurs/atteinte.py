"""F1 et F2 : taux d'atteinte et écart à l'objectif, sur le périmètre des conventions et nulle part ailleurs.

Un EPCI n'a pas d'objectif de flux : à son échelle ne comptent que les conventions des communes et de l'EPCI
réservataires, dont le périmètre est leur propre territoire. Une convention sans objectif, ou dont le bailleur
n'a pas répondu, n'entre ni au numérateur ni au dénominateur : on en montre les volumes (N1–N3) et les parts (F3).
"""

import polars as pl

from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.objectifs import (
    CONVENTION,
    assiettes,
    bailleurs_a_assiette,
    champ_des_conventions,
    conventions_en_vigueur,
)
from bilan.indicateurs.perimetres import PERIMETRE, communes_des_perimetres, lieux_des_perimetres
from bilan.indicateurs.positions import COMPTES
from bilan.indicateurs.rapports import (
    PAR_BAILLEUR,
    PAR_BAILLEUR_ET_RESERVATAIRE,
    PAR_RESERVATAIRE,
    TOUT,
    Axe,
    Couverture,
    couvrir,
    difference,
    mesurer,
    rapport,
    sur_grille,
    totaliser,
)

REALISE, PREVISIONNEL = "REALISE", "PREVISIONNEL"
_SOMMES = ("region", "departement", "bailleur")
_PAR_BASE = Axe("objectif", ("base",))
_PAR_RESERVATAIRE_ET_BASE = Axe("reservataire|objectif", ("reservataire_categorie", "base"))
_PAR_RESERVATAIRE_ET_MESURE = Axe("reservataire|mesure", ("reservataire_categorie", "mesure"))


def bilan_des_conventions(matiere: Matiere) -> pl.DataFrame:
    """Rend, par convention et période, le réalisé et les deux objectifs.

    Colonnes : `CONVENTION`, code_departement, epci_siren, les comptes du flux, `objectif_realise` et
    `objectif_prevu` (à date, nuls s'ils ne peuvent pas être calculés), `objectif` et `provisoire`.
    `objectif` est le réalisé s'il est connu, sinon le prévisionnel ; les deux bases ne donnent pas le même
    pourcentage, c'est pourquoi F1 existe aussi par base.
    """
    conventions = conventions_en_vigueur(matiere).join(
        matiere.repondants.filter(pl.col("nature") == "cumul").drop("nature"),
        on=["periode", "bailleur_siren"],
        how="semi",
    )
    faits = (
        conventions.join(communes_des_perimetres(matiere), on=list(PERIMETRE))
        .join(
            _attribue_par_commune(matiere),
            on=["periode", "bailleur_siren", "reservataire_categorie", "code_commune"],
            how="left",
        )
        .join(assiettes(matiere), on=["periode", "bailleur_siren", "code_commune"], how="left")
        .sort(*CONVENTION, "code_commune")
        .group_by(CONVENTION, maintain_order=True)
        .agg(pl.col(*COMPTES, "assiette").sum())
    )
    return (
        conventions.join(faits, on=list(CONVENTION))
        .join(lieux_des_perimetres(matiere), on=list(PERIMETRE))
        .join(bailleurs_a_assiette(matiere), on=["periode", "bailleur_siren"], how="left")
        .with_columns(**_objectifs())
        .with_columns(objectif=pl.coalesce("objectif_realise", "objectif_prevu"))
        .filter(pl.col("objectif").is_not_null())
        .with_columns(
            provisoire=pl.col("objectif_realise").is_null()
            | (_a_un_taux() & ~pl.col("soustraits_realises").fill_null(False))
        )
    )


def _a_un_taux() -> pl.Expr:
    return pl.col("taux_pct") > 0


def _objectifs() -> dict[str, pl.Expr]:
    droits = pl.col("droits") * pl.col("part")
    connue = pl.col("soustraits_realises").is_not_null() | ~_a_un_taux()
    return {
        "objectif_realise": pl.when(connue).then(pl.col("taux_pct") / 100 * pl.col("assiette") + droits),
        "objectif_prevu": pl.col("prevu") * pl.col("part"),
    }


def _attribue_par_commune(matiere: Matiere) -> pl.DataFrame:
    cles = ["periode", "bailleur_siren", "reservataire_categorie", "code_commune"]
    return matiere.derive(champ_des_conventions).group_by(cles).agg(pl.col(*COMPTES).sum())


def taux_d_atteinte(matiere: Matiere) -> pl.DataFrame:
    """F1 : Σ attribués / Σ objectifs à date, en %, sur les conventions qui ont un objectif.

    Ventilations : ensemble, reservataire, bailleur, « bailleur|reservataire » ; « objectif » et
    « reservataire|objectif » donnent les deux bases (REALISE, PREVISIONNEL) séparément ;
    « reservataire|mesure » rapporte les propositions et les baux au même objectif.
    """
    bilan = matiere.derive(bilan_des_conventions)
    par_base = _selon_la_base(bilan)
    lots = [_mesurer(matiere, par_base, axe, _SOMMES) for axe in (_PAR_BASE, _PAR_RESERVATAIRE_ET_BASE)]
    lots.append(_mesurer(matiere, _selon_la_mesure(matiere, bilan), _PAR_RESERVATAIRE_ET_MESURE, _SOMMES))
    return pl.concat([_principales(matiere, rapport()), *lots])


def ecart_a_l_objectif(matiere: Matiere) -> pl.DataFrame:
    """F2 : Σ attribués − Σ objectifs à date, en logements, sur les mêmes conventions que F1."""
    return _principales(matiere, difference())


def _selon_la_base(bilan: pl.DataFrame) -> pl.DataFrame:
    prevus = bilan.with_columns(base=pl.lit(PREVISIONNEL), objectif=pl.col("objectif_prevu"), provisoire=pl.lit(True))
    realises = bilan.with_columns(base=pl.lit(REALISE), objectif=pl.col("objectif_realise"))
    return pl.concat([prevus, realises.select(prevus.columns)]).filter(pl.col("objectif").is_not_null())


def _selon_la_mesure(matiere: Matiere, bilan: pl.DataFrame) -> pl.DataFrame:
    avec_baux = bilan.join(matiere.couverture_baux.presents, on=["periode", "bailleur_siren"], how="semi")
    return pl.concat(
        lot.with_columns(mesure=pl.lit(mesure), attribues=pl.col(mesure))
        for mesure, lot in (("proposes", bilan), ("baux", avec_baux))
    )


def _principales(matiere: Matiere, forme: tuple[pl.Expr, pl.Expr]) -> pl.DataFrame:
    bilan = matiere.derive(bilan_des_conventions)
    denses = [_mesurer(matiere, bilan, axe, _SOMMES, forme) for axe in (TOUT, PAR_RESERVATAIRE)]
    par_bailleur = [
        _mesurer(matiere, bilan, axe, ("region", "departement"), forme)
        for axe in (PAR_BAILLEUR, PAR_BAILLEUR_ET_RESERVATAIRE)
    ]
    return pl.concat([*denses, _mesurer(matiere, bilan, PAR_RESERVATAIRE, ("epci",), forme), *par_bailleur])


def _mesurer(
    matiere: Matiere,
    bilan: pl.DataFrame,
    axe: Axe,
    niveaux: tuple[str, ...],
    forme: tuple[pl.Expr, pl.Expr] | None = None,
) -> pl.DataFrame:
    totaux = totaliser(
        bilan,
        niveaux,
        axe,
        matiere.contexte.code_region,
        numerateur=pl.col("attribues").sum(),
        denominateur=pl.col("objectif").sum(),
        provisoire=pl.col("provisoire").any(),
    )
    if axe in (TOUT, PAR_RESERVATAIRE) and niveaux == _SOMMES:
        # Un réservataire sans objectif a sa ligne, non transmise : l'absence se voit.
        totaux = sur_grille(totaux, matiere.grille(niveaux, axe))
    totaux = totaux.with_columns(
        pl.col("provisoire").fill_null(False),
        # Le bailleur ne signe pas de convention avec lui-même : la question ne se pose pas pour son propre contingent.
        sans_objet=pl.col("modalite") == "BAILLEUR",
    )
    return mesurer(couvrir(totaux, couverture_des_conventions(matiere, bilan), axe), forme or rapport())


def couverture_des_conventions(matiere: Matiere, bilan: pl.DataFrame) -> Couverture:
    """Rend la couverture d'un bilan de conventions : parc des communes où le bailleur répondant a un objectif."""
    presents = bilan.join(communes_des_perimetres(matiere), on=list(PERIMETRE))
    finesse = [nom for nom in ("reservataire_categorie", "base", "mesure", "reference") if nom in bilan.columns]
    return matiere.couverture(presents.select("periode", "bailleur_siren", "code_commune", *finesse).unique())
