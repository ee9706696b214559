"""Ce qui suit une exécution : garder le relevé, et prévenir si quelque chose a changé ou échoué."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from bilan.erreurs import ErreurBilan
from bilan.notification import message
from bilan.notification.courriel import envoyer
from bilan.notification.reglages import Reglages
from bilan.notification.releve import Releve, dernier, garder, relever
from bilan.projet import Projet

Dire = Callable[[str], object]


@contextmanager
def suivre(projet: Projet, notifier: bool, dire: Dire, periode: str | None = None) -> Iterator[None]:
    """Encadre une exécution : le relevé se garde si elle réussit, un courriel part si l'on a demandé à `notifier`.

    Rien de neuf est un succès silencieux. Lève `ErreurUsage` avant de commencer si les réglages manquent. Un courriel
    qui ne part pas ne cache jamais l'échec qu'il devait dire ; après une réussite, il en est un.
    """
    reglages = Reglages.de_l_environnement() if notifier else None
    try:
        yield
    except (Exception, KeyboardInterrupt) as erreur:
        if reglages:
            _prevenir_de_l_echec(reglages, erreur, periode or "courante", dire)
        raise
    avant = dernier(projet)
    apres = relever(projet, datetime.now().astimezone(), avant)
    if reglages and (avant is None or _contenu(avant) != _contenu(apres)):
        envoyer(reglages, *message.reussite(projet.collection, avant, apres, reglages.lien))
        dire("Courriel envoyé.")
    garder(projet, apres)


def _contenu(releve: Releve) -> dict[str, object]:
    return {nom: valeur for nom, valeur in dataclasses.asdict(releve).items() if nom != "quand"}


def _prevenir_de_l_echec(reglages: Reglages, erreur: BaseException, periode: str, dire: Dire) -> None:
    try:
        envoyer(reglages, *message.echec(erreur, periode))
    except ErreurBilan as panne:
        dire(f"Attention : {panne.message}")
