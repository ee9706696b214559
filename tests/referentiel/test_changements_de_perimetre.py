"""Oracle : domaine, § 4.1, « Perimeter and name changes 2021→2026 », et la chronique des communes nouvelles."""

from pathlib import Path

import polars as pl
import pytest

from bilan.referentiel.changements import changements_de_perimetre
from bilan.referentiel.territoires import Territoires


def test_ce_qui_a_change_en_paca_de_2021_a_2022(referentiel: Path, paca_2021: Territoires) -> None:
    table = changements_de_perimetre(paca_2021, Territoires.ouvrir(referentiel, 2022, "93"))
    assert table.select("nature", "code", "nom", "avant", "apres").rows() == [
        ("COMMUNE_DEPLACEE", "06039", "Châteauneuf-Villevieille", "240600593", "200030195"),
        ("COMMUNE_DEPLACEE", "06054", "Drap", "240600593", "200030195"),
        ("EPCI_RENOMME", "200035319", "CA Estérel Côte d'Azur Agglomération",
         "CA Var Esterel Méditerranée (CAVEM)", "CA Estérel Côte d'Azur Agglomération"),
        ("EPCI_TRANSFORME", "248400293", "CA des Sorgues du Comtat", "CC", "CA"),
    ]
    assert table["libelle_apres"].to_list()[-1] == "Communauté d'agglomération"
    assert table["libelle_avant"].to_list()[0] == "CC du Pays des Paillons"


def test_en_2023_orange_change_de_nom(referentiel: Path) -> None:
    en_2022, en_2023 = (Territoires.ouvrir(referentiel, annee, "93") for annee in (2022, 2023))
    assert changements_de_perimetre(en_2022, en_2023).select("nature", "avant", "apres").rows() == [
        ("EPCI_RENOMME", "CC du Pays Réuni d'Orange", "CC Pays d'Orange en Provence")
    ]


@pytest.mark.parametrize(("avant", "apres"), [(2023, 2024), (2024, 2025), (2025, 2026), (2026, 2026)])
def test_depuis_rien_n_a_change_que_des_tirets(referentiel: Path, avant: int, apres: int) -> None:
    table = changements_de_perimetre(*(Territoires.ouvrir(referentiel, annee, "93") for annee in (avant, apres)))
    assert table.is_empty()
    assert table.columns == ["nature", "code", "nom", "avant", "apres", "libelle_avant", "libelle_apres"]


def test_un_epci_nouveau_une_commune_fusionnee_et_une_retablie(referentiel: Path) -> None:
    lorraine = [Territoires.ouvrir(referentiel, annee, "44") for annee in (2025, 2026)]
    natures = changements_de_perimetre(*lorraine)
    assert natures.filter(nature="EPCI_CREE")["nom"].to_list() == ["Thionville Fensch Agglomération"]
    assert "245701362" in natures.filter(nature="EPCI_DISPARU")["code"]  # Portes de France-Thionville

    doubs = changements_de_perimetre(*(Territoires.ouvrir(referentiel, annee, "27") for annee in (2024, 2025)))
    longeville = doubs.row(by_predicate=pl.col("code") == "25347", named=True)
    assert (longeville["nature"], longeville["apres"]) == ("COMMUNE_FUSIONNEE", "25390")
    assert longeville["libelle_apres"] == "Pays-de-Montbenoît"

    cantal = changements_de_perimetre(*(Territoires.ouvrir(referentiel, annee, "84") for annee in (2021, 2026)))
    assert "15031" in cantal.filter(nature="COMMUNE_CREEE")["code"]  # Celles, rétablie
