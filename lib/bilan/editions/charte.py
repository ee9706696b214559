"""La charte de l'État, sur demande : ses fichiers viennent d'un paquet épinglé et ne sont jamais versés au dépôt."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from bilan.erreurs import ErreurUsage
from bilan.projet import Charte, Projet

DOSSIER = Path("gabarits") / "charte-etat"
"""Dossier des fichiers installés, dans `reports/`, que git ignore."""

PAQUET = "@gouvfr/dsfr"
FEUILLES = ("core/core.main.min.css", "component/logo/logo.main.min.css", "component/header/header.main.min.css")
_POLICES = tuple(f"fonts/Marianne-{graisse}.woff2" for graisse in ("Regular", "Regular_Italic", "Medium", "Bold"))
_DECLARATIONS = ("package.json", "package-lock.json")
_CONDITION = (
    "il est réservé aux sites de l'État en « .gouv.fr », avec l'agrément du service d'information du Gouvernement"
)


def installer(projet: Projet, npm: str = "npm") -> list[Path]:
    """Prend les fichiers de la charte dans le paquet que `package-lock.json` épingle, et rend ceux qui sont copiés.

    Lève `ErreurUsage` si `npm` manque ou si le paquet ne s'installe pas ; rien n'est alors copié.
    """
    with tempfile.TemporaryDirectory() as atelier:
        for nom in _DECLARATIONS:
            shutil.copy(projet.racine / nom, atelier)
        commande = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(commande, cwd=atelier, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise ErreurUsage("La charte s'installe avec npm, qui manque : installez le paquet « npm ».") from None
        except subprocess.CalledProcessError as erreur:
            motif = (erreur.stderr.strip().splitlines() or ["npm n'a rien dit"])[-1]
            refus = f"npm n'a pas pu installer « {PAQUET} » ({motif}) ; vérifiez l'accès au registre."
            raise ErreurUsage(refus) from None
        return copier(Path(atelier) / "node_modules" / PAQUET / "dist", projet.reports / DOSSIER)


def copier(dist: Path, destination: Path) -> list[Path]:
    """Copie les quelques fichiers qui servent, au même chemin que dans `dist`, et rend leurs copies."""
    copies = []
    for nom in (*FEUILLES, *_POLICES):
        copie = destination / nom
        copie.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(dist / nom, copie)
        copies.append(copie)
    return copies


def ouvrir(projet: Projet) -> Charte:
    """Rend la charte du projet, prête à habiller le site.

    Lève `ErreurUsage` si le thème « etat » est demandé sans ses fichiers ou sans l'intitulé de son bloc-marque.
    """
    charte = projet.collection.charte
    if charte.theme == "sobre":
        return charte
    if not all((projet.reports / DOSSIER / nom).is_file() for nom in FEUILLES):
        raise ErreurUsage(
            f"Le thème « etat » n'est pas installé ; {_CONDITION} : si c'est votre cas, lancez « bilan charte "
            "installer », sinon écrivez theme = \"sobre\" dans collection.toml."
        )
    if not charte.intitule:
        raise ErreurUsage(
            "Le thème « etat » porte un bloc-marque : donnez son intitulé, ligne par ligne, dans « intitule » de "
            "[charte], dans collection.toml."
        )
    return charte


def poser(projet: Projet, charte: Charte, destination: Path) -> None:
    """Copie dans les `assets` du site les fichiers du thème « etat » ; le thème « sobre » n'en a pas."""
    if charte.theme == "etat":
        shutil.copytree(projet.reports / DOSSIER, destination / "assets" / "etat", dirs_exist_ok=True)
