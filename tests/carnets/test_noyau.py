"""Le moteur standard : chaque façon de mal finir, provoquée pour de vrai, laisse une copie où elle est située."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from maquette_carnets import carnet_minimal

from bilan.carnets.moteur import Resultat
from bilan.carnets.noyau import MoteurStandard
from bilan.carnets.plan import Tache
from bilan.projet import Jeu

pytestmark = pytest.mark.lent

CAS = {
    "bonne": "print(jeu)",
    "ou": "import os\nprint(os.path.basename(os.getcwd()))",
    "erreur": "1 / 0",
    "eternelle": "while True:\n    pass",
    "vorace": "x = bytearray(3 * 2**30)",
    "suicidaire": "import os\nos._exit(3)",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "sortie": "import sys\nsys.exit()",
}
ATTENDUS = {
    "erreur": "ZeroDivisionError", "eternelle": "n'a pas fini dans le temps permis (6 s)", "vorace": "MemoryError",
    "suicidaire": "s'est arrêté pendant cette cellule", "segfault": "s'est arrêté pendant cette cellule",
    "sortie": "SystemExit",
}


@pytest.fixture(scope="module")
def resultats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Resultat]:
    dossier = tmp_path_factory.mktemp("accolades {x}") / "notebooks"
    dossier.mkdir()
    moteur = MoteurStandard()

    def jouer(nom: str) -> Resultat:
        source = dossier / f"{nom}.ipynb"
        nbformat.write(carnet_minimal(CAS[nom], "print('après')"), source)
        tache = Tache(nom, Jeu.REEL, "93", {"jeu": "reel"}, nom, source, delai_s=6, memoire_mo=1024)
        return moteur.executer(tache, dossier.parent / "copies" / f"{nom}.ipynb")

    with ThreadPoolExecutor(2) as fils:
        return dict(zip(CAS, fils.map(jouer, CAS), strict=True))


def _copie(resultat: Resultat) -> dict:
    assert resultat.copie is not None
    return json.loads(Path(resultat.copie).read_text(encoding="utf-8"))


def test_une_bonne_execution_injecte_ses_parametres_et_releve_son_cout(resultats: dict[str, Resultat]) -> None:
    bonne = resultats["bonne"]
    assert bonne.reussi and bonne.duree_s > 0 and bonne.memoire_pic_mo and bonne.memoire_pic_mo > 20
    sorties = [s for c in _copie(bonne)["cells"] for s in c.get("outputs", [])]
    assert ["".join(s["text"]) for s in sorties] == ["reel\n", "après\n"]


def test_le_dossier_de_travail_est_celui_du_carnet_sans_deplacer_le_notre(resultats: dict[str, Resultat]) -> None:
    sorties = [s for c in _copie(resultats["ou"])["cells"] for s in c.get("outputs", [])]
    assert "".join(sorties[0]["text"]) == "notebooks\n"
    assert Path.cwd() == Path(os.environ.get("PWD", Path.cwd()))


@pytest.mark.parametrize("nom", ATTENDUS)
def test_une_mauvaise_fin_est_situee_dans_la_copie_gardee(resultats: dict[str, Resultat], nom: str) -> None:
    resultat = resultats[nom]
    assert resultat.echec is not None
    assert (resultat.echec.cellule, resultat.echec.source) == (3, CAS[nom])
    assert ATTENDUS[nom] in resultat.echec.message
    cellules = [c for c in _copie(resultat)["cells"] if c["source"] == "print('après')"]
    assert cellules[0]["outputs"] == [], "la suite n'a pas été jouée"


def test_aucun_fichier_provisoire_ne_reste(resultats: dict[str, Resultat]) -> None:
    copies = Path(str(resultats["bonne"].copie)).parent
    assert sorted(p.name for p in copies.iterdir()) == sorted(f"{nom}.ipynb" for nom in CAS)
