"""Tous les contrôles d'une table, dans l'ordre : schéma, territoires, puis ce qui est propre à la table."""

from dataclasses import dataclass

import polars as pl

from bilan.collecte.anomalies import Anomalie
from bilan.collecte.controles.flux import controler_envoi, controler_flux, controler_siege
from bilan.collecte.controles.historique import controler_historique
from bilan.collecte.controles.objectifs import controler_objectifs, controler_parts, controler_publics
from bilan.collecte.conversion import Conversion
from bilan.collecte.envoi import Envoi
from bilan.collecte.tableau import RANG, Tableau
from bilan.referentiel.regles import Regles


@dataclass(frozen=True)
class Connu:
    """Ce que l'entrepôt sait déjà : les bilans livrés, et le parc attendu de chaque bailleur par commune."""

    flux: pl.DataFrame
    parc: pl.DataFrame


def controler_metier(
    conversion: Conversion, tableau: Tableau, envoi: Envoi, connu: Connu | None, regles: Regles
) -> list[Anomalie]:
    """Rend les anomalies propres à la table, sur les lignes dont toutes les cases se lisent."""
    lisibles = conversion.lignes.filter(~pl.col(RANG).is_in(list(conversion.rangs_illisibles)))
    anomalies = controler_parts(lisibles, tableau)
    if envoi.table == "flux_bilan":
        anomalies += controler_envoi(lisibles, tableau, envoi) + controler_flux(lisibles, tableau)
        if connu is not None:
            anomalies += controler_siege(lisibles, tableau, connu.parc)
            anomalies += controler_historique(lisibles, tableau.fichier, envoi, connu.flux)
    elif envoi.table == "flux_objectifs":
        anomalies += controler_objectifs(lisibles, tableau, regles)
    elif envoi.table == "attributions_publics":
        anomalies += controler_publics(lisibles, tableau)
    return anomalies
