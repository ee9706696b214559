"""Suivre un document à la lettre : un dépôt à copier, ses blocs de commandes, ses recettes systemd et cron.

L'environnement Python des essais sert d'environnement installé : tout le reste se fait tel que c'est écrit.
"""

import configparser
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

RACINE = Path(__file__).parents[1]
EXPLOITATION = (RACINE / "docs" / "exploitation.md").read_text(encoding="utf-8")
_PROJET = "/srv/bilan/projet"
_QUI = ("-c", "user.name=essai", "-c", "user.email=essai@exemple.invalid")
_CROCHET = """#!/bin/sh
mkdir .venv && ln -s "$ENVIRONNEMENT_INSTALLE"/* .venv/ && touch .venv/.installe
"""


def blocs(langue: str, texte: str = EXPLOITATION) -> list[str]:
    """Rend les blocs de code d'une langue, dans l'ordre du document."""
    return re.findall(rf"```{langue}\n(.*?)```", texte, re.DOTALL)


def section(titre: str) -> str:
    """Rend le texte de la section du document d'exploitation qui porte ce titre."""
    return EXPLOITATION.partition(f"\n## {titre}")[2].partition("\n## ")[0]


def verser(dossier: Path) -> Path:
    """Rend un dépôt git de ce que l'on verserait du projet tel qu'il est ici : ni plus, ni moins."""
    noms = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=RACINE, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for nom in filter(None, noms):
        if (RACINE / nom).is_file():
            (dossier / nom).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(RACINE / nom, dossier / nom)
    return dossier


def graver(depot: Path) -> None:
    """Enregistre le dépôt : on peut le copier."""
    for commande in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Premier"]):
        subprocess.run(["git", *_QUI, *commande], cwd=depot, check=True)


@dataclass
class Poste:
    """Un serveur neuf : le dossier du compte, qui tient aussi lieu de /etc, et le projet qu'on y copie."""

    maison: Path

    @property
    def projet(self) -> Path:
        """Dossier du projet, là où le document dit de le copier."""
        return self.maison / Path(_PROJET).name

    @property
    def code(self) -> dict[str, str]:
        """Variable qui fait servir le code de la copie, et non celui de l'environnement emprunté."""
        return {"PYTHONPATH": str(self.projet / "lib")}

    def installer(self, depot: Path) -> None:
        """Lance, dans l'ordre, les commandes de la section « Installer » ; celles de l'administrateur sont à lui."""
        modele = self.maison / "modele" / "hooks"
        modele.mkdir(parents=True)
        (modele / "post-checkout").write_text(_CROCHET, encoding="utf-8")
        (modele / "post-checkout").chmod(0o755)
        avec = {"GIT_TEMPLATE_DIR": str(modele.parent), "ENVIRONNEMENT_INSTALLE": sys.prefix}
        (bloc,) = blocs("sh", section("Installer"))
        for ligne in bloc.splitlines():
            if not ligne.startswith("sudo "):
                fait = self.lancer(ligne.replace("ADRESSE_DU_DEPOT", str(depot)), self.maison, avec)
                assert fait.returncode == 0, f"{ligne}\n{fait.stderr[-1500:]}"

    def regler(self, valeurs: dict[str, str]) -> None:
        """Écrit les variables que donne le document, avec ces valeurs : bilan.env, et bilan.env.sh pour cron."""
        (bloc,) = blocs("sh", section("Prévenir"))
        nommees = [ligne.partition("=")[0] for ligne in bloc.splitlines()]
        assert set(nommees) == valeurs.keys(), f"le document donne {nommees}"
        lignes = [f"{nom}={valeurs[nom]}\n" for nom in nommees]
        (self.maison / "bilan.env").write_text("".join(lignes), encoding="utf-8")
        assert "chaque ligne précédée de `export`" in section("cron")
        (self.maison / "bilan.env.sh").write_text("".join(f"export {ligne}" for ligne in lignes), encoding="utf-8")

    def demarrer(self, unite: str) -> int:
        """Fait ce que ferait systemd d'un service du document ; rend son code de sortie, une fois OnFailure lancé."""
        lue = _unite(unite)
        service = {nom: self._d_ici(valeur) for nom, valeur in lue["Service"].items()}
        reglees = Path(service["EnvironmentFile"]).read_text(encoding="utf-8").splitlines()
        variables = dict(ligne.split("=", 1) for ligne in reglees)
        fait = self.lancer(f"exec {service['ExecStart']}", Path(service["WorkingDirectory"]), variables)
        if fait.returncode != 0 and (suite := lue["Unit"].get("OnFailure")):
            self.demarrer(suite)
        return fait.returncode

    def sonner(self, rang: int) -> int:
        """Lance la ligne de cron de ce rang, comme cron ; rend son code de sortie."""
        (lignes,) = blocs("cron")
        commande = lignes.splitlines()[rang].split(maxsplit=5)[5]
        return self.lancer(self._d_ici(commande), self.maison, {}).returncode

    def _d_ici(self, ecrit: str) -> str:
        """Rend ce que le document écrit, ses deux dossiers étant ceux de ce poste."""
        return ecrit.replace(_PROJET, str(self.projet)).replace("/etc/", f"{self.maison}/")

    def lancer(self, ligne: str, ici: Path, avec: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Lance une ligne de commande dans un environnement presque vide, avec le code de la copie."""
        environnement = {"PATH": os.environ["PATH"], "HOME": str(self.maison), "LANG": "C.UTF-8", **self.code, **avec}
        return subprocess.run(
            ["sh", "-c", ligne], cwd=ici, env=environnement, capture_output=True, text=True, check=False
        )


def _unite(nom: str) -> configparser.ConfigParser:
    apres = EXPLOITATION.partition(f"`/etc/systemd/system/{nom}` :")[2]
    assert apres, f"le document n'écrit pas {nom}"
    unite = configparser.ConfigParser(interpolation=None)
    unite.optionxform = str  # type: ignore[assignment]
    unite.read_string(blocs("ini", apres)[0])
    return unite
