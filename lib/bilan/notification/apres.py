"""Ce qui encadre une exécution : le stockage repris puis rendu, le relevé gardé, et l'on prévient."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from bilan.erreurs import ErreurBilan, ExecutionEchouee
from bilan.notification import echecs, message
from bilan.notification.envoi import prevenir
from bilan.notification.reglages import Reglages
from bilan.notification.releve import Releve, dernier, garder, relever
from bilan.projet import Projet
from bilan.stockage.emprunt import Emprunt, emprunter

Dire = Callable[[str], object]


@contextmanager
def suivre(projet: Projet, notifier: bool, dire: Dire, periode: str | None = None) -> Iterator[None]:
    """Encadre une exécution : le stockage est repris avant et rendu après, le relevé se garde, un courriel part.

    Sans `notifier`, personne n'est prévenu. Rien de neuf est un succès silencieux. Lève `ErreurUsage` avant de
    commencer si les réglages manquent. Un courriel qui ne part pas ne cache jamais l'échec qu'il devait dire, et
    `bilan sante` le retrouve ; après une réussite, il en est un.
    """
    reglages = None
    try:
        reglages = Reglages.de_l_environnement() if notifier else None
        with emprunter(projet, dire) as emprunt:
            try:
                yield
            except ExecutionEchouee:
                _deposer_quand_meme(emprunt, dire)
                raise
            if emprunt:
                emprunt.deposer()
            _conclure(projet, reglages, dire)
            if emprunt:
                emprunt.deposer()  # le relevé : une autre machine saura ce qui a déjà été annoncé
        echecs.effacer(projet)
    except (Exception, KeyboardInterrupt) as erreur:
        prevenu = reglages is not None and _prevenir_de_l_echec(reglages, erreur, periode or "courante", dire)
        echecs.noter(projet, erreur, prevenu)
        raise


def _conclure(projet: Projet, reglages: Reglages | None, dire: Dire) -> None:
    avant = dernier(projet)
    apres = relever(projet, datetime.now().astimezone(), avant)
    if reglages and (avant is None or _contenu(avant) != _contenu(apres)):
        prevenir(reglages, message.reussite(projet.collection, avant, apres, reglages.lien))
        dire("Courriel envoyé.")
    garder(projet, apres)


def _deposer_quand_meme(emprunt: Emprunt | None, dire: Dire) -> None:
    """Rend au stockage un travail dont des carnets ont échoué : le site est en place ici, il doit l'être là-bas."""
    if emprunt:
        try:
            emprunt.deposer()
        except ErreurBilan as panne:
            dire(f"Attention : {panne.message}")


def _contenu(releve: Releve) -> dict[str, object]:
    return {nom: valeur for nom, valeur in dataclasses.asdict(releve).items() if nom != "quand"}


def _prevenir_de_l_echec(reglages: Reglages, erreur: BaseException, periode: str, dire: Dire) -> bool:
    try:
        prevenir(reglages, message.echec(erreur, periode))
    except ErreurBilan as panne:
        dire(f"Attention : {panne.message}")
        return False
    return True
