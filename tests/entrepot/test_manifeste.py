"""Le manifeste se lit sans polars : c'est le chemin « rien n'a changé »."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from bilan.entrepot.manifeste import Entree, Livraison, Manifeste


def _manifeste(*empreintes: str) -> Manifeste:
    manifeste = Manifeste()
    for rang, empreinte in enumerate(empreintes, 1):
        livraison = Livraison("13", "2024T1", date(2024, 3, 31), date(2024, 4, rang), "a.csv", empreinte)
        manifeste = manifeste.avec(Entree(manifeste.suivant(empreinte), "flux_bilan", 3, livraison))
    return manifeste


def test_un_manifeste_ecrit_se_relit(tmp_path: Path) -> None:
    manifeste = _manifeste("a", "b").sans("000002-b", date(2024, 5, 1), "erreur d'envoi")
    manifeste.ecrire(tmp_path / "m.json")
    assert Manifeste.ouvrir(tmp_path / "m.json") == manifeste


def test_l_empreinte_suit_ce_qui_vaut() -> None:
    assert _manifeste("a", "b").empreinte() == _manifeste("z", "b").empreinte() != _manifeste("b", "a").empreinte()
    assert _manifeste("a", "b").empreinte(date(2024, 4, 1)) == _manifeste("a").empreinte()


def test_manifeste_mesures_et_executions_se_lisent_sans_polars(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from bilan.entrepot.manifeste import Manifeste
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.runs import EntrepotRuns
from bilan.projet import Jeu
racine = Path({str(tmp_path)!r})
Manifeste.ouvrir(racine / "m.json").empreinte()
EntrepotMesures(racine, Jeu.REEL).empreintes()
EntrepotRuns(racine, Jeu.REEL).derniers()
sys.exit("polars" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
