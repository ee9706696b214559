"""F1e, F3, F4 et F7 : parts effectives, repère à l'échelle de l'EPCI, transformation et mises en service."""

import polars as pl

from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.objectifs import conventions_en_vigueur
from bilan.indicateurs.rapports import (
    NIVEAUX,
    PAR_BAILLEUR,
    PAR_BAILLEUR_ET_RESERVATAIRE,
    PAR_RESERVATAIRE,
    TOUT,
    Axe,
    Couverture,
    completer,
    couvrir,
    mesurer,
    rapport,
    sur_grille,
    totaliser,
)

_LARGES = ("region", "departement")
_MISE_EN_SERVICE = pl.col("type_offre") == "MISE_EN_SERVICE"


def part_effective(matiere: Matiere) -> pl.DataFrame:
    """F3 : attribués au réservataire / attribués à tous, bailleur compris, en %, dans le champ du flux."""
    return pl.concat(
        [
            _part(matiere, PAR_RESERVATAIRE, TOUT, NIVEAUX),
            _part(matiere, PAR_BAILLEUR_ET_RESERVATAIRE, PAR_BAILLEUR, _LARGES),
        ]
    )


def _part(matiere: Matiere, axe: Axe, axe_du_tout: Axe, niveaux: tuple[str, ...]) -> pl.DataFrame:
    region = matiere.contexte.code_region
    parties = totaliser(matiere.flux_du_champ, niveaux, axe, region, numerateur=pl.col("attribues").sum())
    tout = totaliser(matiere.flux_du_champ, niveaux, axe_du_tout, region, denominateur=pl.col("attribues").sum())
    cle_du_tout = pl.col("modalite").str.split("|").list.first() if axe_du_tout.colonnes else pl.lit(TOUT.nom)
    if axe is PAR_RESERVATAIRE:
        parties = completer(parties, matiere.grille(niveaux, axe), "numerateur")
    totaux = (
        parties.with_columns(tout_=cle_du_tout)
        .join(
            tout.drop("ventilation").rename({"modalite": "tout_"}),
            on=["territoire_type", "territoire", "periode", "tout_"],
            how="left",
        )
        .drop("tout_")
    )
    return mesurer(couvrir(totaux, matiere.couverture_cumul, axe), rapport())


def flux_au_taux(matiere: Matiere) -> pl.DataFrame:
    """Rend, par bailleur, département, EPCI et réservataire, ce qu'aurait donné le taux du département.

    Colonnes : periode, bailleur_siren, code_departement, epci_siren, reservataire_categorie, attribues (au
    réservataire), tous (attribués à tous), attendus_au_taux (taux × tous). Seuls y sont les bailleurs dont le
    taux est connu dans le département : les objectifs en nombre de droits n'ont pas de taux.
    """
    lieu = ["periode", "bailleur_siren", "code_departement", "epci_siren"]
    taux = (
        conventions_en_vigueur(matiere)
        .filter((pl.col("perimetre_type") == "DEPARTEMENT") & (pl.col("taux_pct") > 0) & (pl.col("droits") == 0))
        .select(
            "periode",
            "bailleur_siren",
            pl.col("perimetre_code").alias("code_departement"),
            "reservataire_categorie",
            "taux_pct",
        )
    )
    champ = matiere.flux_du_champ
    tous = champ.group_by(lieu).agg(pl.col("attribues").sum().alias("tous"))
    au_reservataire = champ.group_by(*lieu, "reservataire_categorie").agg(pl.col("attribues").sum())
    return (
        tous.join(taux, on=["periode", "bailleur_siren", "code_departement"])
        .join(au_reservataire, on=[*lieu, "reservataire_categorie"], how="left")
        .with_columns(pl.col("attribues").fill_null(0), attendus_au_taux=pl.col("taux_pct") / 100 * pl.col("tous"))
    )


def repere_epci(matiere: Matiere) -> pl.DataFrame:
    """F1e : attribués(r, EPCI) / Σ_b taux(b, r, dép) × attribués(b, EPCI ∩ dép), en % : repère, non opposable.

    Aux deux termes, les seuls bailleurs dont le taux est connu. Sans objet pour un réservataire dont
    l'objectif est un nombre de droits (ALS).
    """
    faits = matiere.derive(flux_au_taux)
    totaux = _au_taux(
        matiere, ("epci",), numerateur=pl.col("attribues").sum(), denominateur=pl.col("attendus_au_taux").sum()
    )
    aux_droits = _reservataires_aux_droits(matiere)
    concernes = set(faits["reservataire_categorie"].unique()) | set(aux_droits)
    grille = matiere.grille(("epci",), PAR_RESERVATAIRE).filter(pl.col("modalite").is_in(sorted(concernes)))
    lignes = sur_grille(totaux, grille).with_columns(sans_objet=pl.col("modalite").is_in(aux_droits))
    return mesurer(couvrir(lignes, _couverture_au_taux(matiere), PAR_RESERVATAIRE), rapport())


