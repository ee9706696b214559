"""Demandes de logement social enregistrées, par département et par année."""

import dataframely as dy
import polars as pl

from bilan.tables import briques
from bilan.tables.briques import CONVENTION, Table, effectif
from bilan.tables.colonne import Fiche, colonne

_SNE = "Système national d'enregistrement"


class DemandesSne(Table):
    """Demandes enregistrées

    Demandes actives en fin d'année. Le numéro unique est départemental : un ménage peut être compté dans plusieurs
    départements.
    """

    annee = briques.annee()
    code = colonne(
        dy.String,
        Fiche("Territoire", "Code du département ou de la région", CONVENTION, exemple="13", cle=True),
        regex=r"^[0-9AB]{2,9}$",
    )
    zone = briques.libre("Nom du territoire", "Nom tel que publié")
    demandes_hors_mutation = effectif(
        "Demandes hors mutation", "Ménages qui ne sont pas locataires du parc social", _SNE, "demandes", nullable=True
    )
    demandes_mutation = effectif(
        "Demandes de mutation", "Ménages déjà locataires du parc social", _SNE, "demandes", nullable=True
    )
    demandes_total = effectif("Demandes", "Ensemble des demandes actives", _SNE, "demandes")
    source = briques.source()
    date_arrete = briques.date_arrete()

    @dy.rule()
    def parties_dans_le_tout(cls) -> pl.Expr:
        """Les deux sortes de demandes ne dépassent pas ensemble le total."""
        return pl.sum_horizontal("demandes_hors_mutation", "demandes_mutation") <= pl.col("demandes_total")
