"""L'envoi dans un salon (Mattermost, Tchap) par apprise : le texte du courriel, rien de plus.

L'adresse d'un salon contient son jeton : elle n'est ni écrite, ni affichée, pas même dans une erreur.
"""

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bilan.erreurs import ErreurBilan, ErreurUsage
from bilan.notification.forme import Message


def envoyer(adresse: str, rang: int, message: Message) -> None:
    """Envoie le texte du message au salon ; `rang` le désigne dans les messages. Lève `ErreurBilan` s'il ne part pas.

    Lève `ErreurUsage` si l'adresse ne se lit pas ou si apprise n'est pas installé.
    """
    with _sans_journal():
        salon = _apprise().Apprise()
        lue = salon.add(adresse)
        parti = lue and salon.notify(title=message.sujet, body=message.en_texte(), body_format="text")
    if not lue:
        raise ErreurUsage(
            f"L'adresse n° {rang} de la messagerie ne se lit pas ; écrivez-la comme « mmosts://serveur/jeton » "
            "(Mattermost) ou « matrixs://jeton@serveur/!salon:serveur » (Tchap)."
        )
    if not parti:
        raise ErreurBilan(
            f"Le message n'est pas parti vers la messagerie n° {rang} ; vérifiez son adresse, son jeton et le réseau. "
            "Ce qui est fait le reste : « bilan sante » en rend compte."
        )


@contextmanager
def _sans_journal() -> Iterator[None]:
    """Fait taire, le temps d'un envoi, les bibliothèques qui écrivent des adresses, donc des jetons."""
    journaux = [logging.getLogger(nom) for nom in ("apprise", "urllib3")]
    niveaux = [journal.level for journal in journaux]
    for journal in journaux:
        journal.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for journal, niveau in zip(journaux, niveaux, strict=True):
            journal.setLevel(niveau)


def _apprise() -> Any:
    try:
        return importlib.import_module("apprise")
    except ImportError as erreur:
        raise ErreurUsage(
            "La messagerie demande une bibliothèque qui n'est pas installée ; lancez : "
            ".venv/bin/python -m pip install -e '.[messagerie]'"
        ) from erreur
