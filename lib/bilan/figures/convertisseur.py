"""Le convertisseur vl-convert, mis en route sur la seule police qu'il embarque : la même image sur tous les postes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

_REGLAGE = "FONTCONFIG_FILE"
_AMORCE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@cache
def convertisseur() -> ModuleType:
    """Rend `vl_convert`, dont la première conversion a fixé les polices pour la vie du processus.

    Là où les polices se trouvent par fontconfig (Linux), celles du poste lui sont cachées : il relit du disque, à
    chaque lettre, une police du poste, et jamais la sienne. Un processus qui appelle ceci ne doit plus être bifurqué.
    """
    import vl_convert

    with _sans_police_du_poste():
        vl_convert.svg_to_png(_AMORCE)
    return vl_convert


@contextmanager
def _sans_police_du_poste() -> Iterator[None]:
    """Ne montre à fontconfig, le temps du bloc, qu'un dossier sans police."""
    ancien = os.environ.get(_REGLAGE)
    with tempfile.TemporaryDirectory() as vide:
        reglage = Path(vide) / "polices.conf"
        reglage.write_text(f"<fontconfig><dir>{vide}</dir></fontconfig>", encoding="utf-8")
        os.environ[_REGLAGE] = str(reglage)
        try:
            yield
        finally:
            if ancien is None:
                del os.environ[_REGLAGE]
            else:
                os.environ[_REGLAGE] = ancien
