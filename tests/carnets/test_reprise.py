"""Coupures : tuée n'importe où, arrêtée au clavier, privée de place, lancée deux fois ; rien n'est perdu ni refait."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from maquette_carnets import Maquette

from bilan.carnets.executeur import BilanExecution
from bilan.carnets.journal import FICHIER, Journal
from bilan.carnets.moteurs import fork_existe
from bilan.carnets.verrou import verrou_execution
from bilan.chaine import relire_le_journal
from bilan.erreurs import CodeSortie, VerrouTenu
from bilan.projet import Projet

ICI = Path(__file__).parent
TOUTES = {"demonstration/30_flux/93", *(f"demonstration/70_fiche/20000000{n}" for n in (1, 2, 3))}


def _programme(*lignes: str) -> list[str]:
    return [sys.executable, "-c", "\n".join((f"import sys; sys.path.insert(0, {str(ICI)!r})", *lignes))]


@pytest.mark.lent
def test_tuee_a_tout_instant_la_commande_suivante_reprend_sans_rien_perdre_ni_refaire(
    collection_de_deux: Maquette, tmp_path_factory: pytest.TempPathFactory
) -> None:
    modele = tmp_path_factory.mktemp("coupures") / "modele"
    shutil.copytree(collection_de_deux.racine, modele)
    vu = subprocess.run(
        [sys.executable, str(ICI / "coupures.py"), str(modele), "25"], capture_output=True, text=True, check=False
    )
    assert vu.returncode == 0, vu.stderr
    resultat = json.loads(vu.stdout)
    assert resultat["total"] > 300
    for verdict in resultat["verdicts"]:
        assert verdict["tuee"], verdict
        assert all(verdict["gardees"].values()), verdict
        assert set(verdict["reprise"]["jouees"]) == TOUTES - verdict["gardees"].keys(), verdict
        assert verdict["apres"] == dict.fromkeys(TOUTES, True), verdict
        assert "en_cours" not in verdict["issues"], verdict


def test_un_journal_perdu_se_reconstitue_sans_rien_rejouer(collection_de_deux: Maquette) -> None:
    collection_de_deux.jouer()
    for fichier in collection_de_deux.projet.entrepot.glob(f"{FICHIER}*"):
        fichier.unlink()
    assert collection_de_deux.jouer().executions == ()


def test_un_journal_abime_est_refuse_en_disant_quoi_faire(collection_de_deux: Maquette) -> None:
    from bilan.erreurs import DonneesRefusees

    collection_de_deux.projet.entrepot.mkdir(exist_ok=True, parents=True)
    (collection_de_deux.projet.entrepot / FICHIER).write_bytes(b"ceci n'est pas une base" * 100)
    with pytest.raises(DonneesRefusees, match="mettez-le de côté et relancez"):
        collection_de_deux.jouer()


def test_une_seconde_commande_repart_aussitot_et_dit_qui_travaille(collection_de_deux: Maquette) -> None:
    racine = str(collection_de_deux.racine)
    tenant = subprocess.Popen(
        _programme(
            "from pathlib import Path; from bilan.projet import Projet",
            "from bilan.carnets.verrou import verrou_execution",
            f"with verrou_execution(Projet(Path({racine!r}))):",
            "    print('pris', flush=True); sys.stdin.read()",
        ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert tenant.stdout is not None and tenant.stdout.readline() == "pris\n"
    depart = time.monotonic()
    with pytest.raises(VerrouTenu, match=f"processus {tenant.pid} de .* depuis") as refus:
        collection_de_deux.jouer()
    assert time.monotonic() - depart < 1 and refus.value.code_sortie == CodeSortie.VERROU == 4
    tenant.kill()
    tenant.wait()
    assert len(collection_de_deux.jouer().executions) == 4, "le verrou d'un processus tué ne bloque personne"


def test_le_verrou_s_emboite_dans_la_meme_commande(collection_de_deux: Maquette) -> None:
    with verrou_execution(collection_de_deux.projet):
        assert len(collection_de_deux.jouer().executions) == 4
        assert (collection_de_deux.projet.entrepot / "execution.json").is_file()
    assert not (collection_de_deux.projet.entrepot / "execution.json").exists()


@pytest.mark.lent
def test_arretee_au_clavier_elle_rend_la_main_sans_orphelin_et_reprend(collection_de_deux: Maquette) -> None:
    m = collection_de_deux
    fiche = m.projet.notebooks / "70_fiche.ipynb"
    bon = fiche.read_text(encoding="utf-8")
    fiche.write_text(bon.replace('"carnet.terminer()"', '"import time\\ntime.sleep(600)\\ncarnet.terminer()"'))
    programme = _programme(
        "from pathlib import Path; from bilan.projet import Projet; from maquette_carnets import Maquette",
        "from bilan.carnets import fraicheur",
        f"racine = Path({str(m.racine)!r}); fraicheur.DOSSIER_CODE = racine / 'lib'",
        # Un lanceur en arrière-plan fait ignorer Ctrl-C à ses enfants : on rétablit ce qu'un terminal donne.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)",
        "Maquette(Projet(racine)).jouer(moteur='standard', ouvriers=2)",
    )
    processus = subprocess.Popen(programme, stderr=subprocess.PIPE, text=True)
    _attendre(lambda: _issues(m).count("en_cours") == 2 and "ok" in _issues(m))
    noyaux = _enfants(processus.pid)
    processus.send_signal(signal.SIGINT)
    assert processus.wait(timeout=60) != 0
    _attendre(lambda: not any(Path(f"/proc/{pid}").exists() for pid in noyaux))
    assert noyaux and sorted(set(_issues(m))) == ["interrompu", "ok"]
    fiche.write_text(bon)
    assert {e.tache for e in m.jouer().executions} == TOUTES - {"demonstration/30_flux/93"}


@pytest.mark.lent
@pytest.mark.skipif(not fork_existe(), reason="le moteur rapide demande Linux")
@pytest.mark.parametrize("victime", ["enfant", "parent chaud"])
def test_un_processus_tue_de_l_exterieur_ne_coute_que_son_carnet(collection_de_deux: Maquette, victime: str) -> None:
    m = collection_de_deux
    dedans, suite = m.racine / "dedans", m.racine / "suite"
    attendre = [
        "import os, pathlib, time", f"pathlib.Path({str(dedans)!r}).write_text(str(os.getpid()))",
        f"while not pathlib.Path({str(suite)!r}).exists(): time.sleep(0.05)", "carnet.terminer()",
    ]
    fiche = m.projet.notebooks / "70_fiche.ipynb"
    fiche.write_text(fiche.read_text().replace('"carnet.terminer()"', json.dumps("\n".join(attendre))))
    avant = set(_enfants(os.getpid()))
    jouees: list[BilanExecution] = []
    travail = threading.Thread(target=lambda: jouees.append(m.jouer(moteur="bilan", ouvriers=1)))
    travail.start()
    _attendre(lambda: dedans.exists() and dedans.read_text())  # une fiche est au milieu de ses cellules
    (chaud,) = (pid for pid in set(_enfants(os.getpid())) - avant if "carnets.zygote" in _commande(pid))
    os.kill(int(dedans.read_text()) if victime == "enfant" else chaud, signal.SIGKILL)
    suite.touch()
    travail.join(timeout=60)
    (bilan,) = jouees
    assert {e.tache for e in bilan.executions} == TOUTES
    # Un enfant privé de son parent finit son carnet ; un enfant tué le perd, lui seul, et la relance ne refait que lui.
    perdues = [e.tache for e in bilan.echecs]
    assert len(perdues) == (1 if victime == "enfant" else 0)
    assert all("SIGKILL" in e.message for e in bilan.echecs), [e.message for e in bilan.echecs]
    assert [e.tache for e in m.jouer().executions] == perdues


@pytest.mark.lent
def test_deux_commandes_a_la_fois_la_seconde_sort_avec_le_code_4(tmp_path: Path) -> None:
    depot = ICI.parents[1]
    (tmp_path / "data").mkdir()
    for nom in ("data/referentiel", "notebooks"):
        (tmp_path / nom).symlink_to(depot / nom)
    (tmp_path / "collection.toml").write_bytes((depot / "collection.toml").read_bytes())
    commande = [sys.executable, "-c", "from bilan.cli import main; main()", "executer", "--jeu", "reel"]
    with verrou_execution(Projet(tmp_path)):
        vu = subprocess.run(
            commande, capture_output=True, text=True, check=False, env={**os.environ, "BILAN_RACINE": str(tmp_path)}
        )
    assert vu.returncode == CodeSortie.VERROU, vu.stderr
    assert f"processus {os.getpid()} de" in vu.stderr and len(vu.stderr.strip().splitlines()) == 1


def _commande(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def _issues(maquette: Maquette) -> list[str]:
    journal = Journal.ouvrir(maquette.projet.entrepot)
    try:
        return [e.issue for e in journal.toutes()]
    finally:
        journal.fermer()


def _enfants(pid: int) -> list[int]:
    return [int(p) for t in Path(f"/proc/{pid}/task").iterdir() for p in (t / "children").read_text().split()]


def _attendre(condition: object, delai: float = 120) -> None:
    fin = time.monotonic() + delai
    while not condition():
        assert time.monotonic() < fin, "rien n'est venu"
        time.sleep(0.1)


@pytest.mark.lent
@pytest.mark.skipif(
    subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0,
    reason="il faut pouvoir monter un petit disque",
)
def test_disque_plein_les_carnets_finis_restent_et_la_suite_reprend(
    collection_de_deux: Maquette, tmp_path: Path
) -> None:
    entrepot = collection_de_deux.projet.entrepot
    garde = tmp_path / "garde"
    shutil.copytree(entrepot, garde)
    montage = (
        f"mount -t tmpfs -o size=400k tmpfs {entrepot} && cp -r {garde}/. {entrepot}/ && "
        f'dd if=/dev/zero of={entrepot}/lest bs=1k count=230 status=none && exec "$0" "$@"'
    )
    jouer = _programme(
        "from pathlib import Path; from bilan.projet import Projet; from maquette_carnets import Maquette",
        "from bilan.carnets import fraicheur; from bilan.erreurs import ErreurBilan",
        f"racine = Path({str(collection_de_deux.racine)!r}); fraicheur.DOSSIER_CODE = racine / 'lib'",
        "m = Maquette(Projet(racine))",
        "try:",
        "    bilan = m.jouer(); print('fini', *(e.message for e in bilan.echecs))",
        "except ErreurBilan as erreur: print('refus', erreur.message)",
        "(racine / 'data/entrepot/lest').unlink()",
        "print('reprise', len(m.jouer().executions)); print('encore', len(m.jouer().executions))",
    )
    vu = subprocess.run(["unshare", "-rm", "sh", "-c", montage, *jouer], capture_output=True, text=True, check=False)
    lignes = vu.stdout.splitlines()
    assert "libérez de la place" in lignes[0], vu.stdout + vu.stderr
    assert lignes[-1] == "encore 0", vu.stdout + vu.stderr


def test_le_journal_se_relit_dans_l_ordre_ou_les_carnets_ont_fini(collection_de_deux: Maquette) -> None:
    jouees = [e.tache for e in collection_de_deux.jouer().executions]
    lignes = [ligne.split(" · ") for ligne in relire_le_journal(collection_de_deux.projet, dernieres=3)]
    assert [morceaux[1] for morceaux in lignes] == jouees[-3:]
    assert all(datetime.strptime(m[0], "%d/%m/%Y %H:%M:%S") and m[2] == "réussi" for m in lignes)
