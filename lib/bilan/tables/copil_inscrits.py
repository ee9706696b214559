"""Inscriptions au COPIL : une ligne par inscription, la structure telle qu'écrite et telle que reconnue."""

import dataframely as dy

from bilan.tables import briques
from bilan.tables.briques import CONVENTION, COPIL, Table, parmi
from bilan.tables.codes import CATEGORIES_COPIL
from bilan.tables.colonne import Fiche, colonne


class CopilInscrits(Table):
    """Inscrits au COPIL

    La structure de chaque inscription, jamais la personne. Ce que l'on compte ici se lit à côté de ce que le compte
    rendu déclare.
    """

    copil_num = colonne(dy.Int64, Fiche("COPIL", "Numéro de la séance", COPIL, exemple="3", cle=True), min=1)
    rang = colonne(dy.Int64, Fiche("Rang", "Rang de l'inscription dans la liste", COPIL, cle=True), min=1)
    structure_telle_qu_ecrite = briques.libre("Structure telle qu'écrite", "Graphie de la liste", COPIL, nullable=False)
    structure = briques.libre("Structure reconnue", "Nom de référence de la structure", nullable=False)
    categorie = parmi(Fiche("Catégorie", "Catégorie de la structure", COPIL), CATEGORIES_COPIL)
    code_structure = colonne(
        dy.String,
        Fiche("Code", "SIREN ou code INSEE de la structure, quand il est connu", CONVENTION, exemple="200054807"),
        regex=r"^[0-9A-Z]{2,9}$",
        nullable=True,
    )
    source = briques.source()
    date_arrete = briques.date_arrete()
