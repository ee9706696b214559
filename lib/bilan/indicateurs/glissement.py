"""E6 : glissement des calendriers d'un arrêté à l'autre (COPIL du 8 février 2024 : « limiter les glissements »)."""

import polars as pl

from bilan.indicateurs.avancement import CIA, CIL, COTATION, PPGDID
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import Axe, aucune_mesure, mesurer, rapport, totaliser

_PREVUES = {
    "CIL": ("date_prevue_cil", CIL.date),
    "CIA": ("date_prevue_cia", CIA.date),
    "PPGDID": ("date_prevue_ppgdid", PPGDID.date),
    "COTATION": ("date_prevue_cotation", COTATION.date),
}
_SOMMES = ("region", "departement")
_JALON = Axe("jalon", ("jalon",))
_DEPUIS_LE_DEBUT = Axe("jalon|depuis", ("jalon", "depuis"))
_STATISTIQUE = Axe("jalon|statistique", ("jalon", "statistique"))
_SCHEMA = {
    **dict.fromkeys(("periode", "epci_siren", "code_departement", "jalon"), pl.String),
    "glissement": pl.Float64,
    "depuis_le_debut": pl.Float64,
}


def glissements(matiere: Matiere) -> pl.DataFrame:
    """Rend, par EPCI soumis, étape et période, les jours de glissement de la date annoncée.

    Colonnes de `_SCHEMA` : `glissement` compare le dernier arrêté au précédent, `depuis_le_debut` au premier arrêté qui
    annonçait une date. Une étape franchie entre-temps prend sa date réelle ; sans date annoncée avant, il n'y a
    rien à comparer. Positif : le calendrier recule.
    """
    registre = matiere.table("epci_avancement")
    if registre is None:
        return pl.DataFrame(schema=_SCHEMA)
    contexte = matiere.contexte
    soumis = contexte.epci.filter("est_soumis").select("epci_siren", "code_departement")
    annonces = pl.concat(
        registre.select(
            "epci_siren",
            "date_arrete",
            jalon=pl.lit(jalon),
            prevue=pl.col(prevue),
            # Une date réelle future n'est encore qu'une annonce.
            reelle=pl.when(pl.col(reelle) <= pl.col("date_arrete")).then(pl.col(reelle)),
        )
        for jalon, (prevue, reelle) in _PREVUES.items()
    )
    limite = pl.min_horizontal("fin", pl.lit(contexte.connu_le))
    return (
        annonces.join(contexte.calendrier.select("periode", "fin"), how="cross")
        .filter(pl.col("date_arrete") <= limite)
        .sort("date_arrete")
        .group_by("periode", "epci_siren", "jalon")
        .agg(
            derniere=pl.coalesce("reelle", "prevue").last(),
            avant=pl.col("prevue").slice(0, pl.len() - 1).last(),
            premiere=pl.col("prevue").slice(0, pl.len() - 1).drop_nulls().first(),
        )
        .join(soumis, on="epci_siren")
        .with_columns(
            glissement=(pl.col("derniere") - pl.col("avant")).dt.total_days().cast(pl.Float64),
            depuis_le_debut=(pl.col("derniere") - pl.col("premiere")).dt.total_days().cast(pl.Float64),
        )
        .select(*_SCHEMA)
    )


def glissement_des_calendriers(matiere: Matiere) -> pl.DataFrame:
    """E6 : date annoncée au dernier arrêté − date annoncée au précédent, en jours.

    Par EPCI : « jalon » (depuis l'arrêté précédent) et « jalon|depuis » (depuis le premier). Région et département :
    « jalon|statistique », médiane et maximum ; le dénominateur est le nombre d'EPCI comparés.
    """
    lignes = matiere.derive(glissements)
    if lignes.is_empty():
        return aucune_mesure()
    du_debut = lignes.with_columns(depuis=pl.lit("PREMIER_ARRETE"), glissement=pl.col("depuis_le_debut"))
    jours = pl.col("glissement")
    lots = [
        _mesurer(matiere, lignes, ("epci",), _JALON, jours.sum()),
        _mesurer(matiere, du_debut, ("epci",), _DEPUIS_LE_DEBUT, jours.sum()),
    ]
    for nom, statistique in (("mediane", jours.median()), ("maximum", jours.max())):
        lots.append(_mesurer(matiere, lignes.with_columns(statistique=pl.lit(nom)), _SOMMES, _STATISTIQUE, statistique))
    return pl.concat(lots)


def part_des_calendriers_glisses(matiere: Matiere) -> pl.DataFrame:
    """E6g : EPCI dont la date annoncée a reculé / EPCI dont deux dates se comparent, en %, par étape."""
    comparees = matiere.derive(glissements).drop_nulls("glissement")
    sommes = {"numerateur": (pl.col("glissement") > 0).sum(), "denominateur": pl.len()}
    totaux = totaliser(comparees, _SOMMES, _JALON, matiere.contexte.code_region, **sommes)
    return mesurer(_couvrir(totaux), rapport())


def _mesurer(
    matiere: Matiere, lignes: pl.DataFrame, niveaux: tuple[str, ...], axe: Axe, statistique: pl.Expr
) -> pl.DataFrame:
    sommes = {
        "valeur": statistique,
        "numerateur": pl.lit(None, pl.Float64).first(),
        "denominateur": pl.len(),
    }
    totaux = totaliser(lignes.drop_nulls("glissement"), niveaux, axe, matiere.contexte.code_region, **sommes)
    return mesurer(_couvrir(totaux), (pl.col("valeur"), pl.lit("jours").alias("unite")))


def _couvrir(totaux: pl.DataFrame) -> pl.DataFrame:
    """Un glissement ne se couvre pas : seuls se comptent les EPCI dont deux dates se comparent."""
    comparees = pl.col("denominateur").cast(pl.Int64)
    return totaux.with_columns(
        couverture=pl.lit(None, pl.Float64), repondants=comparees, attendus=comparees, complete=pl.lit(True)
    )
