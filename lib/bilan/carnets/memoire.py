"""La mémoire d'un processus : son pic, et la borne qu'on lui met. Sans effet hors de Linux."""

import contextlib
import sys
from pathlib import Path


def borner_memoire(pid: int, memoire_mo: int) -> None:
    """Borne ce que le processus `pid` peut allouer : au-delà, ses cellules lèvent `MemoryError`."""
    if sys.platform != "linux":
        return
    import resource

    octets = memoire_mo * 2**20
    with contextlib.suppress(OSError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (octets, octets))


def pic_memoire_mo(pid: int | None) -> float | None:
    """Rend le pic de mémoire résidente du processus, en mégaoctets ; None s'il n'existe plus ou hors de Linux."""
    with contextlib.suppress(OSError):
        for ligne in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if ligne.startswith("VmHWM:"):
                return round(int(ligne.split()[1]) / 1024, 1)
    return None
