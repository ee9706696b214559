"""A0 à A4 : attributions aux publics que la loi protège, avec l'incertitude des ressources inconnues (domaine, § 1.9).

Une ligne dont un des deux termes n'est pas renseigné n'entre à aucun. Quand des ressources manquent, le taux est
encadré : la borne basse les suppose toutes hors du public compté, la borne haute toutes dedans, sans dépasser les baux
de la ligne.
"""

from dataclasses import dataclass

import polars as pl

from bilan.indicateurs import echeances
from bilan.indicateurs.avancement import PAR_PONDERATION, compter_epci
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import PAR_RESERVATAIRE, TOUT, Axe, mesurer, rapport, totaliser
from bilan.tables.attributions_publics import AttributionsPublics

_NIVEAUX = ("region", "departement", "epci")
_PAR_BORNE = Axe("borne", ("borne",))
_PAR_RESERVATAIRE_ET_BORNE = Axe("reservataire|borne", ("reservataire_categorie", "borne"))
_INCONNUES = pl.col("ressources_non_renseignees").fill_null(0)
_Q1 = pl.col("baux_hors_qpv_q1") + pl.col("baux_hors_qpv_relogement_ru").fill_null(0)


@dataclass(frozen=True)
class Public:
    """Un public : ce qui le compte, parmi quoi, et les bornes de ce compte quand une partie est inconnue."""

    compte: pl.Expr
    parmi: pl.Expr
    au_moins: pl.Expr | None = None
    au_plus: pl.Expr | None = None


def _avec_inconnues(compte: pl.Expr, parmi: pl.Expr) -> Public:
    return Public(compte, parmi, compte, compte + pl.min_horizontal(_INCONNUES, parmi - compte))


def ressources_inconnues(matiere: Matiere) -> pl.DataFrame:
    """A0 : baux dont les ressources ne sont pas renseignées / baux signés, en %."""
    return _part(matiere, Public(pl.col("ressources_non_renseignees"), pl.col("baux_total")))


def premier_quartile_hors_qpv(matiere: Matiere) -> pl.DataFrame:
    """A1 : (premier quartile + relogements du renouvellement urbain) hors QPV / baux hors QPV, en %, et ses bornes."""
    return _part(matiere, _avec_inconnues(_Q1, pl.col("baux_hors_qpv")))


def ecart_a_la_cible(matiere: Matiere) -> pl.DataFrame:
    """A1e : A1 − cible, en points, sur les EPCI soumis ; la cible locale l'emporte sur celle de la loi.

    Numérateur : ménages comptés − Σ cible × baux hors QPV ; dénominateur : baux hors QPV.
    """
    hors = pl.col("baux_hors_qpv")
    return _part(matiere, Public(_Q1 - pl.col("cible") / 100 * hors, hors), "points", soumis_seulement=True)


def cible_atteinte(matiere: Matiere) -> pl.DataFrame:
    """A1s : EPCI soumis qui atteignent leur cible / EPCI soumis, en % ; « ponderation » : par le parc, la population.

    Chaque EPCI compte une fois, dans son département principal. Un EPCI sans bail hors QPV connu ne compte pas
    comme l'ayant atteinte.
    """
    par_epci = (
        matiere.derive(attributions_situees)
        .with_columns(q1=_Q1)
        .drop_nulls(("q1", "baux_hors_qpv"))
        .group_by("periode", "epci_siren")
        .agg(atteint=(100 * pl.col("q1")).sum() >= (pl.col("cible") * pl.col("baux_hors_qpv")).sum())
    )
    parc = matiere.parc_publie.filter(pl.col("territoire_type") == "epci").select(
        "periode", pl.col("territoire").alias("epci_siren"), pl.col("parc").cast(pl.Float64)
    )
    soumis = matiere.contexte.epci.filter("est_soumis").select(
        "epci_siren", "code_departement", pl.col("population_region").cast(pl.Float64).alias("population")
    )
    epci = (
        soumis.join(par_epci.select("periode").unique(), how="cross")
        .join(par_epci, on=["periode", "epci_siren"], how="left")
        .join(parc, on=["periode", "epci_siren"], how="left")
        .with_columns(connu=pl.col("atteint").is_not_null(), atteint=pl.col("atteint").fill_null(False), unite=1.0)
    )
    return pl.concat(
        compter_epci(matiere, epci.with_columns(ponderation=pl.lit(nom)), axe, nom)
        for nom, axe in (("unite", TOUT), ("parc", PAR_PONDERATION), ("population", PAR_PONDERATION))
    )


def quartiles_2_a_4_en_qpv(matiere: Matiere) -> pl.DataFrame:
    """A2 : baux en QPV aux quartiles 2 à 4 / baux en QPV, en %, et ses bornes."""
    return _part(matiere, _avec_inconnues(pl.col("baux_qpv_q2q4"), pl.col("baux_qpv")))


def prioritaires(matiere: Matiere) -> pl.DataFrame:
    """A3 : attributions aux publics prioritaires, DALO compris / baux signés, en %, par contingent."""
    return _part(matiere, Public(pl.col("attributions_prioritaires"), pl.col("baux_total")))


