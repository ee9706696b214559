"""Les prises par lesquelles les processus d'un moteur se parlent : où les poser, leur chemin devant rester court."""

import tempfile
from pathlib import Path

_CHEMIN_MAX = 103
"""Octets du chemin d'une prise Unix, au plus (macOS ; quatre de plus sous Linux)."""

_PLACE = len("/bilan-xxxxxxxx/noyau-ipc-5")
_AILLEURS = Path("/tmp")


def dossier_des_prises() -> Path:
    """Rend un dossier neuf, à effacer après usage : dans `/tmp` si le dossier provisoire du poste est trop profond."""
    provisoire = tempfile.gettempdir()
    long = len(provisoire.encode()) + _PLACE > _CHEMIN_MAX
    return Path(tempfile.mkdtemp(prefix="bilan-", dir=_AILLEURS if long else provisoire))
