"""Réglages de `make lab` : en français, hors ligne, sur le carnet d'exploration. Rien ne s'écrit hors du projet."""

from pathlib import Path

ICI = Path(__file__).resolve().parent

c = get_config()  # noqa: F821 : nom que Jupyter fournit à ses fichiers de réglages
c.ServerApp.root_dir = str(ICI.parent)
c.LabApp.default_url = "/lab/tree/notebooks/exploration/explorer.ipynb"
c.LabApp.app_settings_dir = str(ICI / "reglages")
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
