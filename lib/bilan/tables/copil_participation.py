"""Participation au COPIL, telle que le compte rendu la déclare."""

import dataframely as dy

from bilan.tables import briques
from bilan.tables.briques import COPIL, Table, effectif, parmi
from bilan.tables.codes import CATEGORIES_COPIL
from bilan.tables.colonne import Fiche, colonne


class CopilParticipation(Table):
    """Participation au COPIL

    Chiffres déclarés. Leur somme peut différer du total annoncé : on montre les deux, on ne corrige rien.
    """

    copil_num = colonne(dy.Int64, Fiche("COPIL", "Numéro de la séance", COPIL, exemple="3", cle=True), min=1)
    date = colonne(dy.Date, Fiche("Date", "Jour de la séance", COPIL, exemple="2024-02-08"))
    categorie = parmi(Fiche("Catégorie", "Catégorie de participants", COPIL, cle=True), CATEGORIES_COPIL)
    nb_structures = effectif("Structures", "Structures déclarées", COPIL, "structures", nullable=True)
    nb_inscrits = effectif("Inscrits", "Inscriptions déclarées", COPIL, "inscrits", nullable=True)
    variation_vs_precedent = colonne(
        dy.Int64,
        Fiche("Variation des structures", "Écart déclaré avec la séance précédente", COPIL, unite="structures"),
        nullable=True,
    )
    variation_inscrits = colonne(
        dy.Int64,
        Fiche("Variation des inscrits", "Écart déclaré avec la séance précédente", COPIL, unite="inscrits"),
        nullable=True,
    )
    source = briques.source()
    date_arrete = briques.date_arrete()
