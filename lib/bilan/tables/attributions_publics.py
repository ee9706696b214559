"""Attributions par public : EPCI × département × réservataire × année."""

import dataframely as dy
import polars as pl

from bilan.referentiel.nomenclatures import RESERVATAIRES
from bilan.tables import briques
from bilan.tables.briques import EGALITE, RESERVATIONS, Table, effectif, parmi
from bilan.tables.colonne import Fiche, colonne

_QUARTILE = "Arrêté annuel fixant le premier quartile, par EPCI"


class AttributionsPublics(Table):
    """Attributions par public

    Baux et attributions aux publics que la loi protège : premier quartile de ressources hors quartier prioritaire,
    ménages DALO et prioritaires. Toujours en nombres : jamais un pourcentage nu.
    """

    annee = briques.annee()
    epci_siren = briques.epci()
    code_departement = briques.departement()
    reservataire_categorie = parmi(
        Fiche("Réservataire", "Catégorie du réservataire", RESERVATIONS, cle=True), RESERVATAIRES
    )
    baux_total = effectif("Baux signés", "Ensemble des baux signés dans l'année", EGALITE, "baux")
    baux_qpv = effectif(
        "Baux en quartier prioritaire", "Baux signés en quartier prioritaire", EGALITE, "baux", nullable=True
    )
    baux_hors_qpv = effectif(
        "Baux hors quartier prioritaire", "Baux signés hors quartier prioritaire", EGALITE, "baux", nullable=True
    )
    baux_hors_qpv_q1 = effectif(
        "Hors quartier, premier quartile",
        "Baux hors quartier à des ménages du premier quartile",
        EGALITE,
        "baux",
        nullable=True,
    )
    baux_hors_qpv_relogement_ru = effectif(
        "Hors quartier, relogement",
        "Baux hors quartier à des ménages relogés du renouvellement urbain",
        EGALITE,
        "baux",
        nullable=True,
    )
    baux_qpv_q2q4 = effectif(
        "En quartier, quartiles 2 à 4",
        "Baux en quartier à des ménages des trois autres quartiles",
        EGALITE,
        "baux",
        nullable=True,
    )
    attributions_dalo = effectif(
        "Attributions DALO", "Ménages reconnus prioritaires au titre du DALO", EGALITE, "attributions", nullable=True
    )
    attributions_dalo_qpv = effectif(
        "DALO en quartier prioritaire", "Ménages DALO logés en quartier prioritaire", "Circulaire du 18 décembre 2023",
        "attributions", nullable=True,
    )
    attributions_prioritaires = effectif(
        "Attributions prioritaires", "Ménages prioritaires, DALO compris", EGALITE, "attributions", nullable=True
    )
    ressources_non_renseignees = effectif(
        "Ressources inconnues", "Baux dont les ressources ne sont pas renseignées", EGALITE, "baux", nullable=True
    )
    seuil_q1_eur = colonne(
        dy.Float64,
        Fiche(
            "Seuil du premier quartile",
            "Ressources annuelles par unité de consommation",
            _QUARTILE,
            unite="€",
            exemple="8861",
        ),
        nullable=True,
        min=0,
    )
    taux_cible_pct = colonne(
        dy.Float64,
        Fiche("Cible", "Part visée hors quartier prioritaire ; 25 % à défaut d'accord local", EGALITE, unite="%"),
        nullable=True,
        min=0,
        max=100,
    )
    date_arrete = briques.date_arrete()

    @dy.rule()
    def parties_dans_le_tout(cls) -> pl.Expr:
        """Les baux en et hors quartier ne dépassent pas ensemble l'ensemble des baux."""
        return pl.sum_horizontal("baux_qpv", "baux_hors_qpv") <= pl.col("baux_total")

    @dy.rule()
    def premier_quartile_dans_hors_quartier(cls) -> pl.Expr:
        """Les baux au premier quartile hors quartier ne dépassent pas les baux hors quartier."""
        return pl.col("baux_hors_qpv_q1").fill_null(0) <= pl.col("baux_hors_qpv").fill_null(pl.col("baux_total"))