def dalo(matiere: Matiere) -> pl.DataFrame:
    """A3d : attributions aux ménages DALO / baux signés, en %, par contingent."""
    return _part(matiere, Public(pl.col("attributions_dalo"), pl.col("baux_total")))


def dalo_en_qpv(matiere: Matiere) -> pl.DataFrame:
    """A4 : ménages DALO logés en QPV / ménages DALO, en % (circulaire du 18 décembre 2023).

    Le croisement est rarement transmis (colonne facultative `attributions_dalo_qpv`). À défaut, la valeur est non
    transmise et les bornes sont celles que permettent les totaux de chaque ligne.
    """
    menages, en_qpv, hors = pl.col("attributions_dalo"), pl.col("baux_qpv"), pl.col("baux_total") - pl.col("baux_qpv")
    au_plus = pl.when(en_qpv.is_not_null()).then(pl.min_horizontal(menages, en_qpv))
    return _part(
        matiere, Public(pl.col("attributions_dalo_qpv"), menages, (menages - hors).clip(lower_bound=0), au_plus)
    )


def _part(matiere: Matiere, public: Public, unite: str = "%", *, soumis_seulement: bool = False) -> pl.DataFrame:
    faits = matiere.derive(attributions_situees)
    if soumis_seulement:
        faits = faits.filter("est_soumis")
    termes = _termes(faits, public.compte, public.parmi)
    lots = [_mesurer(matiere, termes, axe, unite) for axe in (TOUT, PAR_RESERVATAIRE)]
    for borne, compte in (("basse", public.au_moins), ("haute", public.au_plus)):
        if compte is not None:
            bornes = _termes(faits, compte, public.parmi).with_columns(borne=pl.lit(borne))
            lots += [_mesurer(matiere, bornes, axe, unite) for axe in (_PAR_BORNE, _PAR_RESERVATAIRE_ET_BORNE)]
    return pl.concat(lots)


def _termes(faits: pl.DataFrame, compte: pl.Expr, parmi: pl.Expr) -> pl.DataFrame:
    lieux = ("periode", "code_departement", "epci_siren", "est_soumis", "reservataire_categorie")
    termes = faits.select(*lieux, compte=compte.cast(pl.Float64), parmi=parmi.cast(pl.Float64))
    return termes.with_columns(connu=pl.col("compte").is_not_null() & pl.col("parmi").is_not_null())


def attributions_situees(matiere: Matiere) -> pl.DataFrame:
    """Rend les attributions par public avec leur période (l'année), la cible, et si l'EPCI est soumis."""
    table = matiere.table("attributions_publics")
    if table is None:
        table = pl.DataFrame(schema={nom: col.dtype for nom, col in AttributionsPublics.columns().items()})
    contexte = matiere.contexte
    annees = contexte.calendrier.filter(pl.col("trimestre") == 0).filter(
        pl.col("annee").is_in(table["annee"].to_list())
    )
    cibles = [echeances.cible(contexte.regles, echeances.CIBLE_Q1, fin) for fin in annees["fin"]]
    return (
        table.filter(pl.col("code_departement").is_in(contexte.departements["code_departement"].to_list()))
        .join(annees.select("annee", "periode", legale=pl.Series(cibles, dtype=pl.Float64)), on="annee")
        .join(contexte.epci.select("epci_siren", "est_soumis"), on="epci_siren")
        .with_columns(cible=pl.coalesce("taux_cible_pct", "legale"))
    )


def _mesurer(matiere: Matiere, termes: pl.DataFrame, axe: Axe, unite: str) -> pl.DataFrame:
    region = matiere.contexte.code_region
    connus = pl.col("connu").any()
    totaux = totaliser(
        termes,
        _NIVEAUX,
        axe,
        region,
        numerateur=pl.when(connus).then(pl.col("compte").filter("connu").sum()),
        denominateur=pl.when(connus).then(pl.col("parmi").filter("connu").sum()),
        repondants=pl.col("epci_siren").filter(pl.col("connu") & pl.col("est_soumis")).n_unique().cast(pl.Int64),
        complet=pl.col("connu").all(),
    )
    attendus = totaliser(
        _epci_attendus(matiere), _NIVEAUX, TOUT, region, attendus=pl.col("epci_siren").n_unique().cast(pl.Int64)
    )
    lieu = ["territoire_type", "territoire", "periode"]
    lignes = totaux.join(attendus.select(*lieu, "attendus"), on=lieu, how="left").with_columns(
        couverture=pl.col("repondants") / pl.col("attendus"),
        complete=pl.col("complet") & (pl.col("repondants") >= pl.col("attendus")),
    )
    return mesurer(lignes, rapport(unite))


def _epci_attendus(matiere: Matiere) -> pl.DataFrame:
    """EPCI soumis présents dans chaque département : ceux dont l'EPCI ou l'État doit connaître les attributions."""
    soumis = matiere.contexte.epci.filter("est_soumis").select("epci_siren")
    lieux = matiere.contexte.communes_region.select("code_departement", "epci_siren").unique()
    return lieux.join(soumis, on="epci_siren").join(matiere.contexte.calendrier.select("periode"), how="cross")
