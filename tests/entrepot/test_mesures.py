"""Magasin des mesures : relecture exacte, empreintes par territoire, coupure entre les deux fichiers."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bilan.entrepot.mesures import EntrepotMesures
from bilan.erreurs import DonneesRefusees
from bilan.projet import Jeu
from bilan.tables.mesure import Mesure


def _mesures(nice: float = 50.0, jeu: str = "reel") -> pl.DataFrame:
    types = {nom: col.dtype for nom, col in Mesure.columns().items()}
    commun = dict.fromkeys(types) | {
        "jeu": jeu, "indicateur": "F3", "territoire_type": "epci", "ventilation": "ensemble", "modalite": "ensemble",
        "periode": "2024", "denominateur": 10.0, "unite": "%", "statut": "observe", "maturite": "provisoire",
    }  # fmt: skip
    valeurs = {"200054807": 25.0, "200030195": nice}
    return pl.DataFrame([commun | {"territoire": siren, "valeur": v} for siren, v in valeurs.items()], schema=types)


def test_on_relit_les_mesures_choisies(tmp_path: Path) -> None:
    entrepot = EntrepotMesures(tmp_path, Jeu.REEL)
    entrepot.ecrire(_mesures())
    assert_frame_equal(entrepot.lire(), _mesures(), check_row_order=False)
    assert entrepot.lire(territoire="200030195")["valeur"].to_list() == [50.0]
    assert entrepot.lire(territoire=["200030195", "200054807"], periode="2024").height == 2
    assert entrepot.lire(indicateur="F1").is_empty()


def test_l_empreinte_d_un_territoire_ne_bouge_que_si_ses_mesures_bougent(tmp_path: Path) -> None:
    entrepot = EntrepotMesures(tmp_path, Jeu.REEL)
    entrepot.ecrire(_mesures())
    avant = entrepot.empreintes()
    entrepot.ecrire(_mesures(nice=51.0).reverse())
    apres = entrepot.empreintes()
    assert avant.keys() == apres.keys() == {("F3", "epci", s, "2024") for s in ("200054807", "200030195")}
    assert {cle for cle in avant if avant[cle] != apres[cle]} == {("F3", "epci", "200030195", "2024")}


def test_un_parquet_que_le_manifeste_ne_decrit_pas_n_a_pas_d_empreintes(tmp_path: Path) -> None:
    entrepot = EntrepotMesures(tmp_path, Jeu.REEL)
    entrepot.ecrire(_mesures())
    _mesures(nice=52.0).write_parquet(entrepot.chemin)
    assert entrepot.empreintes() == {}


def test_un_autre_jeu_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(DonneesRefusees, match="deux jeux"):
        EntrepotMesures(tmp_path, Jeu.REEL).ecrire(_mesures(jeu="demonstration"))


def test_une_valeur_sans_statut_observe_est_refusee(tmp_path: Path) -> None:
    entrepot = EntrepotMesures(tmp_path, Jeu.REEL)
    with pytest.raises(DonneesRefusees):
        entrepot.ecrire(_mesures().with_columns(statut=pl.lit("secret")))
    with pytest.raises(DonneesRefusees, match="bilan executer"):
        entrepot.lire()


def test_un_repere_ne_bouge_que_si_le_chiffre_affiche_bouge(tmp_path: Path) -> None:
    def ecrire(valeur: float, numerateur: float, ventilation: str = "ensemble") -> dict[object, str]:
        en_region = _mesures().head(1).with_columns(
            territoire_type=pl.lit("region"), territoire=pl.lit("93"), valeur=pl.lit(valeur),
            numerateur=pl.lit(numerateur), ventilation=pl.lit(ventilation),
        )  # fmt: skip
        entrepot.ecrire(pl.concat([_mesures(), en_region]))
        return {**entrepot.empreintes_reperes()}

    entrepot = EntrepotMesures(tmp_path, Jeu.REEL)
    avant = ecrire(25.31, 2531.0)
    assert list(avant) == [("F3", "region", "93", "2024")], "un EPCI ne sert pas de repère"
    assert ecrire(25.34, 2534.0) == avant
    assert entrepot.lire_reperes(indicateur="F3")["valeur"].to_list() == [25.3]
    assert ecrire(25.36, 2536.0) != avant
    assert ecrire(25.31, 2531.0, "bailleur") == {}, "le détail par bailleur n'est pas un repère"
