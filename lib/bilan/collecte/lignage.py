"""Le lignage : de quelle feuille et de quelle ligne du fichier vient chaque ligne entrée dans l'entrepôt."""

import dataframely as dy
import polars as pl

from bilan.collecte.tableau import RANG, Tableau
from bilan.referentiel.territoires import Territoires
from bilan.tables.briques import cle_de


def lignage(
    lignes: pl.DataFrame, tableau: Tableau, schema: type[dy.Schema], territoires: Territoires | None
) -> pl.DataFrame:
    """Rend une ligne par ligne reçue : la clé de la table, la feuille et le rang de la ligne (à partir de 1).

    La commune est celle du millésime : plusieurs lignes reçues peuvent porter la clé d'une même ligne entrée.
    """
    cle = list(cle_de(schema))
    origines = [(tableau.sources[source].feuille, ligne) for source, ligne in tableau.origines]
    lieux = pl.DataFrame(origines, schema={"feuille": pl.String, "ligne": pl.Int64}, orient="row").with_row_index(RANG)
    recues = lignes if territoires is None else lignes.with_columns(territoires.normaliser_colonne("code_commune"))
    return recues.select(*cle, pl.col(RANG).cast(pl.UInt32)).join(lieux, on=RANG, maintain_order="left").drop(RANG)
