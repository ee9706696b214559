"""Table `flux_bilan` : ce que chaque bailleur déclare des logements de la période."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.parametres import Envoi
from bilan.demonstration.scene import Scene, nommer_bailleurs
from bilan.demonstration.univers import nommer_reservataires
from bilan.periode import Periode

_AXES = (
    "bailleur_siren", "reservataire_categorie", "reservataire_id", "code_departement", "code_commune", "typologie",
    "financement", "qpv", "periode_construction", "type_offre", "mode_gestion",
)
_EVENEMENTS = {
    "logements_liberes": "t_libere",
    "logements_proposes": "t_propose",
    "logements_attribues": "t_attribue",
    "baux_signes": "t_bail",
    "propositions_sans_candidat": "t_sans_candidat",
}
_PART_DU_PREMIER_ENVOI = 0.88


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend les bilans trimestriels et annuels, retards, silences et rectifications compris.

    Le bailleur qui cumule déclare depuis le 1er janvier ; l'année est un cumul pour tous. Celui qui rectifie
    envoie d'abord un deuxième trimestre incomplet, puis le bon.
    """
    evenements, rectification = compter(scene), timedelta(days=scene.parametres.calendrier.rectification_j)
    for periode in scene.periodes:
        for siren, envoi, jour in scene.bailleurs(periode):
            lignes = _declarer(evenements.filter(bailleur_siren=siren), periode, envoi, scene)
            if lignes.is_empty():
                continue
            versions = [(jour, lignes)]
            if envoi is Envoi.RECTIFIE and periode.trimestre == 2:
                partie = lignes.sample(fraction=_PART_DU_PREMIER_ENVOI, seed=scene.graine).sort(_AXES)
                versions = [(jour, partie), (jour + rectification, lignes)]
            for connue, version in versions:
                yield Livraison("flux_bilan", siren, str(periode), periode.fin, connue, version)


def compter(scene: Scene) -> pl.DataFrame:
    """Rend les comptages de l'année, une ligne par combinaison des axes et `trimestre`.

    Un bailleur dont le logiciel n'a pas les champs facultatifs les laisse vides.
    """
    muets = scene.terrain.bailleurs.filter(~pl.col("champs_facultatifs"))["siren"].to_list()
    muet = pl.col("bailleur_siren").is_in(muets)
    sans_gestion = muet | (pl.col("reservataire_categorie") == "BAILLEUR")
    logements = scene.logements.with_columns(
        mode_gestion=pl.when(sans_gestion).then(pl.lit("NR")).otherwise("mode_gestion"),
        t_sans_candidat=pl.when("sans_candidat").then("t_propose"),
    )
    comptes = [
        logements.filter(pl.col(quand).is_between(1, 4)).group_by(*_AXES, trimestre=quand).agg(pl.len().alias(mesure))
        for mesure, quand in _EVENEMENTS.items()
    ]
    return (
        pl.concat(comptes, how="diagonal")
        .group_by(*_AXES, "trimestre")
        .agg(pl.col(_EVENEMENTS).sum())
        .with_columns(
            pl.when(~muet).then(pl.col(facultative)).alias(facultative)
            for facultative in ("logements_liberes", "propositions_sans_candidat")
        )
        .sort(*_AXES, "trimestre")
    )


def _declarer(evenements: pl.DataFrame, periode: Periode, envoi: Envoi, scene: Scene) -> pl.DataFrame:
    rang = periode.trimestre or 4
    en_cumul = periode.est_annee or envoi is Envoi.CUMUL
    dans_la_periode = pl.col("trimestre") <= rang if en_cumul else pl.col("trimestre") == rang
    lignes = (
        evenements.filter(dans_la_periode)
        .group_by(_AXES, maintain_order=True)
        .agg(pl.when(pl.col(m).count() > 0).then(pl.col(m).sum()) for m in _EVENEMENTS)
        .with_columns(
            annee=pl.lit(periode.annee),
            periode=pl.lit("AN" if periode.est_annee else f"T{rang}"),
            mode_cumul=pl.lit("CUMUL" if en_cumul else "TRIMESTRE"),
            qpv_millesime=pl.lit(scene.parametres.millesime_qpv),
            date_arrete=pl.lit(periode.fin),
        )
    )
    return nommer_bailleurs(nommer_reservataires(lignes, scene.terrain), scene.terrain.bailleurs)
