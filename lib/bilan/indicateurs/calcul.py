"""Le calcul des mesures : toutes les tables, tous les indicateurs, une fois pour toute la région."""

from collections.abc import Iterable

import polars as pl

from bilan.erreurs import valeur_inconnue
from bilan.indicateurs.contexte import Contexte, Tables, periodes_presentes
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.rapports import CLE
from bilan.indicateurs.registre import INDICATEURS
from bilan.tables.mesure import COLONNES_MESURE, Mesure

__all__ = ["Contexte", "calculer", "periodes_presentes"]


def calculer(tables: Tables, contexte: Contexte, codes: Iterable[str] | None = None) -> pl.DataFrame:
    """Rend les mesures de tous les indicateurs (ou de ceux dont on donne les `codes`), au schéma `Mesure`.

    `tables` associe à leur nom les tables canoniques telles que l'entrepôt les lit à une date. Les lignes sont
    triées par indicateur puis par clé : deux calculs sur les mêmes tables rendent la même suite d'octets. Lève
    `ErreurUsage` pour un code inconnu, et `dataframely.exc.ValidationError` si une mesure rompt son contrat.
    """
    voulus = list(INDICATEURS) if codes is None else list(codes)
    for code in voulus:
        if code not in INDICATEURS:
            raise valeur_inconnue("l'indicateur", code, INDICATEURS)
    matiere = Matiere(tables, contexte)
    lots = [
        INDICATEURS[code]
        .calcul(matiere)
        .select(pl.lit(str(contexte.jeu)).alias("jeu"), pl.lit(code).alias("indicateur"), pl.all())
        for code in voulus
    ]
    mesures = pl.concat(lots).select(COLONNES_MESURE).sort("indicateur", *CLE)
    return Mesure.validate(mesures)
