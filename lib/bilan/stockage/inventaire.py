"""L'inventaire de l'entrepôt : l'empreinte de chaque fichier qui va au stockage."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bilan.carnets.journal import FICHIER as JOURNAL
from bilan.entrepot import fichiers
from bilan.erreurs import DonneesRefusees
from bilan.projet import Projet
from bilan.stockage.etat import DOSSIER

_LOCAUX = frozenset({"execution.json", "echec.json", "en_cours", "grappe"})
"""Ce qui ne vaut que sur cette machine : qui travaille, dernier échec, copies en cours, dépôt de la grappe."""


class Inventaire:
    """Fichiers de l'entrepôt et leurs empreintes ; n'en relit que ceux dont la taille ou la date a changé."""

    def __init__(self, projet: Projet) -> None:
        self._racine = projet.entrepot
        self._cache = projet.entrepot / DOSSIER / "inventaire.json"
        self._instantane = projet.entrepot / DOSSIER / JOURNAL

    def relever(self) -> dict[str, str]:
        """Rend l'empreinte de chaque fichier, par son nom relatif à l'entrepôt."""
        connus: dict[str, list[object]] = fichiers.lire_json(self._cache, {})
        vus: dict[str, list[object]] = {}
        self._figer_le_journal()
        for nom in self._noms():
            etat = self.chemin(nom).stat()
            marque: list[object] = [etat.st_size, etat.st_mtime_ns]
            connu = connus.get(nom)
            meme = connu is not None and connu[1:] == marque
            vus[nom] = connu if connu and meme else [fichiers.empreinte_fichier(self.chemin(nom)), *marque]
        if vus != connus:
            fichiers.ecrire_json(self._cache, vus)
        return {nom: str(vu[0]) for nom, vu in vus.items()}

    def chemin(self, nom: str) -> Path:
        """Rend où lire ce fichier : le journal se lit dans son instantané."""
        return self._instantane if nom == JOURNAL else self._racine / nom

    def poser(self, nom: str, recu: Path) -> None:
        """Met un fichier reçu à sa place, d'un coup."""
        cible = self._racine / nom
        if nom == JOURNAL:
            for suffixe in ("-wal", "-shm"):
                cible.with_name(nom + suffixe).unlink(missing_ok=True)
        with fichiers.remplacement(cible) as a_cote:
            shutil.copyfile(recu, a_cote)

    def ecarter(self, nom: str, vers: Path) -> None:
        """Range un fichier local dans `vers`, hors du miroir."""
        (vers / nom).parent.mkdir(parents=True, exist_ok=True)
        (self._racine / nom).replace(vers / nom)

    def oter(self, nom: str) -> None:
        """Efface un fichier local, et son dossier s'il se vide."""
        chemin = self._racine / nom
        chemin.unlink(missing_ok=True)
        if chemin.parent.is_dir() and not any(chemin.parent.iterdir()):
            chemin.parent.rmdir()

    def _noms(self) -> Iterator[str]:
        for chemin in sorted(self._racine.rglob("*")):
            nom = chemin.relative_to(self._racine)
            cache = any(partie.startswith(".") for partie in nom.parts) or nom.parts[0] in _LOCAUX
            if not cache and not nom.name.endswith(("-wal", "-shm")) and chemin.is_file():
                yield nom.as_posix()

    def _figer_le_journal(self) -> None:
        """Copie le journal par SQLite : ses dernières lignes sont peut-être encore dans son fichier d'à côté."""
        journal = self._racine / JOURNAL
        if not journal.is_file():
            return
        try:
            with (
                fichiers.remplacement(self._instantane) as a_cote,
                closing(sqlite3.connect(journal)) as source,
                closing(sqlite3.connect(a_cote)) as copie,
            ):
                source.backup(copie)
        except sqlite3.Error as erreur:
            raise DonneesRefusees(
                f"Le journal « {JOURNAL} » ne peut pas être copié ({erreur}) ; libérez de la place ou mettez-le de "
                "côté, puis relancez : il se reconstitue d'après les exécutions gardées."
            ) from erreur
