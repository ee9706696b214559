"""La mémoire d'une commande et de tous ses enfants, relevée pendant qu'elle tourne (Linux)."""

import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PAS_S = 0.5


@dataclass(frozen=True)
class Cout:
    """Ce qu'une commande a coûté : secondes, pic de mémoire en Mo (pages partagées comptées une fois), sortie."""

    duree_s: float
    pic_mo: float
    sortie: str


def mener(commande: Sequence[str], dossier: Path) -> Cout:
    """Mène une commande et rend son coût ; lève `subprocess.CalledProcessError` si elle échoue."""
    depart = time.perf_counter()
    processus = subprocess.Popen(commande, cwd=dossier, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    pics = [0.0]
    fini = threading.Event()

    def relever() -> None:
        while not fini.wait(_PAS_S):
            pics.append(_memoire_mo(processus.pid))

    guetteur = threading.Thread(target=relever, daemon=True)
    guetteur.start()
    sortie, _ = processus.communicate()
    fini.set()
    guetteur.join()
    if processus.returncode:
        raise subprocess.CalledProcessError(processus.returncode, list(commande), sortie)
    return Cout(time.perf_counter() - depart, max(pics), sortie)


def _memoire_mo(pid: int) -> float:
    """Rend la mémoire de l'arbre de processus : la somme des parts proportionnelles (PSS)."""
    total, a_voir = 0, [pid]
    while a_voir:
        numero = a_voir.pop()
        try:
            lignes = Path(f"/proc/{numero}/smaps_rollup").read_text(encoding="ascii").splitlines()
            total += next(int(ligne.split()[1]) for ligne in lignes if ligne.startswith("Pss:"))
            for fil in Path(f"/proc/{numero}/task").iterdir():
                a_voir += map(int, (fil / "children").read_text(encoding="ascii").split())
        except (OSError, StopIteration):
            continue  # le processus vient de finir
    return total * 1024 / 1e6
