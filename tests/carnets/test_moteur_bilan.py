"""Le moteur rapide rend ce que rend le moteur standard de papermill, et survit à ce que font les carnets."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from bilan.carnets.moteur_bilan import parent_chaud
from bilan.carnets.moteurs import fork_existe
from bilan.carnets.ordre import FinDeCarnet, Limites, Ordre
from bilan.carnets.parent import ParentChaud

pytestmark = [
    pytest.mark.lent,
    pytest.mark.skipif(not fork_existe(), reason="le moteur rapide demande fork, que ce système n'a pas"),
]

PROPRE_A_UNE_EXECUTION = re.compile(r"^(start_time|end_time|duration|output_path|id|iopub\..*|shell\..*)$")
NOM_DE_CELLULE = re.compile(r"/tmp/ipykernel_\d+/\d+\.py|<ipython-input-\d+-\w+>")

CELLULES = {
    "flux entremêlés": "import sys\nprint('sortie')\nprint('erreur', file=sys.stderr)",
    "affichage riche": (
        "from IPython.display import HTML, Markdown, display\ndisplay(Markdown('**a**'))\nHTML('<b>b</b>')"
    ),
    "mise à jour d'un affichage": (
        "from IPython.display import HTML, display\nd = display(HTML('un'), display_id='d1')\nd.update(HTML('deux'))"
    ),
    "effacement": "from IPython.display import clear_output\nprint('avant')\nclear_output()\nprint('après')",
    "image": (
        "from IPython.display import Image\n"
        "Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + b'\\0' * 8, format='png', width=1, height=1)"
    ),
    "attente au premier niveau": "import asyncio\nawait asyncio.sleep(0.01)\n'attendu'",
    "magie de cellule": "%%capture prise\nprint('dedans')",
    "magie de ligne": "%pwd\nNone",
    "programme lancé": "!echo programme",
    "dernière valeur et historique": "6 * 7",
    "reprise de l'historique": "_ + 1",
    "table polars": "import polars as pl\npl.DataFrame({'a': [1, 2, 3]}).select(pl.col('a').sum())",
    "avertissement": "import warnings\nwarnings.warn('attention', UserWarning, stacklevel=1)",
}


def _carnet(chemin: Path, *sources: str, etiquettes: dict[int, list[str]] | None = None) -> Path:
    carnet = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    carnet.cells = [nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})]
    carnet.cells += [nbformat.v4.new_code_cell(source) for source in sources]
    for rang, noms in (etiquettes or {}).items():
        carnet.cells[rang].metadata["tags"] = noms
    nbformat.write(carnet, chemin)
    return chemin


def _epurer(valeur: Any) -> Any:
    """Ôte ce qui diffère d'une exécution à l'autre : dates, durées, numéros de processus dans les chemins."""
    if isinstance(valeur, dict):
        return {cle: _epurer(v) for cle, v in valeur.items() if not PROPRE_A_UNE_EXECUTION.match(cle)}
    if isinstance(valeur, list):
        return [_epurer(v) for v in valeur]
    return NOM_DE_CELLULE.sub("<cellule>", valeur) if isinstance(valeur, str) else valeur


@pytest.fixture(scope="module")
def parent() -> ParentChaud:
    """Le parent chaud dont se sert papermill dans ce processus : un seul démarrage pour tout le fichier."""
    return parent_chaud()


@pytest.fixture(scope="module")
def des_deux_moteurs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    dossier = tmp_path_factory.mktemp("moteurs")
    entree = _carnet(dossier / "entree.ipynb", *CELLULES.values())
    rendus = []
    for moteur in (None, "bilan"):
        sortie = dossier / f"{moteur}.ipynb"
        papermill.execute_notebook(
            entree, sortie, {"x": 5}, engine_name=moteur, progress_bar=False, cwd=dossier, kernel_name="python3"
        )
        rendus.append(nbformat.read(sortie, as_version=4))
    return rendus[0], rendus[1]


@pytest.mark.parametrize("nom", CELLULES)
def test_chaque_cellule_rend_les_memes_sorties(nom: str, des_deux_moteurs: tuple[Any, Any]) -> None:
    rang = list(CELLULES).index(nom) + 2  # la cellule des paramètres et celle que papermill injecte sont devant
    standard, rapide = (carnet.cells[rang] for carnet in des_deux_moteurs)
    assert _epurer(rapide.outputs) == _epurer(standard.outputs)
    assert rapide.execution_count == standard.execution_count


def test_les_metadonnees_du_carnet_sont_les_memes(des_deux_moteurs: tuple[Any, Any]) -> None:
    standard, rapide = des_deux_moteurs
    assert _epurer(rapide.metadata) == _epurer(standard.metadata)
    for une, autre in zip(standard.cells, rapide.cells, strict=True):
        assert _epurer(autre.metadata) == _epurer(une.metadata)
        assert set(autre.metadata["execution"]) == set(une.metadata["execution"])
    assert rapide.cells[1].source == standard.cells[1].source and "x = 5" in rapide.cells[1].source


def _echec(entree: Path, sortie: Path, moteur: str | None) -> tuple[PapermillExecutionError, Any]:
    with pytest.raises(PapermillExecutionError) as prise:
        papermill.execute_notebook(entree, sortie, engine_name=moteur, progress_bar=False)
    return prise.value, nbformat.read(sortie, as_version=4)


@pytest.mark.parametrize("source", [
    "1 / 0", "def f(:", "raise SystemExit(3)", "raise KeyboardInterrupt", "%magie_inconnue", "input('?')",
])
def test_une_cellule_fausse_echoue_pareil(source: str, tmp_path: Path) -> None:
    entree = _carnet(tmp_path / "e.ipynb", "a = 1", source, "jamais = 1")
    standard, carnet_standard = _echec(entree, tmp_path / "s.ipynb", None)
    rapide, carnet_rapide = _echec(entree, tmp_path / "r.ipynb", "bilan")
    assert (rapide.ename, rapide.cell_index) == (standard.ename, standard.cell_index)
    rangs = [[cellule.get("execution_count") for cellule in c.cells] for c in (carnet_standard, carnet_rapide)]
    assert rangs[0] == rangs[1]
    if "input" not in source:
        assert rapide.evalue.split(" (")[0] == standard.evalue.split(" (")[0]


def test_les_etiquettes_qui_permettent_l_erreur_ou_passent_la_cellule(tmp_path: Path) -> None:
    entree = _carnet(tmp_path / "e.ipynb", "1 / 0", "saute = 1", "'saute' in globals()",
                     etiquettes={1: ["raises-exception"], 2: ["skip-execution"]})
    for moteur in (None, "bilan"):
        # papermill signale l'erreur permise, mais après avoir exécuté la suite du carnet.
        erreur, rendu = _echec(entree, tmp_path / "s.ipynb", moteur)
        assert erreur.ename == "ZeroDivisionError"
        assert rendu.cells[-1].outputs[0].data["text/plain"] == "False"


def test_une_cellule_sans_fin_leve_la_meme_erreur(tmp_path: Path) -> None:
    entree = _carnet(tmp_path / "e.ipynb", "import time\ntime.sleep(60)")
    for moteur in (None, "bilan"):
        with pytest.raises(CellTimeoutError):
            papermill.execute_notebook(entree, tmp_path / "s.ipynb", engine_name=moteur, progress_bar=False,
                                       execution_timeout=1)


def test_une_cellule_qui_tue_son_processus_leve_la_meme_erreur(tmp_path: Path) -> None:
    entree = _carnet(tmp_path / "e.ipynb", "import os\nos._exit(1)")
    for moteur in (None, "bilan"):
        with pytest.raises(DeadKernelError):
            papermill.execute_notebook(entree, tmp_path / "s.ipynb", engine_name=moteur, progress_bar=False)


def test_papermill_en_ligne_de_commande_connait_le_moteur(tmp_path: Path) -> None:
    entree = _carnet(tmp_path / "e.ipynb", "print('x vaut', x)")
    papermill_ = str(Path(sys.executable).parent / "papermill")
    commande = [papermill_, "--engine", "bilan", str(entree), str(tmp_path / "s.ipynb"), "-p", "x", "7"]
    subprocess.run(commande, check=True, capture_output=True)
    assert nbformat.read(tmp_path / "s.ipynb", as_version=4).cells[2].outputs[0].text == "x vaut 7\n"


def test_ce_qui_s_ecrit_sous_python_est_capture(parent: ParentChaud, tmp_path: Path) -> None:
    assert _executer(parent, tmp_path, "import os\nos.write(1, b'octets\\n')\nNone").reussi
    assert nbformat.read(tmp_path / "s.ipynb", as_version=4).cells[1].outputs[0].text == "octets\n"


def _executer(parent: ParentChaud, dossier: Path, *sources: str, limites: Limites | None = None) -> FinDeCarnet:
    entree = _carnet(dossier / "e.ipynb", *sources)
    return parent.executer(Ordre(entree, dossier / "s.ipynb", dossier=dossier), limites)


def test_un_carnet_ne_laisse_rien_au_suivant(parent: ParentChaud, tmp_path: Path) -> None:
    source = "import polars as pl, os\npl.trace = 1\nos.environ['TRACE'] = '1'\nos.chdir('/')"
    assert _executer(parent, tmp_path, source).reussi
    suivant = (
        "import polars as pl, os\n"
        "assert not hasattr(pl, 'trace') and 'TRACE' not in os.environ and os.getcwd() != '/'"
    )
    assert _executer(parent, tmp_path, suivant).reussi


def test_deux_carnets_ne_tirent_pas_les_memes_nombres(parent: ParentChaud, tmp_path: Path) -> None:
    tirages = set()
    for _ in range(2):
        source = "import random, numpy as np\nprint(random.random(), np.random.rand())"
        assert _executer(parent, tmp_path, source).reussi
        tirages.add(nbformat.read(tmp_path / "s.ipynb", as_version=4).cells[1].outputs[0].text)
    assert len(tirages) == 2


def test_un_carnet_en_echec_garde_sa_copie_et_situe_la_cellule(parent: ParentChaud, tmp_path: Path) -> None:
    fin = _executer(parent, tmp_path, "a = 1", "1 / 0")
    assert (fin.reussi, fin.cellule) == (False, 2)
    assert "ZeroDivisionError" in fin.raison
    assert any(s.output_type == "error" for c in nbformat.read(tmp_path / "s.ipynb", as_version=4).cells
               if c.cell_type == "code" for s in c.outputs)


@pytest.mark.parametrize(
    ("source", "signe"),
    [("import os\nos._exit(9)", "code 9"), ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV")],
)
def test_un_processus_mort_est_dit_et_situe(source: str, signe: str, parent: ParentChaud, tmp_path: Path) -> None:
    fin = _executer(parent, tmp_path, "a = 1", source)
    assert not fin.reussi and signe in fin.raison and fin.cellule == 2
    assert _executer(parent, tmp_path, "a = 1").reussi, "le parent chaud doit survivre à ses enfants"


def test_un_carnet_trop_long_est_interrompu_et_sa_copie_gardee(parent: ParentChaud, tmp_path: Path) -> None:
    fin = _executer(parent, tmp_path, "import time\ntime.sleep(60)", limites=Limites(delai_s=1))
    assert not fin.reussi and "temps permis (1 s)" in fin.raison and fin.duree_s < 10
    assert (tmp_path / "s.ipynb").exists()


def test_un_carnet_sourd_aux_interruptions_est_tue(parent: ParentChaud, tmp_path: Path) -> None:
    sourd = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)"
    fin = _executer(parent, tmp_path, sourd, limites=Limites(delai_s=1))
    assert not fin.reussi and "temps permis" in fin.raison and fin.duree_s < 15


def test_un_carnet_trop_gourmand_est_arrete(parent: ParentChaud, tmp_path: Path) -> None:
    gourmand = (
        "import time\nreserve = []\n"
        "for _ in range(40):\n    reserve.append(bytearray(50 * 2**20))\n    time.sleep(0.05)"
    )
    fin = _executer(parent, tmp_path, gourmand, limites=Limites(memoire_mo=600))
    assert not fin.reussi and "mémoire (600 Mo)" in fin.raison
