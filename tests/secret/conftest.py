"""Les mesures de l'année de démonstration, ce que le public en lit, et qui y contribue."""

import pytest
from polars.testing import assert_frame_equal
from tests.annee import tables_et_contexte

from bilan.entrepot.mesures import EntrepotMesures
from bilan.indicateurs.contributions import contributions
from bilan.projet import PUBLIC, Jeu, SeuilsSecret
from bilan.secret.masquage import masquer


@pytest.fixture(scope="session")
def demonstration(annee_mesuree):
    """Rend (mesures internes, masquage public, départements de chaque EPCI)."""
    tables, contexte = tables_et_contexte(annee_mesuree)
    internes = EntrepotMesures(annee_mesuree.entrepot, Jeu.DEMONSTRATION).lire()
    masquage = masquer(internes, contributions(tables, contexte), SeuilsSecret())
    ecrites = EntrepotMesures(annee_mesuree.entrepot, Jeu.DEMONSTRATION, PUBLIC).lire()
    assert_frame_equal(masquage.mesures, ecrites)  # ce que la chaîne écrit pour le public est ce qu'on éprouve ici
    lieux: dict[str, list[str]] = {}
    for epci, departement in contexte.communes_region.select("epci_siren", "code_departement").unique().iter_rows():
        lieux.setdefault(epci, []).append(departement)
    return internes, masquage, lieux
