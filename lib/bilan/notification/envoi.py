"""Prévenir par tous les moyens réglés : le courriel d'abord, puis chaque salon ; l'un en panne n'arrête pas l'autre."""

from bilan.erreurs import ErreurBilan
from bilan.notification import courriel, messagerie
from bilan.notification.forme import Message
from bilan.notification.reglages import Reglages


def prevenir(reglages: Reglages, message: Message) -> None:
    """Envoie ce message partout ; lève `ErreurBilan`, une fois tout essayé, avec ce qui n'est pas parti."""
    pannes: list[str] = []
    try:
        courriel.envoyer(reglages, message)
    except ErreurBilan as panne:
        pannes.append(panne.message)
    for rang, adresse in enumerate(reglages.messageries, start=1):
        try:
            messagerie.envoyer(adresse, rang, message)
        except ErreurBilan as panne:
            pannes.append(panne.message)
    if pannes:
        raise ErreurBilan(" ".join(pannes))
