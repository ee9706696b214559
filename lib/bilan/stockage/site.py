"""Le site au stockage : un dossier par version, puis `courant.json` et la page d'entrée, récrits en dernier.

Chaque profil a les siens : `courant-public.json` et `index-public.html` pour le public.
"""

import json
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from bilan.editions.publication import profil_de
from bilan.entrepot import fichiers
from bilan.entrepot.distant import Depot, verifier_noms
from bilan.erreurs import StockageIndisponible
from bilan.projet import INTERNE, PROFILS, Projet, nom_de_profil

DOSSIER = "reports"
VERSIONS = f"{DOSSIER}/versions"
_CHANTIERS = ".construction"
_PAGE = """\
<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Bilan régional</title>
<meta http-equiv="refresh" content="0; url=versions/{version}/index.html"></head>
<body><p><a href="versions/{version}/index.html">Lire le bilan en place, version {version}</a></p></body></html>
"""


def _courant(profil: str) -> str:
    return f"{DOSSIER}/{nom_de_profil('courant', profil)}.json"


def _entree(profil: str) -> str:
    return f"{DOSSIER}/{nom_de_profil('index', profil)}.html"


def en_place(depot: Depot, profil: str = INTERNE) -> str | None:
    """Rend la version du site d'un profil qui se lit au stockage, rien s'il n'y en a pas."""
    dit = depot.lire_json(_courant(profil))
    return str(dit["version"]) if dit else None


def deposer(projet: Projet, depot: Depot, version: str) -> int:
    """Dépose la version et la met en place, au profil dont elle est ; rend le nombre de fichiers envoyés.

    Les fichiers de la version d'abord, sa page d'accueil après eux ; une version déjà là entière ne repart pas.
    """
    local = projet.reports / "versions" / version
    noms = {chemin.relative_to(local).as_posix(): chemin for chemin in sorted(local.rglob("*")) if chemin.is_file()}
    presents = depot.lister(f"{VERSIONS}/{version}")
    manquent = {nom: chemin for nom, chemin in noms.items() if presents.get(nom) != chemin.stat().st_size}
    accueil = {nom: manquent.pop(nom) for nom in ["index.html"] if nom in manquent}
    for lot in (manquent, accueil):
        depot.envoyer({f"{VERSIONS}/{version}/{nom}": chemin for nom, chemin in lot.items()})
    courant, entree = _courant(profil_de(version)), _entree(profil_de(version))
    dit = depot.lire_json(courant) or {"version": None, "successives": []}
    if dit["version"] != version:
        contenu = {
            "version": version,
            "fichiers": {nom: fichiers.empreinte_fichier(chemin) for nom, chemin in noms.items()},
            "successives": [version, *(v for v in dit["successives"] if v != version)],
        }
        depot.ecrire(courant, json.dumps(contenu, ensure_ascii=False).encode())
    page = _PAGE.format(version=escape(version)).encode()
    if (lue := depot.lire(entree)) is None or lue.octets != page:
        depot.ecrire(entree, page)
    return len(manquent) + len(accueil)


def anciennes(depot: Depot, gardees: int, confirmees: set[str]) -> list[str]:
    """Rend les versions du stockage à purger : ni en place, ni confirmées, ni parmi les `gardees` dernières autres.

    Les `gardees` se comptent profil par profil.
    """
    presentes = {nom.split("/", 1)[0] for nom in depot.lister(VERSIONS)}
    dits = [depot.lire_json(_courant(profil)) or {"version": None, "successives": []} for profil in PROFILS]
    return [
        version for dit in dits
        for version in [v for v in dit["successives"] if v in presentes - confirmees - {dit["version"]}][gardees:]
    ]  # fmt: skip


def retirer(depot: Depot, profil: str = INTERNE) -> None:
    """Ôte le site en place d'un profil ; ses versions restent."""
    depot.effacer([_entree(profil), _courant(profil)])


def recuperer(projet: Projet, depot: Depot) -> list[str]:
    """Range ici la version de chaque profil en place au stockage, si elle manque ; rend les noms de celles rangées.

    Lève `StockageIndisponible` si un fichier en a été altéré : sa version n'est alors pas rangée.
    """
    return [version for profil in PROFILS if (version := _recuperer(projet, depot, profil))]


def _recuperer(projet: Projet, depot: Depot, profil: str) -> str | None:
    dit: dict[str, Any] | None = depot.lire_json(_courant(profil))
    if dit is None or (projet.reports / "versions" / dit["version"]).is_dir():
        return None
    version, prefixe, atelier = str(dit["version"]), f"{VERSIONS}/{dit['version']}", projet.reports / _CHANTIERS
    verifier_noms([version, *dit["fichiers"]], depot.adresse)
    atelier.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=atelier) as provisoire:
        chantier = Path(provisoire) / "site"
        depot.recevoir({f"{prefixe}/{nom}": _place(chantier, nom) for nom in dit["fichiers"]})
        alteres = [n for n, e in dit["fichiers"].items() if fichiers.empreinte_fichier(chantier / n) != e]
        if alteres:
            raise StockageIndisponible(
                f"La version {version} du site a été altérée dans le stockage « {depot.adresse} » ({alteres[0]}) ; "
                "effacez-y son dossier, puis lancez « bilan stockage deposer » d'une machine qui l'a."
            )
        (projet.reports / "versions").mkdir(exist_ok=True)
        chantier.replace(projet.reports / "versions" / version)
    return version


def _place(chantier: Path, nom: str) -> Path:
    (chantier / nom).parent.mkdir(parents=True, exist_ok=True)
    return chantier / nom
