"""Les mesures de l'année de démonstration et qui y contribue, calculées une fois."""

import pytest

from bilan.collecte.depot import deposer_dossier
from bilan.demonstration.generateur import engendrer
from bilan.entrepot.tables import EntrepotTables
from bilan.indicateurs.calcul import Contexte, calculer, periodes_presentes
from bilan.indicateurs.contributions import contributions
from bilan.projet import Jeu, Projet, SeuilsSecret
from bilan.referentiel.regles import Regles
from bilan.referentiel.territoires import Territoires
from bilan.secret.masquage import masquer
from bilan.tables.catalogue import CATALOGUE


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """Rend (mesures internes, masquage public, départements de chaque EPCI)."""
    ici, racine = Projet.trouver(), tmp_path_factory.mktemp("secret")
    for lien in ("collection.toml", "data/referentiel", "data/demonstration"):
        (racine / lien).parent.mkdir(parents=True, exist_ok=True)
        (racine / lien).symlink_to(ici.racine / lien)
    projet, connu_le = Projet(racine), ici.collection.jeux[Jeu.DEMONSTRATION].connu_le
    engendrer(projet, racine / "livraisons")
    deposer_dossier(projet, Jeu.DEMONSTRATION, racine / "livraisons")
    entrepot = EntrepotTables(projet.entrepot, Jeu.DEMONSTRATION)
    tables = {nom: entrepot.lire(nom, connu_le) for nom in CATALOGUE} | {"livraisons": entrepot.livraisons(connu_le)}
    territoires = Territoires.ouvrir(projet.referentiel, 2026, "93")
    regles = Regles.ouvrir(projet.referentiel)
    periodes = periodes_presentes(tables, regles, connu_le)
    contexte = Contexte.des_territoires(territoires, Jeu.DEMONSTRATION, regles, periodes, connu_le)
    mesures = calculer(tables, contexte)
    lieux: dict[str, list[str]] = {}
    for epci, departement in contexte.communes_region.select("epci_siren", "code_departement").unique().iter_rows():
        lieux.setdefault(epci, []).append(departement)
    return mesures, masquer(mesures, contributions(tables, contexte), SeuilsSecret()), lieux
