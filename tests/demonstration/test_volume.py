"""Le grand volume : la taille demandée, des lignes conformes, la France entière."""

from pathlib import Path

import polars as pl
import pytest

from bilan.demonstration.volume import ecrire_volume, engendrer_volume
from bilan.erreurs import ErreurUsage
from bilan.projet import Projet
from bilan.tables.flux_bilan import FluxBilan


def test_le_volume_a_la_taille_demandee_et_suit_le_schema(projet: Projet) -> None:
    volume = engendrer_volume(projet, nb_epci=52, facteur=0.5)
    assert volume.height == 25_000
    assert FluxBilan.is_valid(volume)
    assert set(volume["code_departement"]) >= {"04", "05", "06", "13", "83", "84"}


def test_le_volume_national_couvre_1253_epci_sans_cle_double(projet: Projet) -> None:
    volume = engendrer_volume(projet, nb_epci=1253, facteur=1)
    assert volume.height == 50_000
    assert volume["code_departement"].n_unique() > 95
    assert FluxBilan.filter(volume).failure.counts() == {}


def test_le_meme_germe_rend_le_meme_volume(projet: Projet) -> None:
    assert engendrer_volume(projet, 10, 0.1).equals(engendrer_volume(projet, 10, 0.1))


def test_le_volume_s_ecrit_par_lots(projet: Projet, tmp_path: Path) -> None:
    chemins = ecrire_volume(projet, tmp_path, nb_epci=250, facteur=0.2)
    assert len(chemins) == 3
    assert pl.read_parquet(chemins).equals(engendrer_volume(projet, 250, 0.2))


def test_plus_d_epci_que_la_france_n_en_a_est_refuse(projet: Projet) -> None:
    with pytest.raises(ErreurUsage, match="1253"):
        engendrer_volume(projet, nb_epci=1254)
