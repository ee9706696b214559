"""La mémoire et le calcul d'une commande et de tous ses enfants, relevés pendant qu'elle tourne (Linux)."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PAS_S = 0.5


@dataclass(frozen=True)
class Cout:
    """Ce qu'une commande a coûté, enfants compris : secondes, secondes de calcul, pic de mémoire en Mo, sortie.

    Le pic est le plus haut de deux relevés, toutes les demi-secondes : la somme des parts proportionnelles (PSS) de
    l'arbre de processus, et le pic résident du plus gros d'entre eux, que le noyau tient entre deux relevés.
    """

    duree_s: float
    calcul_s: float
    pic_mo: float
    sortie: str = ""


def mener(commande: Sequence[str], dossier: Path) -> Cout:
    """Mène une commande et rend son coût ; lève `subprocess.CalledProcessError` si elle échoue."""
    depart = time.perf_counter()
    processus = subprocess.Popen(commande, cwd=dossier, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert processus.stdout is not None
    pics = [0.0]
    fini = threading.Event()

    def relever() -> None:
        while not fini.wait(_PAS_S):
            pics.append(_memoire_mo(processus.pid))

    guetteur = threading.Thread(target=relever, daemon=True)
    guetteur.start()
    with processus.stdout as flux:
        sortie = flux.read()
    _pid, etat, usage = os.wait4(processus.pid, 0)
    processus.returncode = os.waitstatus_to_exitcode(etat)
    fini.set()
    guetteur.join()
    if processus.returncode:
        raise subprocess.CalledProcessError(processus.returncode, list(commande), sortie)
    return Cout(time.perf_counter() - depart, usage.ru_utime + usage.ru_stime, max(pics), sortie)


def _memoire_mo(pid: int) -> float:
    """Rend la somme des PSS de l'arbre de processus, ou le pic résident d'un seul s'il a été plus haut."""
    total, plus_gros, a_voir = 0, 0, [pid]
    while a_voir:
        numero = a_voir.pop()
        try:
            total += _champ(Path(f"/proc/{numero}/smaps_rollup"), "Pss:")
            plus_gros = max(plus_gros, _champ(Path(f"/proc/{numero}/status"), "VmHWM:"))
            for fil in Path(f"/proc/{numero}/task").iterdir():
                a_voir += map(int, (fil / "children").read_text(encoding="ascii").split())
        except (OSError, StopIteration):
            continue  # le processus vient de finir
    return max(total, plus_gros) * 1024 / 1e6


def _champ(fichier: Path, nom: str) -> int:
    lignes = fichier.read_text(encoding="utf-8", errors="replace").splitlines()
    return next(int(ligne.split()[1]) for ligne in lignes if ligne.startswith(nom))
