"""L'année de démonstration telle que la lit le calcul : tables canoniques et contexte."""

from datetime import date

import polars as pl

from bilan.entrepot.tables import EntrepotTables
from bilan.indicateurs.calcul import Contexte, periodes_presentes
from bilan.projet import Jeu, Projet
from bilan.referentiel.regles import Regles
from bilan.referentiel.territoires import Territoires
from bilan.tables.catalogue import CATALOGUE


def tables_et_contexte(projet: Projet, au: date | None = None) -> tuple[dict[str, pl.DataFrame], Contexte]:
    """Rend les tables de la démonstration et leur contexte, tels que connus `au` jour dit, à défaut celui du jeu."""
    collection, jeu = projet.collection, Jeu.DEMONSTRATION
    connu_le, magasin = au or collection.jeux[jeu].connu_le, EntrepotTables(projet.entrepot, jeu)
    tables = {nom: magasin.lire(nom, connu_le) for nom in CATALOGUE} | {"livraisons": magasin.livraisons(connu_le)}
    territoires = Territoires.ouvrir(projet.referentiel, collection.millesime, collection.region)
    regles = Regles.ouvrir(projet.referentiel)
    periodes = periodes_presentes(tables, regles, connu_le)
    return tables, Contexte.des_territoires(territoires, jeu, regles, periodes, connu_le)
