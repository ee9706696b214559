"""Les ruptures de série : jamais deux dates comparées par-dessus un changement de définition sans un mot."""

from datetime import date

import pytest

from bilan.projet import Projet
from bilan.referentiel.ruptures import en_phrase, ruptures

REFERENTIEL = Projet.trouver().referentiel


def _phrase(debut: date, fin: date) -> str:
    return en_phrase(ruptures(REFERENTIEL, "93", debut, fin))


@pytest.mark.parametrize(("debut", "fin"), [
    (date(2023, 6, 30), date(2024, 6, 30)), (date(2024, 6, 30), date(2023, 6, 30)),
    (date(2023, 12, 31), date(2024, 1, 1)),
])  # fmt: skip
def test_une_comparaison_qui_enjambe_la_liste_des_quartiers_le_dit(debut: date, fin: date) -> None:
    phrase = _phrase(debut, fin)
    assert phrase.startswith("Rupture de série : le 1er janvier 2024, la liste des quartiers prioritaires a changé")


def test_le_jour_meme_de_la_liste_n_est_plus_une_rupture() -> None:
    assert _phrase(date(2024, 1, 1), date(2024, 12, 31)) == ""


def test_les_communes_passees_a_un_autre_epci_sont_nommees() -> None:
    # Drap et Châteauneuf-Villevieille quittent le Pays des Paillons pour Nice en 2022 (code officiel géographique).
    phrase = _phrase(date(2021, 12, 31), date(2022, 1, 1))
    assert phrase.startswith("Rupture de série : le 1er janvier 2022, des périmètres d'EPCI ont changé")
    assert "Châteauneuf-Villevieille et Drap vers Métropole Nice Côte d'Azur" in phrase


def test_les_deux_ruptures_se_suivent_dans_l_ordre_des_dates() -> None:
    phrase = _phrase(date(2021, 6, 30), date(2025, 6, 30))
    assert phrase.startswith("Ruptures de série : le 1er janvier 2022") and "le 1er janvier 2024" in phrase


def test_avant_le_premier_millesime_on_dit_que_l_on_ne_sait_pas() -> None:
    assert "le référentiel ne l'a pas gardé" in _phrase(date(2019, 12, 31), date(2020, 12, 31))
