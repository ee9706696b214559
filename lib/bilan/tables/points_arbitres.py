"""Points arbitrés par le COPIL : décision, responsable et échéance."""

import dataframely as dy

from bilan.tables import briques
from bilan.tables.briques import COPIL, Table, parmi
from bilan.tables.codes import ETATS_POINT
from bilan.tables.colonne import Fiche, colonne


class PointsArbitres(Table):
    """Points arbitrés

    Ce que le COPIL a décidé, qui s'en charge, et pour quand.
    """

    copil_num = colonne(dy.Int64, Fiche("COPIL", "Numéro de la séance", COPIL, exemple="3", cle=True), min=1)
    numero = colonne(dy.Int64, Fiche("Numéro", "Rang du point dans le relevé", COPIL, cle=True), min=1)
    sujet = briques.libre("Sujet", "Objet du point", COPIL, nullable=False)
    decision = briques.libre("Décision", "Ce qui a été arbitré", COPIL, nullable=False)
    echeance = briques.jour("Échéance", "Dernier jour du délai annoncé", COPIL)
    echeance_libelle = briques.libre("Échéance annoncée", "Écriture du relevé : « fin 2024 »", COPIL)
    responsable = briques.libre("Responsable", "Structures chargées du point", COPIL, nullable=False)
    etat = parmi(Fiche("État", "Où en est le point à la date d'arrêté", COPIL), ETATS_POINT)
    source = briques.source()
    date_arrete = briques.date_arrete()
