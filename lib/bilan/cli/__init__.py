"""La commande `bilan` : elle lit et appelle, sans rien décider."""

from bilan.cli.langue import parler_francais

parler_francais()  # avant de déclarer les commandes : click traduit l'aide de « --version » à la déclaration

from bilan.cli.principal import main  # noqa: E402

__all__ = ["main"]
