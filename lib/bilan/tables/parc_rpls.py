"""Parc locatif social au 1er janvier : publié par territoire, ou par bailleur et commune."""

import dataframely as dy
import polars as pl

from bilan.tables import briques
from bilan.tables.briques import Table, effectif, parmi
from bilan.tables.codes import NIVEAUX_PARC
from bilan.tables.colonne import Fiche, colonne

_RPLS = "Répertoire des logements locatifs des bailleurs sociaux"


class ParcRpls(Table):
    """Parc locatif social

    Les poids du bilan : parc publié d'un territoire, ou parc d'un bailleur dans une commune, qui dit aussi quels
    émetteurs sont attendus. Foyers et résidences sociales n'y sont pas.
    """

    annee = briques.annee()
    niveau = parmi(Fiche("Niveau", "Maille de la ligne", _RPLS, cle=True), NIVEAUX_PARC)
    code = colonne(
        dy.String,
        Fiche(
            "Territoire",
            "Code de la région, du département, de l'EPCI ou de la commune",
            _RPLS,
            exemple="200054807",
            cle=True,
        ),
        regex=r"^[0-9A-Z]{2,9}$",
    )
    zone = briques.libre("Nom du territoire", "Nom tel que publié")
    bailleur_siren = briques.bailleur(nullable=True)
    code_commune = briques.commune(nullable=True)
    nb_logements = effectif("Logements", "Logements du parc au 1er janvier", _RPLS)
    part_qpv_pct = colonne(
        dy.Float64,
        Fiche("Part en quartier prioritaire", "Part du parc en quartier prioritaire", _RPLS, unite="%"),
        nullable=True,
        min=0,
        max=100,
    )
    source = briques.source()
    date_arrete = briques.date_arrete()

    @dy.rule()
    def bailleur_et_commune_vont_ensemble(cls) -> pl.Expr:
        """Bailleur et commune sont donnés à la maille du bailleur, et seulement là."""
        detail = pl.col("niveau") == "bailleur_commune"
        return (detail == pl.col("bailleur_siren").is_not_null()) & (detail == pl.col("code_commune").is_not_null())