def taux_contractuel(matiere: Matiere) -> pl.DataFrame:
    """F3c : Σ taux(b, r, dép) × attribués(b) / Σ attribués(b), en % : le taux que promettent les conventions.

    Moyenne des taux de département, pondérée par les attributions des bailleurs dont le taux est connu.
    """
    totaux = _au_taux(matiere, NIVEAUX, numerateur=pl.col("attendus_au_taux").sum(), denominateur=pl.col("tous").sum())
    return mesurer(couvrir(totaux, _couverture_au_taux(matiere), PAR_RESERVATAIRE), rapport())


def ecart_au_taux(matiere: Matiere) -> pl.DataFrame:
    """F3e : part effective − taux contractuel, en points, sur les bailleurs dont le taux est connu.

    Numérateur : attribués(r) − Σ taux × attribués ; dénominateur : attribués à tous.
    """
    ecart = pl.col("attribues").sum() - pl.col("attendus_au_taux").sum()
    totaux = _au_taux(matiere, NIVEAUX, numerateur=ecart, denominateur=pl.col("tous").sum())
    return mesurer(couvrir(totaux, _couverture_au_taux(matiere), PAR_RESERVATAIRE), rapport("points"))


def _au_taux(matiere: Matiere, niveaux: tuple[str, ...], **sommes: pl.Expr) -> pl.DataFrame:
    return totaliser(matiere.derive(flux_au_taux), niveaux, PAR_RESERVATAIRE, matiere.contexte.code_region, **sommes)


def _couverture_au_taux(matiere: Matiere) -> Couverture:
    faits = matiere.derive(flux_au_taux)
    lieux = faits.select("periode", "bailleur_siren", "code_departement", "reservataire_categorie").unique()
    return matiere.couverture(lieux)


def _reservataires_aux_droits(matiere: Matiere) -> list[str]:
    objectifs = conventions_en_vigueur(matiere)
    aux_taux = objectifs.filter(pl.col("taux_pct") > 0)["reservataire_categorie"]
    aux_droits = objectifs.filter(pl.col("droits") > 0)["reservataire_categorie"]
    return sorted(set(aux_droits) - set(aux_taux))


def attribues_sur_proposes(matiere: Matiere) -> pl.DataFrame:
    """F4 : attribués / proposés, en %, dans le champ du flux."""
    sommes = {"numerateur": pl.col("attribues").sum(), "denominateur": pl.col("proposes").sum()}
    return _transformation(matiere, matiere.couverture_cumul, sommes)


def baux_sur_attribues(matiere: Matiere) -> pl.DataFrame:
    """F4b : baux signés / attribués, en %, sur les seules lignes dont les baux sont renseignés."""
    sommes = {"numerateur": pl.col("baux").sum(), "denominateur": pl.col("attribues_avec_baux").sum()}
    return _transformation(matiere, matiere.couverture_baux, sommes)


def _transformation(matiere: Matiere, couverture: Couverture, sommes: dict[str, pl.Expr]) -> pl.DataFrame:
    champ, region = matiere.flux_du_champ, matiere.contexte.code_region
    denses = [
        completer(totaliser(champ, NIVEAUX, axe, region, **sommes), matiere.grille(NIVEAUX, axe), *sommes)
        for axe in (TOUT, PAR_RESERVATAIRE)
    ]
    par_bailleur = totaliser(champ, _LARGES, PAR_BAILLEUR_ET_RESERVATAIRE, region, **sommes)
    lots = zip((TOUT, PAR_RESERVATAIRE, PAR_BAILLEUR_ET_RESERVATAIRE), (*denses, par_bailleur), strict=True)
    return pl.concat(mesurer(couvrir(totaux, couverture, axe), rapport()) for axe, totaux in lots)


def part_mise_en_service(matiere: Matiere) -> pl.DataFrame:
    """F7 : attributions en première mise en location / attributions de toutes les offres, en %."""
    sommes = {
        "numerateur": pl.col("attribues").filter(_MISE_EN_SERVICE).sum(),
        "denominateur": pl.col("attribues").sum(),
    }
    totaux = totaliser(matiere.flux, NIVEAUX, TOUT, matiere.contexte.code_region, **sommes)
    lignes = completer(totaux, matiere.grille(NIVEAUX, TOUT), *sommes)
    return mesurer(couvrir(lignes, matiere.couverture_cumul, TOUT), rapport())
