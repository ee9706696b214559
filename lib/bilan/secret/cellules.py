"""Les cellules que montre une édition : leur valeur, si elles se publient, et si la règle primaire les masque."""

import polars as pl

from bilan.projet import SeuilsSecret
from bilan.secret.grandeurs import NATURES, REGLES, Reference

CLE_CELLULE = ("grandeur", "territoire_type", "territoire", "ventilation", "modalite", "periode")
COLONNES_CELLULE = (*CLE_CELLULE, "valeur", "unites", "part_max")


def patron(modele: str) -> pl.Expr:
    """Rend l'expression de la modalité que dit un patron de `grandeurs.Reference`."""
    if modele == "{a}":
        return pl.col("modalite").str.split("|").list.first()
    if "{m}" not in modele:
        return pl.lit(modele)
    avant, apres = modele.split("{m}")
    return pl.concat_str(pl.lit(avant), pl.col("modalite"), pl.lit(apres))


def selon(lignes: pl.DataFrame, diffusion: str) -> pl.DataFrame:
    """Rend les lignes de mesures dont la règle de diffusion est celle-ci (`grandeurs.Regle`)."""
    codes = [code for code, regle in REGLES.items() if regle.diffusion == diffusion]
    regles = pl.DataFrame(codes, schema=["indicateur", "ventilation"], orient="row")
    return lignes.join(regles, on=["indicateur", "ventilation"], how="semi", maintain_order="left")


def lier(diffusables: pl.DataFrame) -> pl.DataFrame:
    """Rend les cellules que montre chaque ligne observée ; `diffusables` a les colonnes de `Mesure` et `ligne`.

    Une ligne rendue par (ligne, cellule) : ligne, role (« numerateur », « denominateur » ou « liee »), `CLE_CELLULE`.
    """
    groupes = diffusables.filter(pl.col("statut") == "observe").partition_by("indicateur", "ventilation", as_dict=True)
    lots = []
    for (indicateur, ventilation), lignes in groupes.items():
        regle = REGLES[(str(indicateur), str(ventilation))]
        roles = [("numerateur", regle.numerateur), ("denominateur", regle.denominateur)]
        for role, reference in [*roles, *(("liee", liee) for liee in regle.liees)]:
            if reference is not None:
                lots.append(_references(lignes, role, reference))
    vide = pl.DataFrame(schema={"ligne": pl.UInt32, "role": pl.String, **dict.fromkeys(CLE_CELLULE, pl.String)})
    return pl.concat([vide, *lots])


def _references(lignes: pl.DataFrame, role: str, reference: Reference) -> pl.DataFrame:
    grandeur, ventilation, modele = reference
    return lignes.select(
        "ligne",
        pl.lit(role).alias("role"),
        pl.lit(grandeur).alias("grandeur"),
        "territoire_type",
        "territoire",
        pl.lit(ventilation).alias("ventilation"),
        patron(modele).alias("modalite"),
        "periode",
    )


def marquer(cellules: pl.DataFrame, seuils: SeuilsSecret) -> pl.DataFrame:
    """Ajoute `sensible` et `par_unites` (trop peu de bailleurs, ou un seul domine) selon la règle primaire.

    Un compte de 1 à seuil − 1 est sensible ; un montant (un objectif) ne l'est que par ses unités.
    """
    nature = pl.col("grandeur").str.strip_suffix("_t").replace_strict(NATURES, default="logements")
    seuil = pl.when(nature == "menages").then(seuils.seuil_menages).otherwise(seuils.seuil_effectifs)
    petit = nature.is_in(["logements", "menages"]) & (pl.col("valeur") < seuil)
    peu = pl.col("unites") < seuils.seuil_unites
    domine = pl.col("part_max") > seuils.dominance
    positive = pl.col("valeur") > 0
    par_unites = positive & (peu | domine).fill_null(False)
    return cellules.with_columns(par_unites=par_unites, sensible=(positive & petit) | par_unites)
