"""Réglages de `make lab` : en français, hors ligne, catalogue et carnet d'exploration ouverts.

Rien ne s'écrit hors du projet, et rien dans ce dossier : l'espace de travail est une copie, oubliée à la fin.
"""

import atexit
import shutil
import tempfile
from pathlib import Path

from jupyterlab_server.workspaces_handler import WORKSPACE_EXTENSION, slugify

ICI = Path(__file__).resolve().parent
ESPACES = Path(tempfile.mkdtemp(prefix="bilan-espaces-"))
atexit.register(shutil.rmtree, ESPACES, ignore_errors=True)
shutil.copy(ICI / "espace.json", ESPACES / f"{slugify('bilan')}{WORKSPACE_EXTENSION}")

c = get_config()  # noqa: F821 : nom que Jupyter fournit à ses fichiers de réglages
c.ServerApp.root_dir = str(ICI.parent)
c.LabApp.default_url = "/lab/workspaces/bilan"
c.LabApp.workspaces_dir = str(ESPACES)
c.LabApp.app_settings_dir = str(ICI / "reglages")
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
