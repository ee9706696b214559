"""Les états publiés : ce qu'une édition disait et ce dont elle venait, gardés pour y comparer la suivante.

Rien ici n'importe polars : choisir l'état auquel on se compare se fait d'après des fichiers JSON.
"""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bilan.entrepot import fichiers
from bilan.projet import INTERNE, Jeu, Projet, nom_de_profil

GARDES = 10
"""États gardés par jeu, et autant de documents de travail ; les éditions versées dans `reports/publies` en sus."""

_TRAVAIL = "-travail"

FICHIER, MESURES = "etat.json", "mesures.parquet"


@dataclass(frozen=True)
class EtatPublie:
    """Ce dont une édition venait : période, date de ce que l'on savait, millésime, code, et ses empreintes.

    `entrees` porte l'empreinte du code, des règles, de la géographie et des corrections déclarées ; `empreinte` celle
    de tout ce dont les mesures viennent. Les dates s'écrivent en ISO.
    """

    jeu: str
    periode: str
    connu_le: str
    millesime: int
    empreinte: str
    entrees: dict[str, str]

    def changees(self, entrees: dict[str, str]) -> frozenset[str]:
        """Rend les noms des entrées qui ne sont plus celles-ci."""
        return frozenset(nom for nom in entrees if self.entrees.get(nom) != entrees[nom])


@dataclass(frozen=True)
class EtatGarde:
    """État gardé et le dossier où il l'est ; `edition` nomme l'édition versée au dépôt, s'il vient de là."""

    dossier: Path
    etat: EtatPublie
    edition: str = ""

    @property
    def est_de_travail(self) -> bool:
        """Vrai pour l'état d'un document de travail, que rien n'a encore publié."""
        return self.dossier.name.endswith(_TRAVAIL)

    @property
    def mesures(self) -> Path:
        """Mesures de l'état, en Parquet."""
        return self.dossier / MESURES


class EntrepotEtats:
    """États publiés d'un jeu : ceux de cette machine, et ceux des éditions versées dans `reports/publies`.

    Ceux du profil public sont à part, et les publiés tous gardés : ce qui a été dit au public ne s'oublie pas.
    """

    def __init__(self, projet: Projet, jeu: Jeu, profil: str = INTERNE) -> None:
        self.jeu, self.profil = jeu, profil
        self.racine = projet.entrepot / jeu.value / nom_de_profil("etats", profil)
        self.publies = projet.reports / "publies"

    def tous(self) -> list[EtatGarde]:
        """Rend les états, du plus ancien au plus récent : les versés d'abord, puis ceux de cette machine."""
        versees = self.publies.glob(f"*/{nom_de_profil('etat', self.profil)}/{self.jeu}")
        return [*self._lire(versees, versee=True), *self._lire(self.racine.glob("*"))]

    def reference(self, apres: EtatPublie, connu_le: str | None) -> EtatGarde | None:
        """Rend l'état auquel comparer `apres` : un autre que lui, connu à la date dite si elle l'est.

        C'est le dernier publié ; à défaut, le dernier document de travail.
        """
        autres = [g for g in self.tous() if g.etat.empreinte != apres.empreinte]
        voulus = [g for g in autres if (g.etat.connu_le == connu_le if connu_le else g.etat.connu_le <= apres.connu_le)]
        publies = [garde for garde in voulus if not garde.est_de_travail]
        return next(reversed(publies or voulus), None)

    def publies_avant(self, empreinte: str) -> list[EtatGarde]:
        """Rend les états publiés qui viennent d'autre chose que `empreinte`, du plus ancien au plus récent."""
        return [g for g in self.tous() if not g.est_de_travail and g.etat.empreinte != empreinte]

    def retenir(self, etat: EtatPublie, mesures: Path, document_de_travail: bool = False) -> None:
        """Garde l'état d'une édition mise en place ; le même deux fois de suite n'est gardé qu'une.

        Celui d'un document de travail devient publié quand il l'est.
        """
        gardes = list(self._lire(self.racine.glob("*")))
        if gardes and gardes[-1].etat == etat:
            if gardes[-1].est_de_travail and not document_de_travail:
                gardes[-1].dossier.rename(self.racine / gardes[-1].dossier.name.removesuffix(_TRAVAIL))
            return
        rang = int(gardes[-1].dossier.name.split("-")[0]) + 1 if gardes else 1
        ecrire(self.racine / f"{rang:06d}-{etat.connu_le}{_TRAVAIL if document_de_travail else ''}", etat, mesures)
        anciens = [garde for garde in gardes if garde.est_de_travail == document_de_travail]
        tous = self.profil != INTERNE and not document_de_travail
        for ancien in [] if tous else anciens[: max(0, len(anciens) + 1 - GARDES)]:
            shutil.rmtree(ancien.dossier)

    def _lire(self, dossiers: Iterator[Path], versee: bool = False) -> Iterator[EtatGarde]:
        for dossier in sorted(d for d in dossiers if (d / FICHIER).is_file()):
            etat = EtatPublie(**fichiers.lire_json(dossier / FICHIER, {}))
            yield EtatGarde(dossier, etat, dossier.parents[1].name if versee else "")


def ecrire(dossier: Path, etat: EtatPublie, mesures: Path) -> None:
    """Écrit un état dans son dossier : les mesures d'abord, ce qui le fait exister ensuite."""
    dossier.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(mesures, dossier / MESURES)
    fichiers.ecrire_json(dossier / FICHIER, asdict(etat))
