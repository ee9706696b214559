"""L'année d'avant le flux : ce que chaque bailleur a attribué, trimestre par trimestre, qui sert de repère à F5."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.parametres import Envoi
from bilan.demonstration.scene import Scene, nommer_bailleurs
from bilan.demonstration.univers import nommer_reservataires
from bilan.periode import Periode
from bilan.referentiel.nomenclatures import NON_RENSEIGNE

_LIEU = ("bailleur_siren", "code_departement", "reservataire_categorie")
_AXES_NON_RENSEIGNES = ("typologie", "financement", "qpv", "periode_construction", "mode_gestion")


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend une livraison par bailleur : les quatre trimestres de l'année précédente, au gabarit du bilan.

    Les axes légaux n'étaient pas suivis : ils sont « non renseigné », et chaque réservataire tient en une ligne par
    département, rattachée à sa commune principale. Les bailleurs qui n'ont pas rendu l'année n'ont pas rendu celle-ci.
    """
    lignes = nommer_bailleurs(nommer_reservataires(_attributions(scene), scene.terrain), scene.terrain.bailleurs)
    periode = Periode(scene.parametres.annee - 1)
    for siren, envoi in scene.terrain.bailleurs.select("siren", "envoi").iter_rows():
        siennes = lignes.filter(bailleur_siren=siren)
        if Envoi(envoi) not in (Envoi.JAMAIS, Envoi.T1_T2) and not siennes.is_empty():
            connue = scene.parametres.calendrier.connu_previsionnel
            yield Livraison("flux_bilan", siren, str(periode), periode.fin, connue, siennes)


def _attributions(scene: Scene) -> pl.DataFrame:
    rng, annee = scene.rng("saison"), scene.parametres.annee - 1
    totaux = _volumes(scene)
    attendus = totaux["attribues"].to_numpy()[:, None] * np.array(scene.parametres.flux.saison_precedente_pct) / 100
    comptes = rng.poisson(attendus)
    return pl.concat(
        totaux.drop("attribues").with_columns(
            annee=pl.lit(annee),
            periode=pl.lit(f"T{rang}"),
            mode_cumul=pl.lit("TRIMESTRE"),
            type_offre=pl.lit("RELOCATION"),
            **{axe: pl.lit(NON_RENSEIGNE) for axe in _AXES_NON_RENSEIGNES},
            logements_proposes=pl.Series(comptes[:, rang - 1]),
            logements_attribues=pl.Series(comptes[:, rang - 1]),
            date_arrete=pl.lit(date(annee, 12, 31)),
        )
        for rang in range(1, 5)
    )


def _volumes(scene: Scene) -> pl.DataFrame:
    """Attributions de l'année par bailleur, département et réservataire, à la commune où il y en a le plus."""
    faits = scene.logements.filter(pl.col("t_attribue").is_between(1, 4), type_offre="RELOCATION")
    par_commune = faits.group_by(*_LIEU, "code_commune", "reservataire_id").len("ici")
    return (
        par_commune.sort(
            *_LIEU, "ici", "code_commune", "reservataire_id", descending=[False] * 3 + [True, False, False]
        )
        .group_by(*_LIEU, maintain_order=True)
        .agg(pl.col("code_commune", "reservataire_id").first(), attribues=pl.col("ici").sum())
    )
