"""Un décor pour les essais qui lancent la vraie commande : une copie du projet, à quelques bailleurs fictifs."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RACINE = Path(__file__).parents[1]
_DOSSIERS = ("data/referentiel", "data/publie", "data/demonstration", "data/correspondances", "notebooks",
             "reports/gabarits", "commentaires", "docs")  # fmt: skip
_FICHIERS = ("collection.toml", "copil.toml", "requirements.lock", "pyproject.toml", "Makefile",
             "data/approbations.csv")  # fmt: skip
_CONSTRUIT = shutil.ignore_patterns("livraisons", ".ipynb_checkpoints")


@dataclass
class Decor:
    """Copie du projet où l'on joue : sa racine, et l'environnement que reçoit chaque commande."""

    racine: Path
    environnement: dict[str, str] = field(default_factory=dict)

    @classmethod
    def monter(cls, racine: Path, bailleurs: int = 3, carnets: Sequence[str] = ()) -> "Decor":
        """Copie le projet sans ce qui se construit ; ne garde que les premiers bailleurs, et les carnets nommés."""
        for nom in _DOSSIERS:
            if (RACINE / nom).is_dir():
                shutil.copytree(RACINE / nom, racine / nom, ignore=_CONSTRUIT, dirs_exist_ok=True)
        for nom in _FICHIERS:
            shutil.copy(RACINE / nom, racine / nom)
        decor = cls(racine)
        decor.limiter(bailleurs, carnets)
        return decor

    def limiter(self, bailleurs: int, carnets: Sequence[str] = ()) -> None:
        """Ne garde que les premiers bailleurs fictifs, et les carnets nommés s'il y en a."""
        liste = self.racine / "data" / "demonstration" / "bailleurs.csv"
        liste.write_text("".join(liste.read_text(encoding="utf-8").splitlines(True)[: bailleurs + 1]), encoding="utf-8")
        if carnets:
            self.reduire(carnets)

    def reduire(self, carnets: Sequence[str]) -> None:
        """Ne garde dans collection.toml que les carnets nommés."""
        chemin = self.racine / "collection.toml"
        tete, *tables = chemin.read_text(encoding="utf-8").split("[[carnets]]\n")
        gardees = [table for table in tables if any(f'nom = "{nom}"' in table for nom in carnets)]
        assert len(gardees) == len(carnets), f"carnets inconnus parmi {carnets}"
        chemin.write_text("[[carnets]]\n".join([tete, *gardees]), encoding="utf-8")

    def lancer(self, *arguments: str, tuer_apres_s: float | None = None) -> "Issue":
        """Lance `bilan` ; `tuer_apres_s` tue alors tout le groupe."""
        commande = subprocess.Popen(
            [str(Path(sys.executable).parent / "bilan"), *arguments],
            cwd=self.racine, env=self._environnement(), text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            sortie, erreurs = commande.communicate(timeout=tuer_apres_s)
        except subprocess.TimeoutExpired:
            os.killpg(commande.pid, signal.SIGKILL)
            sortie, erreurs = commande.communicate()
        return Issue(commande.returncode, sortie, erreurs)

    def _environnement(self) -> Mapping[str, str]:
        return {**os.environ, "BILAN_RACINE": str(self.racine), **self.environnement}


@dataclass(frozen=True)
class Issue:
    """Ce qu'une commande a rendu : code de sortie, sortie, erreurs ; les espaces insécables y sont ordinaires."""

    code: int
    sortie: str
    erreurs: str

    def __post_init__(self) -> None:
        for nom in ("sortie", "erreurs"):
            object.__setattr__(self, nom, secables(getattr(self, nom)))


def secables(texte: str) -> str:
    """Rend le texte, ses espaces insécables devenues ordinaires."""
    return texte.replace("\u202f", " ").replace("\u00a0", " ")
