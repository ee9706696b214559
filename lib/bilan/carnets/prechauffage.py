"""Le préchauffage du parent : ce que tout carnet importe ou lit, fait une fois avant le premier enfant.

Les bibliothèques de dessin, longues à importer, ne le sont que si un carnet s'en sert : une exécution ne dessine pas,
les images se font plus tard.
"""

import contextlib
import importlib
import os
import pickle
import pkgutil
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from bilan.imports import sans_inutiles

if TYPE_CHECKING:
    from pathlib import Path

    from bilan.referentiel.territoires import Territoires

D_ABORD = (
    "polars",
    "papermill.execute",
    "papermill.clientwrap",
    "nbclient.util",
    "nbformat.v4",
    "bilan.carnets.enfant",
    "bilan.carnets.ouverture",
    "bilan.referentiel.territoires",
    "bilan.figures.sujets",
)
"""Ce dont tout carnet se sert : importé avant le premier enfant. Les sous-modules de `bilan.figures.sujets` suivent."""


def chauffer(dessin: Iterable[str] = ()) -> None:
    """Importe ce que tout carnet importe, puis `dessin`, et remplit les caches qui ne lancent aucun fil d'exécution."""
    with sans_inutiles():
        for module in D_ABORD:
            importlib.import_module(module)
    territoires = _Ailleurs(lire_les_territoires)
    _importer_les_sujets()
    import nbformat

    from bilan.francais import date_longue, nombre

    nombre(0.5)
    date_longue(date(2025, 1, 1))
    nbformat.validate({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for module in dessin:
        with _sans_s_arreter():
            importlib.import_module(module)
            _DESSIN.get(module, _rien)()
    if (lus := territoires.rendre()) is not None:
        from bilan.referentiel.territoires import garder

        garder(*lus)


def _importer_les_sujets() -> None:
    import bilan.figures.sujets as sujets

    for module in pkgutil.iter_modules(sujets.__path__, f"{sujets.__name__}."):
        with _sans_s_arreter():
            importlib.import_module(module.name)


def _sans_s_arreter() -> contextlib.AbstractContextManager[None]:
    """Passe sur un module qui ne s'importe pas : le carnet qui s'en sert le dira, et lui seul échouera."""
    return contextlib.suppress(Exception)


def _rien() -> None:
    """Ce que demande un module qu'il suffit d'importer."""


def _chauffer_altair() -> None:
    import pandas as pd
    from altair import Chart

    Chart(pd.DataFrame({"x": [1]})).mark_bar().encode(x="x:Q").to_dict()


def _chauffer_les_fonds() -> None:
    from bilan.erreurs import ErreurBilan
    from bilan.projet import Projet
    from bilan.referentiel.geometries import Fonds

    try:
        projet = Projet.trouver()
        Fonds.ouvrir(projet.referentiel, region=projet.collection.region)
    except ErreurBilan:
        return  # hors d'un projet, ou sans ses fonds : le carnet qui en a besoin le dira lui-même


def lire_les_territoires() -> "tuple[Path, Territoires] | None":
    """Rend le dossier du référentiel et les territoires de la collection ; None hors d'un projet."""
    from bilan.erreurs import ErreurBilan
    from bilan.projet import Projet
    from bilan.referentiel.territoires import Territoires

    try:
        projet = Projet.trouver()
        collection = projet.collection
        return projet.referentiel, Territoires.ouvrir(projet.referentiel, collection.millesime, collection.region)
    except ErreurBilan:
        return None  # hors d'un projet, ou sans son référentiel : le carnet qui en a besoin le dira lui-même


class _Ailleurs:
    """Un calcul fait dans un enfant pendant que ce processus poursuit : il peut interroger polars, lui.

    Ce processus n'en reçoit que le résultat : recevoir une table, mesuré, ne lance aucun fil d'exécution.
    """

    def __init__(self, calcul: Callable[[], Any]) -> None:
        lecture, ecriture = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._calculer(calcul, ecriture)
        os.close(ecriture)
        self._lecture = lecture

    def rendre(self) -> Any:
        """Rend le résultat ; None si le calcul n'a pas abouti."""
        with os.fdopen(self._lecture, "rb") as lecture:
            recu = lecture.read()
        os.waitpid(self._pid, 0)
        return pickle.loads(recu) if recu else None

    @staticmethod
    def _calculer(calcul: Callable[[], Any], ecriture: int) -> None:
        try:
            resultat = pickle.dumps(calcul())
            with os.fdopen(ecriture, "wb") as tube:
                tube.write(resultat)
        finally:
            os._exit(0)


_DESSIN: dict[str, Callable[[], None]] = {"altair": _chauffer_altair, "geopandas": _chauffer_les_fonds}
