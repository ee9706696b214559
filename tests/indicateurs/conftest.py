"""L'année de démonstration, passée par la porte et mesurée une seule fois pour tous les essais de la suite."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest
from tests.annee import tables_et_contexte

from bilan.entrepot.manifeste import Manifeste
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables
from bilan.indicateurs.calcul import Contexte
from bilan.projet import Jeu
from bilan.tables.catalogue import CATALOGUE


@dataclass(frozen=True)
class Demonstration:
    """L'année de démonstration chargée : ses tables, son contexte, ses mesures, et ses fichiers Parquet."""

    tables: dict[str, pl.DataFrame]
    contexte: Contexte
    mesures: pl.DataFrame
    parquets: dict[str, list[tuple[str, str, date]]]


@pytest.fixture(scope="session")
def demonstration(annee_mesuree):
    """Année de démonstration entière, telle que connue au 31 mars 2025, et les mesures que la chaîne en a faites."""
    tables, contexte = tables_et_contexte(annee_mesuree)
    magasin = EntrepotTables(annee_mesuree.entrepot, Jeu.DEMONSTRATION)
    manifeste = Manifeste.ouvrir(magasin.manifeste)
    parquets = {
        nom: [
            (str(magasin.dossier / entree.parquet), entree.livraison.emetteur, entree.livraison.date_connue)
            for entree in manifeste.retenues(nom, contexte.connu_le)
        ]
        for nom in CATALOGUE
    }
    mesures = EntrepotMesures(annee_mesuree.entrepot, Jeu.DEMONSTRATION).lire()
    return Demonstration(tables, contexte, mesures, parquets)
