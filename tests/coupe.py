"""Une exécution des chiffres publiés que lisent plusieurs essais : réseau coupé, secrets dans l'environnement."""

import os
import subprocess
import sys
from pathlib import Path

from tests.decor import Decor, secables

CARNETS = ("20_cotation", "50_production", "60_mobilisation", "70_fiche_epci")
DEMANDE = ("executer", "--jeu", "reel", *(mot for nom in CARNETS for mot in ("--carnet", nom)),
           "--epci", "200054807", "--epci", "248400251")  # fmt: skip
SECRETS = {
    "AWS_ACCESS_KEY_ID": "CLE-PLANTEE-3f81c2", "AWS_SECRET_ACCESS_KEY": "SECRET-PLANTE-90ab17",
    "AWS_SESSION_TOKEN": "SESSION-PLANTEE-77de04", "BILAN_SMTP_MOT_DE_PASSE": "MOT-DE-PASSE-PLANTE-5c6d",
    "BILAN_MESSAGERIE": "mmosts://serveur.invalid/JETON-PLANTE-a1b2c3", "VARIABLE_SANS_NOM": "VALEUR-PLANTEE-e4f5",
}  # fmt: skip
# Dans un espace de noms réseau neuf, il n'y a que la boucle locale, éteinte : on l'allume, puis on lance la commande.
_SANS_RESEAU = """\
import fcntl, os, socket, struct, sys
prise = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(prise, 0x8914, struct.pack("16sh14x", b"lo", 0x49))
os.execv(sys.argv[1], sys.argv[1:])
"""
# Ailleurs, chaque processus Python refuse toute connexion qui sortirait de la machine.
_SITE = """\
import socket
_connecter = socket.socket.connect
def connect(self, adresse):
    dehors = self.family in (socket.AF_INET, socket.AF_INET6) and not str(adresse[0]).startswith(("127.", "::1"))
    if dehors:
        raise OSError("réseau coupé par l'essai")
    return _connecter(self, adresse)
socket.socket.connect = connect
"""


def sans_reseau(dossier: Path, commande: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Lance une commande Python privée de réseau ; `dossier` reçoit ce qui le coupe là où `unshare` ne le peut pas."""
    if subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode == 0:
        commande = ["unshare", "-rn", sys.executable, "-c", _SANS_RESEAU, *commande]
    else:
        (dossier / "site").mkdir(exist_ok=True)
        (dossier / "site" / "sitecustomize.py").write_text(_SITE, encoding="utf-8")
        env = {**env, "PYTHONPATH": str(dossier / "site")}
    return subprocess.run(commande, env=env, capture_output=True, text=True, check=False, cwd=env["BILAN_RACINE"])


def executer_le_reel(dossier: Path) -> None:
    """Monte le projet dans `dossier/projet` et y mène la chaîne : un carnet au moteur standard, puis tous au rapide."""
    racine = Decor.monter(dossier / "projet").racine
    env = {**os.environ, **SECRETS, "BILAN_RACINE": str(racine)}
    bilan = [sys.executable, str(Path(sys.executable).parent / "bilan")]
    standard = ("executer", "--jeu", "reel", "--carnet", "50_production", "--moteur", "standard", "--sans-publier")
    for demande in (standard, (*DEMANDE, "--moteur", "bilan", "--forcer")):
        fait = sans_reseau(dossier, [*bilan, *demande], env)
        assert fait.returncode == 0, fait.stderr
    sortie = secables(fait.stdout)
    assert "0 échec" in sortie and "À ouvrir" in sortie
