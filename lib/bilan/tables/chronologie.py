"""Chronologie de la réforme : textes et dates d'effet."""

import dataframely as dy

from bilan.tables import briques
from bilan.tables.briques import CONVENTION, Table
from bilan.tables.colonne import Fiche, colonne


class Chronologie(Table):
    """Chronologie de la réforme

    Les textes et les jalons dans l'ordre, chacun avec ce qu'il change.
    """

    date = colonne(dy.Date, Fiche("Date", "Date du texte ou du jalon", CONVENTION, exemple="2018-11-23", cle=True))
    texte = colonne(dy.String, Fiche("Texte", "Loi, décret, circulaire ou jalon", CONVENTION, cle=True))
    effet = briques.libre("Effet", "Ce que le texte change", nullable=False)
    source = briques.source()
    date_arrete = briques.date_arrete()
