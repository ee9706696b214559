"""Repères régionaux publiés : un indicateur, une zone, une année, une valeur, sa source."""

import dataframely as dy

from bilan.tables import briques
from bilan.tables.briques import CONVENTION, Table
from bilan.tables.colonne import Fiche, colonne


class Reperes(Table):
    """Repères publiés

    Chiffres relevés dans des publications, tels quels : ils situent, ils ne se recalculent pas.
    """

    indicateur = colonne(
        dy.String, Fiche("Indicateur", "Nom court du repère", CONVENTION, exemple="attributions_sne", cle=True)
    )
    zone = colonne(dy.String, Fiche("Zone", "Territoire tel que publié", CONVENTION, exemple="PACA", cle=True))
    annee = briques.annee()
    valeur = colonne(dy.Float64, Fiche("Valeur", "Valeur publiée", CONVENTION))
    unite = briques.libre("Unité", "Unité de la valeur")
    source = briques.source()
    date_arrete = briques.date_arrete()
