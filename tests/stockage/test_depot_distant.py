"""Le dépôt à une adresse fsspec : S3 pour de vrai, dossier partagé, mémoire ; conditions, pannes et secrets."""

import subprocess
import sys
from pathlib import Path

import pytest
from maquette_stockage import Serveur

from bilan.entrepot.distant import ConditionRefusee, Depot
from bilan.erreurs import ErreurUsage, StockageIndisponible


@pytest.fixture(params=["s3", "file", "memory"])
def depot(request: pytest.FixtureRequest, tmp_path: Path) -> Depot:
    if request.param == "s3":
        return Depot.ouvrir(request.getfixturevalue("seau"))
    return Depot.ouvrir((tmp_path / "partage").as_uri() if request.param == "file" else f"memory://{tmp_path.name}")


def test_un_fichier_va_et_revient_et_ce_qui_manque_n_est_pas_une_panne(depot: Depot) -> None:
    assert depot.lire("index.json") is None and depot.lister("contenus") == {}
    depot.ecrire("a/index.json", b'{"un": 1}')
    assert depot.lire_json("a/index.json") == {"un": 1} and depot.lister("a") == {"index.json": 9}
    depot.effacer(["a/index.json", "a/absent"])
    assert depot.lire("a/index.json") is None


def test_deux_qui_partent_du_meme_contenu_un_seul_l_emporte(depot: Depot) -> None:
    depot.remplacer("index.json", b"1", None)
    with pytest.raises(ConditionRefusee):
        depot.remplacer("index.json", b"autre", None)
    vu = depot.lire("index.json")
    depot.remplacer("index.json", b"2", vu)
    with pytest.raises(ConditionRefusee):
        depot.remplacer("index.json", b"3", vu)
    assert depot.lire("index.json").octets == b"2"


def test_les_contenus_ne_partent_qu_une_fois_et_un_contenu_tronque_repart(depot: Depot, tmp_path: Path) -> None:
    chemins = {}
    for nom in ("a", "b"):
        (tmp_path / nom).write_bytes(nom.encode() * 100)
        chemins[nom * 64] = tmp_path / nom
    assert depot.deposer_contenus(chemins) == 2 and depot.deposer_contenus(chemins) == 0
    depot.ecrire("contenus/" + "a" * 64, b"aaa")
    assert depot.deposer_contenus(chemins) == 1
    assert depot.lister("contenus") == {"a" * 64: 100, "b" * 64: 100}


def test_un_contenu_altere_n_entre_pas(depot: Depot, tmp_path: Path) -> None:
    depot.ecrire("contenus/" + "0" * 64, b"autre chose")
    with pytest.raises(StockageIndisponible, match="altéré"):
        depot.recevoir_contenus({"0" * 64: tmp_path / "recu"})
    assert depot.alteres(["0" * 64, "1" * 64]) == ["0" * 64, "1" * 64]


@pytest.mark.parametrize("nom", ["../evade", "/etc/evade", "a/../../evade", "a\\..\\evade"])
def test_un_manifeste_qui_sort_de_son_dossier_est_refuse(nom: str) -> None:
    depot = Depot.ouvrir("memory://evasion")
    empreinte = depot.deposer_manifeste({nom: "0" * 64})
    with pytest.raises(StockageIndisponible, match="sort de son dossier"):
        depot.lire_manifeste(empreinte)


def test_un_seau_absent_ou_un_serveur_muet_se_disent_en_francais_sans_secret(
    seau: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StockageIndisponible, match="ne répond pas ou refuse"):
        Depot.ouvrir("s3://seau-qui-n-existe-pas/bilan").lire("index.json")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StockageIndisponible, match="la prochaine exécution le déposera") as panne:
        Depot.ouvrir(seau).ecrire("index.json", b"1")
    assert "cle-de-l-essai" not in panne.value.message and panne.value.code_sortie == 7


def test_le_serveur_d_onyxia_se_lit_sans_https(
    seau: str, serveur_s3: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_S3_ENDPOINT", f"http://127.0.0.1:{serveur_s3.port}")
    depot = Depot.ouvrir(seau)
    depot.ecrire("un", b"1")
    assert depot.lire("un").octets == b"1"


@pytest.mark.parametrize("adresse", ["s3://cle:secret@seau/bilan", "s3://cle@seau/bilan", "ftp://u:secret@hote/x"])
def test_un_secret_dans_l_adresse_est_refuse_sans_etre_repete(adresse: str) -> None:
    with pytest.raises(ErreurUsage, match="AWS_ACCESS_KEY_ID") as refus:
        Depot.ouvrir(adresse)
    assert "cle" not in refus.value.message.split("clés")[0] and "secret@" not in refus.value.message


def test_une_adresse_inconnue_se_dit() -> None:
    with pytest.raises(ErreurUsage, match="s3://seau/prefixe"):
        Depot.ouvrir("nuage://seau/bilan")


def test_sans_la_bibliotheque_de_s3_une_phrase_donne_la_commande_a_lancer() -> None:
    code = (
        "import sys; sys.modules['s3fs'] = None\n"
        "from bilan.entrepot.distant import Depot\n"
        "from bilan.erreurs import ErreurUsage\n"
        "try: Depot.ouvrir('s3://seau/bilan')\n"
        "except ErreurUsage as erreur: print(erreur.message)"
    )
    dit = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert dit.strip().endswith(".venv/bin/python -m pip install -e '.[s3]'")
