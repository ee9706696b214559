"""L'année de démonstration, engendrée et passée par la porte une seule fois pour tous les essais du dossier."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from bilan.collecte.depot import deposer_dossier
from bilan.demonstration.generateur import engendrer
from bilan.entrepot.manifeste import Manifeste
from bilan.entrepot.tables import EntrepotTables
from bilan.indicateurs.calcul import Contexte, calculer, periodes_presentes
from bilan.projet import Jeu, Projet
from bilan.referentiel.regles import Regles
from bilan.referentiel.territoires import Territoires
from bilan.tables.catalogue import CATALOGUE

CONNU_LE = date(2025, 3, 31)


@dataclass(frozen=True)
class Demonstration:
    """L'année de démonstration chargée : ses tables, son contexte, ses mesures, et ses fichiers Parquet."""

    tables: dict[str, pl.DataFrame]
    contexte: Contexte
    mesures: pl.DataFrame
    parquets: dict[str, list[tuple[str, str, date]]]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """Année de démonstration entière, telle que connue au 31 mars 2025."""
    ici, racine = Projet.trouver(), tmp_path_factory.mktemp("projet")
    for lien in ("collection.toml", "data/referentiel", "data/demonstration"):
        (racine / lien).parent.mkdir(parents=True, exist_ok=True)
        (racine / lien).symlink_to(ici.racine / lien)
    projet, livraisons = Projet(racine), racine / "livraisons"
    engendrer(projet, livraisons)
    deposer_dossier(projet, Jeu.DEMONSTRATION, livraisons)
    magasin = EntrepotTables(projet.entrepot, Jeu.DEMONSTRATION)
    tables = {nom: magasin.lire(nom, CONNU_LE) for nom in CATALOGUE} | {"livraisons": magasin.livraisons(CONNU_LE)}
    territoires = Territoires.ouvrir(projet.referentiel, 2026, "93")
    regles = Regles.ouvrir(projet.referentiel)
    contexte = Contexte.des_territoires(
        territoires, Jeu.DEMONSTRATION, regles, periodes_presentes(tables, regles, CONNU_LE), CONNU_LE
    )
    manifeste = Manifeste.ouvrir(magasin.manifeste)
    parquets = {
        nom: [
            (str(magasin.dossier / entree.parquet), entree.livraison.emetteur, entree.livraison.date_connue)
            for entree in manifeste.retenues(nom, CONNU_LE)
        ]
        for nom in CATALOGUE
    }
    return Demonstration(tables, contexte, calculer(tables, contexte), parquets)
