"""Magasin des tables : ajouts, remplacements, retraits, lecture à une date, coupure en cours d'écriture."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bilan.entrepot import fichiers
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.entrepot.tranches import TRANCHES
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.projet import Jeu
from bilan.tables.catalogue import CATALOGUE


@pytest.fixture
def entrepot(tmp_path: Path) -> EntrepotTables:
    return EntrepotTables(tmp_path, Jeu.DEMONSTRATION)


def _livraison(empreinte: str, connue: date, emetteur: str = "13", arrete: date = date(2024, 3, 31)) -> Livraison:
    return Livraison(emetteur, "2024T1", arrete, connue, f"{empreinte}.csv", empreinte)


def _reperes(*valeurs: float) -> pl.DataFrame:
    return pl.DataFrame(
        [("attributions", f"zone {rang}", 2020, valeur, None, "DREAL", date(2024, 3, 31))
         for rang, valeur in enumerate(valeurs)],
        schema={nom: col.dtype for nom, col in CATALOGUE["reperes"].columns().items()}, orient="row",
    )  # fmt: skip


def test_on_relit_ce_que_l_on_a_charge_et_d_ou_il_vient(entrepot: EntrepotTables) -> None:
    identifiant = entrepot.charger("reperes", _reperes(10, 20), _livraison("a", date(2024, 4, 10)))
    lues = entrepot.lire("reperes")
    assert_frame_equal(lues.select(CATALOGUE["reperes"].column_names()), _reperes(10, 20))
    assert lues.select("livraison_id", "emetteur", "periode_livraison", "date_connue").unique().rows() == [
        (identifiant, "13", "2024T1", date(2024, 4, 10))
    ]


def test_une_table_jamais_livree_est_vide_mais_a_ses_colonnes(entrepot: EntrepotTables) -> None:
    lues = entrepot.lire("flux_bilan")
    assert lues.is_empty()
    assert set(CATALOGUE["flux_bilan"].column_names()) < set(lues.columns)


def test_la_derniere_version_l_emporte_et_l_ancienne_reste_lisible_a_sa_date(entrepot: EntrepotTables) -> None:
    entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    entrepot.charger("reperes", _reperes(12), _livraison("b", date(2024, 6, 1)))
    entrepot.charger("reperes", _reperes(99), _livraison("c", date(2024, 5, 1), emetteur="83"))
    assert sorted(entrepot.lire("reperes")["valeur"]) == [12, 99]
    assert sorted(entrepot.lire("reperes", connu_le=date(2024, 5, 31))["valeur"]) == [10, 99]
    assert entrepot.lire("reperes", connu_le=date(2024, 4, 10))["valeur"].to_list() == [10]
    assert entrepot.lire("reperes", connu_le=date(2024, 4, 9)).is_empty()
    assert entrepot.livraisons().filter("retenue")["fichier"].to_list() == ["b.csv", "c.csv"]


def test_le_meme_fichier_deux_fois_ne_change_rien(entrepot: EntrepotTables) -> None:
    premier = entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    avant = entrepot.manifeste.read_bytes()
    assert entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 7, 1))) == premier
    assert entrepot.manifeste.read_bytes() == avant


def test_un_retrait_rend_la_version_d_avant_et_se_voit_a_sa_date(entrepot: EntrepotTables) -> None:
    entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    mauvaise = entrepot.charger("reperes", _reperes(12), _livraison("b", date(2024, 6, 1)))
    entrepot.retirer(mauvaise, date(2024, 7, 1), "envoyée par erreur")
    assert entrepot.lire("reperes")["valeur"].to_list() == [10]
    assert entrepot.lire("reperes", connu_le=date(2024, 6, 30))["valeur"].to_list() == [12]
    assert entrepot.lire_livraison(mauvaise)["valeur"].to_list() == [12]
    reprise = entrepot.charger("reperes", _reperes(12), _livraison("b", date(2024, 8, 1)))
    assert reprise != mauvaise
    assert entrepot.lire("reperes")["valeur"].to_list() == [12]


def test_retirer_une_livraison_inconnue_se_dit(entrepot: EntrepotTables) -> None:
    entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    with pytest.raises(ErreurUsage, match="000001"):
        entrepot.retirer("000009-zzz", date(2024, 7, 1), "")


def test_un_registre_garde_tous_ses_arretes(entrepot: EntrepotTables) -> None:
    types = {nom: col.dtype for nom, col in CATALOGUE["epci_avancement"].columns().items()}
    for empreinte, arrete in (("a", date(2024, 2, 8)), ("b", date(2024, 9, 30))):
        ligne = dict.fromkeys(types) | {
            "epci_siren": "200054807", "code_departement_pilote": "13", "soumis_reforme": "O", "date_arrete": arrete,
        }  # fmt: skip
        lignes = pl.DataFrame([ligne], schema=types)
        entrepot.charger("epci_avancement", lignes, _livraison(empreinte, arrete, arrete=arrete))
    assert entrepot.lire("epci_avancement")["date_arrete"].to_list() == [date(2024, 2, 8), date(2024, 9, 30)]


def test_une_transaction_interrompue_laisse_l_etat_d_avant(entrepot: EntrepotTables) -> None:
    entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    avant = {chemin: chemin.read_bytes() for chemin in entrepot.dossier.rglob("*") if chemin.is_file()}
    with pytest.raises(RuntimeError), entrepot.transaction() as transaction:
        transaction.charger("reperes", _reperes(12), _livraison("b", date(2024, 6, 1)))
        raise RuntimeError
    assert {chemin: chemin.read_bytes() for chemin in entrepot.dossier.rglob("*") if chemin.is_file()} == avant


def test_une_coupure_avant_le_manifeste_laisse_l_etat_d_avant(
    entrepot: EntrepotTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    with monkeypatch.context() as panne:
        panne.setattr(fichiers, "ecrire_json", _couper)
        with pytest.raises(KeyboardInterrupt):
            entrepot.charger("reperes", _reperes(12), _livraison("b", date(2024, 6, 1)))
    assert entrepot.lire("reperes")["valeur"].to_list() == [10]
    entrepot.charger("reperes", _reperes(12), _livraison("b", date(2024, 6, 1)))
    assert entrepot.lire("reperes")["valeur"].to_list() == [12]


def _couper(*_: object) -> None:
    raise KeyboardInterrupt


def test_des_lignes_hors_schema_sont_refusees_et_rien_n_est_ecrit(entrepot: EntrepotTables) -> None:
    with pytest.raises(DonneesRefusees, match=r"a\.csv"):
        entrepot.charger("reperes", _reperes(10).with_columns(annee=pl.lit(1789)), _livraison("a", date(2024, 4, 10)))
    assert not list(entrepot.dossier.rglob("*.parquet"))


def test_la_tranche_d_un_territoire_ne_change_que_si_ses_lignes_changent(entrepot: EntrepotTables) -> None:
    def charger(empreinte: str, *lignes: tuple[str, int]) -> None:
        types = {nom: col.dtype for nom, col in CATALOGUE["parc_rpls"].columns().items()}
        trame = pl.DataFrame(
            [dict.fromkeys(types) | {"annee": 2024, "niveau": "bailleur_commune", "code": commune, "nb_logements": parc,
             "bailleur_siren": "999000011", "code_commune": commune, "source": "RPLS", "date_arrete": date(2024, 1, 1)}
             for commune, parc in lignes], schema=types,
        )  # fmt: skip
        entrepot.charger("parc_rpls", trame, _livraison(empreinte, date(2024, 4, int(empreinte))))

    charger("1", ("06088", 100), ("13055", 200), ("06004", 5))
    nice = {"code_commune": ["06088", "06004"]}
    lue = entrepot.tranche("parc_rpls", nice)
    charger("2", ("06004", 5), ("13055", 201), ("06088", 100))
    assert entrepot.tranche("parc_rpls", nice).equals(lue)
    assert lue["nb_logements"].sum() == 105 and "emetteur" not in lue.columns
    assert entrepot.tranche("parc_rpls", {**nice, "niveau": ["epci"]}).is_empty()
    charger("3", ("06004", 5), ("13055", 201), ("06088", 101))
    assert not entrepot.tranche("parc_rpls", nice).equals(lue)


def test_une_tranche_n_ouvre_que_les_livraisons_qui_ont_de_ses_lignes(
    entrepot: EntrepotTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inscrire(emetteur: str, structure: str) -> None:
        types = {nom: col.dtype for nom, col in CATALOGUE["copil_inscrits"].columns().items()}
        ligne = dict.fromkeys(types, "x") | {
            "copil_num": 3, "rang": 1, "categorie": "EPCI", "code_structure": structure, "date_arrete": date(2024, 1, 1)
        }  # fmt: skip
        entrepot.charger(
            "copil_inscrits", pl.DataFrame([ligne], schema=types), _livraison("a", date(2024, 4, 1), emetteur)
        )

    inscrire("un", "200054807")
    inscrire("deux", "200030195")
    ouverts: list[str] = []
    lire = pl.scan_parquet
    monkeypatch.setattr(pl, "scan_parquet", lambda chemins, **o: ouverts.extend(chemins) or lire(chemins, **o))
    assert entrepot.tranche("copil_inscrits", {"code_structure": ["200030195"]}).height == 1
    assert len(ouverts) == 1
    # Une livraison sans index (magasin plus ancien) se lit toujours : la tranche est la même, en ouvrant davantage.
    for index in entrepot.dossier.rglob("*.tranches.json"):
        index.unlink()
    assert entrepot.tranche("copil_inscrits", {"code_structure": ["200030195"]}).height == 1
    assert len(ouverts) == 3


def test_une_table_ne_se_decoupe_que_par_les_colonnes_prevues(entrepot: EntrepotTables) -> None:
    with pytest.raises(ErreurUsage, match="ne se découpe pas par « annee » ; elle se découpe par « niveau »"):
        entrepot.tranche("parc_rpls", {"annee": ["2024"]})
    for nom, colonnes in TRANCHES.items():
        assert set(colonnes) <= set(CATALOGUE[nom].column_names())


def test_deux_jeux_ne_se_voient_pas(tmp_path: Path) -> None:
    EntrepotTables(tmp_path, Jeu.REEL).charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    assert EntrepotTables(tmp_path, Jeu.DEMONSTRATION).lire("reperes").is_empty()


def test_un_manifeste_abime_dit_quoi_faire(entrepot: EntrepotTables) -> None:
    entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    entrepot.manifeste.write_text("{")
    with pytest.raises(DonneesRefusees, match="relancez « bilan executer »"):
        entrepot.lire("reperes")


def test_un_parquet_abime_dit_quoi_faire(entrepot: EntrepotTables) -> None:
    entrepot.charger("reperes", _reperes(10), _livraison("a", date(2024, 4, 10)))
    next(entrepot.dossier.rglob("*.parquet")).write_bytes(b"PAR1")
    with pytest.raises(DonneesRefusees, match="relancez « bilan executer »"):
        entrepot.lire("reperes")
