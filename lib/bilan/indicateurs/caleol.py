"""C1 : examen de l'occupation par les CALEOL, et relogement des ménages mal logés (domaine, § 1.10)."""

import polars as pl

from bilan.indicateurs.cumul import ANNEE, TRIMESTRE, composer
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import PAR_BAILLEUR, TOUT, aucune_mesure, couvrir, mesurer, rapport, totaliser

_NIVEAUX = ("region", "departement", "bailleur")
_INADAPTES = ("nb_sous_occupation", "nb_sur_occupation", "nb_handicap_inadapte", "nb_depassement_plafond")
_COMPTES = ("nb_menages_eol_a_examiner", "nb_menages_eol_examines", *_INADAPTES, "nb_relogements_realises")


def suivi_cumule(matiere: Matiere) -> pl.DataFrame:
    """Rend le suivi cumulé depuis le 1er janvier, par bailleur et département, à chaque période couverte sans trou.

    Les livraisons comptent la période seule ; la livraison annuelle l'emporte sur la somme des trimestres.
    """
    table = matiere.table("caleol_suivi")
    if table is None:
        textes = ("periode", "bailleur_siren", "code_departement")
        return pl.DataFrame(schema={**dict.fromkeys(textes, pl.String), **dict.fromkeys(_COMPTES, pl.Int64)})
    seules = table.with_columns(mode_cumul=pl.lit(TRIMESTRE)).rename({"periode": "periode_livree"})
    livraisons = seules.rename({"periode_livree": "periode"})
    composition = composer(livraisons).filter(
        (pl.col("nature") == "cumul") & pl.col("periode").is_in([str(periode) for periode in matiere.contexte.periodes])
    )
    cles = ["annee", "bailleur_siren", "periode_livree", "mode_cumul"]
    return (
        composition.join(seules, on=cles)
        .group_by("periode", "bailleur_siren", "code_departement")
        .agg(pl.when(pl.col(nom).is_not_null().all()).then(pl.col(nom).sum()).alias(nom) for nom in _COMPTES)
    )


def examens(matiere: Matiere) -> pl.DataFrame:
    """C1 : ménages dont l'occupation a été examinée / à examiner dans la période, en %."""
    return _part(matiere, pl.col("nb_menages_eol_examines"), pl.col("nb_menages_eol_a_examiner"))


def relogements(matiere: Matiere) -> pl.DataFrame:
    """C1r : ménages relogés / ménages en logement inadapté repérés, en %.

    Inadaptés : sous-occupation, sur-occupation, handicap, dépassement de plafond, additionnés ; un ménage qui relève
    de deux titres compte deux fois au dénominateur (docs/hypotheses.md).
    """
    inadaptes = sum((pl.col(nom) for nom in _INADAPTES[1:]), pl.col(_INADAPTES[0]))
    return _part(matiere, pl.col("nb_relogements_realises"), inadaptes)


def _part(matiere: Matiere, compte: pl.Expr, parmi: pl.Expr) -> pl.DataFrame:
    faits = matiere.derive(suivi_cumule).with_columns(compte_=compte, parmi_=parmi).drop_nulls(("compte_", "parmi_"))
    if faits.is_empty():
        return aucune_mesure()
    recus = matiere.table("caleol_suivi")
    assert recus is not None
    annuels = recus.filter(pl.col("periode") == ANNEE).select("annee", "bailleur_siren").unique()
    annuels = matiere.contexte.calendrier.select("periode", "annee").join(annuels, on="annee")
    couverture = matiere.couverture_close(faits.select("periode", "bailleur_siren", "code_departement"), annuels)
    lots = []
    for axe, niveaux in ((TOUT, _NIVEAUX), (PAR_BAILLEUR, ("region", "departement"))):
        sommes = {"numerateur": pl.col("compte_").sum(), "denominateur": pl.col("parmi_").sum()}
        totaux = totaliser(faits, niveaux, axe, matiere.contexte.code_region, **sommes)
        lots.append(mesurer(couvrir(totaux, couverture, axe), rapport()))
    return pl.concat(lots)
