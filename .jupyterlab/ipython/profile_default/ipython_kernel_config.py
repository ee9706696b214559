"""Réglages du noyau ouvert par `make lab` : une fonction de `lib/` corrigée sert aussitôt, sans redémarrer."""

c = get_config()  # noqa: F821 : nom que Jupyter fournit à ses fichiers de réglages
c.InteractiveShellApp.extensions = ["autoreload"]
c.InteractiveShellApp.exec_lines = ["%autoreload 2"]
c.HistoryManager.enabled = False
