"""Le manifeste des livraisons : qui a livré quoi, quand on l'a su, ce qui vaut à une date. Sans polars."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from bilan.entrepot import fichiers
from bilan.erreurs import valeur_inconnue


@dataclass(frozen=True, slots=True)
class Livraison:
    """Ce que l'on sait d'un fichier livré : émetteur, période, date d'arrêté, date où on l'a connu, empreinte."""

    emetteur: str
    periode: str
    date_arrete: date
    date_connue: date
    fichier: str
    empreinte: str


@dataclass(frozen=True, slots=True)
class Entree:
    """Une livraison enregistrée : sa table, son fichier Parquet, et son retrait s'il y en a eu un.

    `remplace_sur` nomme ce qui identifie la place de la livraison : la dernière connue à cette place l'emporte.
    """

    livraison_id: str
    table: str
    lignes: int
    livraison: Livraison
    remplace_sur: tuple[str, ...] = ("emetteur", "periode")
    retiree_le: date | None = None
    motif_retrait: str = ""

    @property
    def parquet(self) -> str:
        """Chemin du fichier Parquet, relatif au dossier des tables."""
        return f"{self.table}/{self.livraison_id}.parquet"

    @property
    def lignage(self) -> str:
        """Chemin du lignage (Parquet), relatif au dossier des tables ; le fichier n'existe pas toujours."""
        return f"{self.table}/{self.livraison_id}.lignage"

    @property
    def tranches(self) -> str:
        """Chemin de l'index de ses tranches, relatif au dossier des tables ; seules certaines tables en ont."""
        return f"{self.table}/{self.livraison_id}.tranches.json"

    @property
    def place(self) -> tuple[str, ...]:
        """Table et place que la livraison occupe."""
        return (self.table, *(str(getattr(self.livraison, champ)) for champ in self.remplace_sur))

    def est_connue(self, connu_le: date | None) -> bool:
        """Vrai si la livraison était connue, et non retirée, au jour dit ; à ce jour-ci si `connu_le` manque."""
        if connu_le is None:
            return self.retiree_le is None
        retiree = self.retiree_le is not None and self.retiree_le <= connu_le
        return self.livraison.date_connue <= connu_le and not retiree


@dataclass(frozen=True, slots=True)
class Manifeste:
    """Toutes les livraisons d'un jeu, dans l'ordre de leur enregistrement. On y ajoute, on n'y efface rien."""

    entrees: tuple[Entree, ...] = ()

    @classmethod
    def ouvrir(cls, chemin: Path) -> Self:
        """Rend le manifeste enregistré, vide s'il n'existe pas encore ; lève `DonneesRefusees` s'il est abîmé.

        Un fichier inchangé n'est lu qu'une fois par processus : chaque lecture d'une table commence ici.
        """
        try:
            etat = chemin.stat()
        except FileNotFoundError:
            return cls()
        # On ne l'écrit jamais sur place : un manifeste changé est un autre fichier.
        return cls(_entrees(chemin, (etat.st_ino, etat.st_mtime_ns, etat.st_size)))

    def ecrire(self, chemin: Path) -> None:
        """Écrit le manifeste d'un coup : c'est lui qui fait exister les livraisons."""
        fichiers.ecrire_json(chemin, {"livraisons": [_ecrire(entree) for entree in self.entrees]})

    def retenues(self, table: str | None = None, connu_le: date | None = None) -> list[Entree]:
        """Rend, pour chaque place, la dernière livraison connue au jour dit, dans l'ordre d'enregistrement."""
        gagnantes: dict[tuple[str, ...], Entree] = {}
        for entree in self._connues(table, connu_le):
            gagnantes[entree.place] = entree
        return sorted(gagnantes.values(), key=lambda entree: entree.livraison_id)

    def _connues(self, table: str | None, connu_le: date | None) -> Iterator[Entree]:
        connues = [e for e in self.entrees if table in (None, e.table) and e.est_connue(connu_le)]
        return iter(sorted(connues, key=lambda e: (e.livraison.date_connue, e.livraison_id)))

    def deja_chargee(self, table: str, livraison: Livraison) -> Entree | None:
        """Rend l'entrée non retirée qui porte la même empreinte à la même place, s'il y en a une."""
        for entree in self.entrees:
            meme = (entree.livraison.empreinte, entree.livraison.emetteur, entree.livraison.periode) == (
                livraison.empreinte,
                livraison.emetteur,
                livraison.periode,
            )
            if meme and entree.table == table and entree.retiree_le is None:
                return entree
        return None

    def suivant(self, empreinte: str) -> str:
        """Rend l'identifiant de la prochaine livraison : son rang, puis le début de l'empreinte de son fichier."""
        return f"{len(self.entrees) + 1:06d}-{empreinte[:12]}"

    def avec(self, entree: Entree) -> Self:
        """Rend le manifeste augmenté de `entree`."""
        return replace(self, entrees=(*self.entrees, entree))

    def sans(self, livraison_id: str, retiree_le: date, motif: str) -> Self:
        """Rend le manifeste où la livraison est retirée à cette date ; lève `ErreurUsage` si elle est inconnue.

        La livraison reste lisible telle que connue avant son retrait.
        """
        if livraison_id not in {entree.livraison_id for entree in self.entrees}:
            raise valeur_inconnue("la livraison", livraison_id, [entree.livraison_id for entree in self.entrees])
        return replace(
            self,
            entrees=tuple(
                replace(e, retiree_le=retiree_le, motif_retrait=motif) if e.livraison_id == livraison_id else e
                for e in self.entrees
            ),
        )

    def empreinte(self, connu_le: date | None = None) -> str:
        """Rend l'empreinte de tout ce qui vaut au jour dit : elle change si et seulement si une table peut changer."""
        valables = sorted((*entree.place, entree.livraison.empreinte) for entree in self.retenues(connu_le=connu_le))
        return fichiers.empreinte(repr(valables).encode())


@lru_cache(maxsize=8)
def _entrees(chemin: Path, _etat: tuple[int, int, int]) -> tuple[Entree, ...]:
    return tuple(_relire(ligne) for ligne in fichiers.lire_json(chemin, {"livraisons": []})["livraisons"])


def _ecrire(entree: Entree) -> dict[str, Any]:
    contenu = asdict(entree)
    contenu["livraison"] |= {nom: contenu["livraison"][nom].isoformat() for nom in ("date_arrete", "date_connue")}
    contenu["retiree_le"] = entree.retiree_le.isoformat() if entree.retiree_le else None
    return contenu


def _relire(contenu: dict[str, Any]) -> Entree:
    livraison = dict(contenu["livraison"])
    for nom in ("date_arrete", "date_connue"):
        livraison[nom] = date.fromisoformat(livraison[nom])
    retiree = contenu["retiree_le"]
    return Entree(
        **contenu
        | {
            "livraison": Livraison(**livraison),
            "remplace_sur": tuple(contenu["remplace_sur"]),
            "retiree_le": date.fromisoformat(retiree) if retiree else None,
        }
    )
