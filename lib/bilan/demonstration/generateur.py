"""Engendre l'année de démonstration : mêmes graine et taille, mêmes fichiers à l'octet près."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from bilan.demonstration import conventions, copil, cotation, flux, objectifs, publics, regional, saison, suivis
from bilan.demonstration.livraisons import Livraison, ecrire, fraiche
from bilan.demonstration.logements import simuler
from bilan.demonstration.parametres import Parametres, lire_bailleurs
from bilan.demonstration.scene import Scene
from bilan.demonstration.terrain import poser, restreindre
from bilan.demonstration.univers import attendre
from bilan.erreurs import valeur_inconnue
from bilan.projet import Projet
from bilan.referentiel.territoires import Territoires

Taille = Literal["complete", "petite"]

_TABLES = (
    regional.livrer_parc,
    regional.livrer_demandes,
    regional.livrer_agrements,
    cotation.livrer,
    conventions.livrer,
    objectifs.livrer,
    suivis.livrer_soustraits,
    saison.livrer,
    flux.livrer,
    suivis.livrer_caleol,
    publics.livrer,
    copil.livrer,
)


def engendrer(
    projet: Projet, dossier: Path | None = None, graine: int | None = None, taille: Taille = "complete"
) -> pl.DataFrame:
    """Écrit les livraisons fictives dans `dossier` et rend leur manifeste.

    Le dossier par défaut est `data/demonstration/livraisons`, la graine celle de `parametres.toml`. La taille
    « petite » garde huit EPCI et cinq bailleurs, toutes les tables. Lève `ErreurUsage` si la taille est inconnue ou si
    le dossier contient autre chose que des livraisons, `DonneesRefusees` si le calage ou le référentiel manquent.
    """
    if taille not in get_args(Taille):
        raise valeur_inconnue("la taille", taille, get_args(Taille))
    cible = dossier or projet.demonstration / "livraisons"
    fraiche(cible)
    return ecrire(livraisons(monter(projet, graine, taille)), cible)


def monter(projet: Projet, graine: int | None = None, taille: Taille = "complete") -> Scene:
    """Rend la scène de la démonstration : terrain, conventions attendues et logements de l'année."""
    parametres = Parametres.lire(projet.demonstration)
    germe = parametres.graine if graine is None else graine
    collection = projet.collection
    territoires = Territoires.ouvrir(projet.referentiel, millesime=collection.millesime, region=collection.region)
    terrain = poser(territoires, lire_bailleurs(projet.demonstration), parametres, germe)
    if taille == "petite":
        terrain = restreindre(terrain, parametres, germe)
    attendues = attendre(terrain, parametres, germe)
    logements = simuler(terrain, attendues, parametres, germe)
    chiffrees = objectifs.chiffrer(attendues, logements, parametres, germe)
    univers = conventions.signer(chiffrees, parametres, germe)
    return Scene(terrain, univers, logements, parametres, germe)


def livraisons(scene: Scene) -> Iterator[Livraison]:
    """Rend toutes les livraisons de la scène, table par table."""
    return chain.from_iterable(livrer(scene) for livrer in _TABLES)
