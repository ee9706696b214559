"""Ce que l'on garde et ce que l'on purge : jamais le site en place, jamais une version confirmée.

Les durées sont dans `[retention]` de collection.toml ; rien ne se purge de soi-même, il faut le demander.
"""

import shutil
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bilan.editions import bascule
from bilan.editions.publication import versions
from bilan.entrepot import fichiers
from bilan.entrepot.distant import CONTENUS, MANIFESTES, Depot
from bilan.entrepot.runs import EntrepotRuns
from bilan.erreurs import ErreurUsage
from bilan.francais import compter
from bilan.periode import Periode
from bilan.projet import PROFILS, Jeu, Projet
from bilan.stockage import site
from bilan.stockage.miroir import Index

CONFIRMEES = "publications.json"
"""Fichier de l'entrepôt, déposé avec lui : les versions du site que quelqu'un a confirmées."""
_RECUS = ("recus", "retours")


@dataclass(frozen=True)
class Lot:
    """Dossiers à effacer ensemble, et la phrase qui le dit."""

    phrase: str
    chemins: tuple[Path, ...] = ()


def confirmer(projet: Projet, version: str) -> None:
    """Fait de `version` une édition publiée pour toujours."""
    connues = confirmees(projet)
    if version not in connues:
        fichiers.ecrire_json(projet.entrepot / CONFIRMEES, sorted({*connues, version}))


def confirmees(projet: Projet) -> list[str]:
    """Rend les versions confirmées."""
    connues: list[str] = fichiers.lire_json(projet.entrepot / CONFIRMEES, [])
    return connues


def a_purger(projet: Projet, aujourd_hui: date) -> list[Lot]:
    """Rend ce que la règle ne garde plus sur cette machine, sans rien effacer."""
    return [*_brouillons(projet), *_executions(projet, aujourd_hui), *_depots(projet, aujourd_hui)]


def purger(lots: list[Lot]) -> None:
    """Efface ces lots."""
    for chemin in (chemin for lot in lots for chemin in lot.chemins):
        shutil.rmtree(chemin)


def _brouillons(projet: Projet) -> Iterator[Lot]:
    gardees = {*confirmees(projet), *(bascule.courante(projet.reports, profil) for profil in PROFILS)}
    racine = projet.reports / "versions"
    brouillons = [racine / v for v in versions(projet.reports) if v not in gardees]
    par_age = sorted(brouillons, key=lambda dossier: dossier.stat().st_mtime, reverse=True)
    for dossier in par_age[projet.collection.retention.brouillons :]:
        yield Lot(f"version jamais confirmée du site : {dossier.name}", (dossier,))


def _executions(projet: Projet, aujourd_hui: date) -> Iterator[Lot]:
    limite = _mois_avant(aujourd_hui, projet.collection.retention.executions_mois)
    for jeu in Jeu:
        magasin = EntrepotRuns(projet.entrepot, jeu)
        valent = {c for p in PROFILS for c in EntrepotRuns(projet.entrepot, jeu, p).cles().values()}
        remplacees = tuple(
            page.parent
            for page in sorted(magasin.racine.glob("*/page.json"))
            if page.parent.name not in valent and date.fromtimestamp(page.stat().st_mtime) < limite
        )
        if remplacees:
            yield Lot(f"{jeu} : {compter(len(remplacees), 'exécution remplacée', 'exécutions remplacées')}", remplacees)


def _depots(projet: Projet, aujourd_hui: date) -> Iterator[Lot]:
    retention = projet.collection.retention
    for dossier in sorted((projet.racine / "data" / "depots").glob("*")):
        try:
            fin = Periode.lire(dossier.name).fin
        except ErreurUsage:
            continue
        comite = min((jour for jour in retention.comites if jour > fin), default=None)
        recus = tuple(dossier / nom for nom in _RECUS if (dossier / nom).is_dir())
        if recus and comite and comite < _mois_avant(aujourd_hui, retention.depots_mois):
            yield Lot(f"fichiers reçus et retours de {dossier.name}, comité du {comite:%d/%m/%Y}", recus)


def _mois_avant(jour: date, mois: int) -> date:
    annee, rang = divmod(jour.year * 12 + jour.month - 1 - mois, 12)
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))


def orphelins(projet: Projet, depot: Depot) -> dict[tuple[str, str], list[str]]:
    """Rend, par nature (au singulier, au pluriel), les fichiers du stockage à effacer.

    Ce sont ceux que rien ne nomme plus, ou que la règle ne garde plus. À n'appeler que stockage réservé :
    un dépôt en cours a des contenus que rien ne nomme encore.
    """
    gardes = [manifeste for manifeste, _ in Index.lire(depot).etats()][: projet.collection.retention.etats_distants]
    nommes = {empreinte for manifeste in gardes for empreinte in depot.lire_manifeste(manifeste).values()}
    perimees = site.anciennes(depot, projet.collection.retention.brouillons, set(confirmees(projet)))
    manifestes = [f"{MANIFESTES}/{nom}" for nom in depot.lister(MANIFESTES) if Path(nom).stem not in gardes]
    contenus = [f"{CONTENUS}/{nom}" for nom in depot.lister(CONTENUS) if nom not in nommes]
    pages = [f"{site.VERSIONS}/{v}/{nom}" for v in perimees for nom in depot.lister(f"{site.VERSIONS}/{v}")]
    return {
        ("manifeste", "manifestes"): manifestes,
        ("contenu", "contenus"): contenus,
        ("fichier du site", "fichiers du site"): pages,
    }
