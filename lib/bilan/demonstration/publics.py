"""Table `attributions_publics` : à quels ménages vont les baux de l'année, par EPCI, département et réservataire."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.scene import Scene

_CLES = ("epci_siren", "code_departement", "reservataire_categorie")


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend les baux de tous les bailleurs, muets compris : l'Infocentre ne dépend pas de leurs bilans.

    Les ressources manquantes sont tirées à part : elles retirent des ménages au premier quartile connu.
    """
    annee, fin = scene.parametres.annee, date(scene.parametres.annee, 12, 31)
    en_qpv = (pl.col("qpv") == "QPV").cast(pl.Int64).sum()
    baux = (
        scene.logements.filter(pl.col("t_bail").is_between(1, 4))
        .group_by(_CLES)
        .agg(baux_total=pl.len().cast(pl.Int64), baux_qpv=en_qpv)
        .with_columns(baux_hors_qpv=pl.col("baux_total") - pl.col("baux_qpv"))
        .sort(_CLES)
    )
    lignes = baux.with_columns(_publics(scene, baux)).with_columns(
        annee=pl.lit(annee), taux_cible_pct=pl.lit(scene.parametres.publics.cible_pct), date_arrete=pl.lit(fin)
    )
    yield Livraison("attributions_publics", "Infocentre SNE de démonstration", str(annee), fin, date(annee + 1, 2, 10),
                    lignes)


def _publics(scene: Scene, baux: pl.DataFrame) -> list[pl.Series]:
    rng, publics = scene.rng("publics"), scene.parametres.publics
    hors, dedans, total = (baux[c].to_numpy() for c in ("baux_hors_qpv", "baux_qpv", "baux_total"))
    epci, rangs = np.unique(baux["epci_siren"].to_numpy(), return_inverse=True)
    part_q1 = (publics.q1_hors_qpv_pct + publics.q1_ecart_points * rng.standard_normal(len(epci))).clip(3, 60)[rangs]
    seuil = np.round(publics.seuil_q1_eur + 350 * rng.standard_normal(len(epci)))[rangs]
    connus = 1 - publics.ressources_non_renseignees_pct / 100
    q1 = rng.binomial(hors, connus * part_q1 / 100)
    etat = (baux["reservataire_categorie"] == "ETAT_PRIO").to_numpy()
    dalo = rng.binomial(total, np.where(etat, publics.dalo_etat_pct, publics.dalo_autres_pct) / 100)
    reste_prioritaire = np.where(etat, publics.prioritaires_etat_pct, publics.prioritaires_autres_pct) / 100
    return [
        pl.Series("baux_hors_qpv_q1", q1),
        pl.Series("baux_hors_qpv_relogement_ru", rng.binomial(hors - q1, publics.relogement_ru_pct / 100)),
        pl.Series("baux_qpv_q2q4", rng.binomial(dedans, connus * publics.q2q4_qpv_pct / 100)),
        pl.Series("attributions_dalo", dalo),
        pl.Series("attributions_prioritaires", dalo + rng.binomial(total - dalo, reste_prioritaire)),
        pl.Series("ressources_non_renseignees", rng.binomial(total, 1 - connus)),
        pl.Series("seuil_q1_eur", seuil),
        pl.Series("attributions_dalo_qpv", rng.hypergeometric(dedans, hors, dalo)),
    ]
