"""L'exécution sur une grappe Dask : mêmes pages, ouvrier tué compris."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from maquette_carnets import OUVRIR_FICHE, PARAMETRES, Maquette, carnet_minimal, mesures

from bilan.carnets.grappe import deposer
from bilan.carnets.grappe_ouvrier import materialiser
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.runs import EntrepotRuns
from bilan.erreurs import ErreurUsage
from bilan.projet import Jeu

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def grappe() -> Iterator[object]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


def _blocs(maquette: Maquette) -> dict[str, list[object]]:
    derniers = EntrepotRuns(maquette.projet.entrepot, Jeu.DEMONSTRATION).derniers()
    return {f"{r.carnet}/{r.territoire}": r.blocs for r in derniers}


def test_le_paquet_va_et_revient_par_le_depot_sans_renvoyer_ce_qui_y_est(
    collection_de_deux: Maquette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    depot = (tmp_path / "depot").as_uri()
    EntrepotMesures(collection_de_deux.projet.entrepot, Jeu.DEMONSTRATION, "public").ecrire(mesures({"200000001": 1.0}))
    paquet = deposer(collection_de_deux.projet, depot)
    dates = {p: p.stat().st_mtime_ns for p in (tmp_path / "depot" / "contenus").iterdir()}
    assert deposer(collection_de_deux.projet, depot) == paquet
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "depot" / "contenus").iterdir()} == dates

    recu = materialiser(depot, paquet.manifeste)
    for nom in ("collection.toml", "notebooks/30_flux.ipynb", "data/entrepot/demonstration/mesures.parquet",
                "data/entrepot/demonstration/mesures-public.json"):
        assert (recu / nom).read_bytes() == (collection_de_deux.racine / nom).read_bytes()
    assert (recu / "lib" / "bilan" / "carnets" / "grappe.py").is_file()


@pytest.mark.lent
def test_la_grappe_rend_les_memes_pages_que_cette_machine(collection_de_deux: Maquette, grappe: object) -> None:
    collection_de_deux.jouer()
    ici = _blocs(collection_de_deux)
    bilan = collection_de_deux.jouer(moteur="standard", forcer=True, ordonnanceur=grappe.scheduler_address)
    assert [e.message for e in bilan.echecs] == [] and len(bilan.executions) == 4
    assert _blocs(collection_de_deux) == ici
    assert collection_de_deux.jouer().a_jour == 4


@pytest.mark.lent
def test_un_ouvrier_tue_ses_carnets_se_jouent_ailleurs(maquette: Maquette, grappe: object) -> None:
    maquette.ecrire("70_fiche", carnet_minimal(
        OUVRIR_FICHE, "import time\ntime.sleep(4)\ncarnet.terminer()",
        parametres={**PARAMETRES, "epci": ("epci", "200000001")},
    ))
    maquette.declarer("70_fiche", par="epci", page="epci/{territoire}")
    tues: list[str] = []
    tueur = threading.Thread(target=_tuer_un_ouvrier, args=(grappe.scheduler_address, tues))
    tueur.start()
    bilan = maquette.jouer(moteur="standard", ordonnanceur=grappe.scheduler_address)
    tueur.join()
    assert len(tues) == 1
    assert [e.message for e in bilan.echecs] == [] and len(bilan.executions) == 3


def _tuer_un_ouvrier(adresse: str, tues: list[str]) -> None:
    with distributed.Client(adresse, set_as_default=False) as client:
        fin = time.monotonic() + 30
        while time.monotonic() < fin:
            occupes = [o for o, taches in client.processing().items() if taches]
            if occupes:
                time.sleep(1)
                client.run(__import__("os")._exit, 9, workers=occupes[:1], on_error="ignore", nanny=False, wait=False)
                tues.append(occupes[0])
                return
            time.sleep(0.2)


@pytest.mark.lent
def test_un_ordonnanceur_absent_se_dit_en_une_phrase(collection_de_deux: Maquette) -> None:
    with pytest.raises(ErreurUsage, match=r"tcp://127\.0\.0\.1:9.* ne répond pas"):
        collection_de_deux.jouer(moteur="standard", ordonnanceur="tcp://127.0.0.1:9")
