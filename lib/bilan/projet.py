"""Le projet ouvert : où il est, et ce que déclare sa `collection.toml`."""

import os
import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bilan.erreurs import DonneesRefusees, ErreurUsage

FICHIER_COLLECTION = "collection.toml"
INTERNE, PUBLIC = "interne", "public"
PROFILS = (INTERNE, PUBLIC)
"""Profils de diffusion : à qui s'adresse une édition (`docs/secret.md`)."""


def nom_de_profil(nom: str, profil: str) -> str:
    """Rend le nom de ce qui est propre à un profil : « courant » pour l'interne, « courant-public » pour le public."""
    return nom if profil == INTERNE else f"{nom}-{profil}"


class Jeu(StrEnum):
    """Jeu de données : jamais deux jeux dans une même édition."""

    REEL = "reel"
    DEMONSTRATION = "demonstration"

    @property
    def est_fictif(self) -> bool:
        """Vrai quand les données sont inventées et doivent le dire."""
        return self is Jeu.DEMONSTRATION


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Siren = Annotated[str, Field(pattern=r"^\d{9}$")]


class DeclarationJeu(_Declaration):
    """Ce qu'une édition raconte : son titre, la période qu'elle couvre et la date de ce que l'on savait.

    `compare_au` est la date de ce que l'on savait dans l'état auquel elle se compare (« Ce qui a changé ») ; sans
    elle, c'est la dernière édition gardée. `emetteurs` dit de quels bailleurs un bilan est attendu, et donc de qui le
    silence s'annonce : « parc », ceux qui ont du parc ; « aucun » ; ou la liste de leurs SIREN.
    """

    titre: str
    periode: str
    connu_le: date
    compare_au: date | None = None
    emetteurs: Literal["parc", "aucun"] | tuple[_Siren, ...] = "parc"

    @property
    def sirens_declares(self) -> tuple[str, ...] | None:
        """SIREN des bailleurs attendus, s'ils sont déclarés un à un."""
        return self.emetteurs if isinstance(self.emetteurs, tuple) else None


class DeclarationCarnet(_Declaration):
    """Un carnet de la collection : son nom, ses jeux, et le territoire par lequel on le répète.

    `profils` sont ceux où il a le droit d'être joué ; `delai_s` et `memoire_mo` bornent chacune de ses exécutions.
    """

    nom: str
    jeux: tuple[Jeu, ...]
    par: Literal["region", "epci", "departement", "bailleur"] = "region"
    page: str
    profils: tuple[Literal["interne", "public"], ...] = ("interne", "public")
    delai_s: int = Field(default=300, gt=0)
    memoire_mo: int = Field(default=4096, gt=0)


class Seuils(_Declaration):
    """Seuils de lecture et de contrôle ; les défauts sont ceux de `docs/hypotheses.md`."""

    tolerance_logements: float = 1.0
    base_minimale_logements: int = 20
    couverture_minimale: float = 0.8


class SeuilsSecret(_Declaration):
    """Seuils du secret statistique du profil public ; les règles et leurs sources sont dans `docs/secret.md`.

    Un effectif de 1 à seuil − 1 se masque, une cellule aussi si moins de `seuil_unites` bailleurs y contribuent ou si
    l'un fait plus que `dominance` (de 0 à 1). L'intervalle où l'on peut situer une cellule masquée a au moins
    `largeur_minimale` logements, et `largeur_relative` de sa valeur quand c'est un bailleur qu'on protège.
    """

    seuil_menages: int = Field(default=11, ge=2)
    seuil_effectifs: int = Field(default=5, ge=2)
    seuil_unites: int = Field(default=3, ge=2)
    dominance: float = Field(default=0.85, gt=0, le=1)
    largeur_minimale: float = Field(default=4.0, gt=0)
    largeur_relative: float = Field(default=0.1, ge=0)


class Stockage(_Declaration):
    """Stockage distant de l'entrepôt et du site : son adresse fsspec (vide : aucun), et ce que dure une réservation.

    Passé `bail_minutes`, la réservation d'une machine qui ne répond plus peut être reprise par une autre.
    """

    url: str = ""
    bail_minutes: int = Field(default=120, ge=1)


class Retention(_Declaration):
    """Ce que `bilan purger` garde ; une version publiée par `bilan publier` se garde toujours.

    `brouillons` compte les versions du site jamais publiées ; les fichiers reçus d'une période se gardent
    `depots_mois` après le premier comité (`comites`) tenu après elle, et tant qu'il ne s'est pas tenu ; une exécution
    remplacée se garde `executions_mois` ; `etats_distants` compte les états de l'entrepôt gardés au stockage.
    """

    brouillons: int = Field(default=20, ge=1)
    depots_mois: int = Field(default=12, ge=1)
    executions_mois: int = Field(default=3, ge=1)
    etats_distants: int = Field(default=30, ge=2)
    comites: tuple[date, ...] = ()


class Charte(_Declaration):
    """Habillage du site : « sobre », sans marque, ou « etat », la charte de l'État (`bilan charte installer`).

    `intitule` est celui du bloc-marque, ligne par ligne ; le thème « etat » l'exige.
    """

    theme: Literal["sobre", "etat"] = "sobre"
    intitule: tuple[str, ...] = ()


class Collection(_Declaration):
    """Contenu de `collection.toml`.

    `boites` sont les adresses fonctionnelles qu'une édition publique peut écrire ; toute autre adresse y est refusée.
    """

    region: str
    millesime: int
    nombre_epci_soumis: int | None = None
    contact: str
    boites: tuple[str, ...] = ()
    seuils: Seuils = Seuils()
    secret: SeuilsSecret = SeuilsSecret()
    stockage: Stockage = Stockage()
    retention: Retention = Retention()
    charte: Charte = Charte()
    jeux: dict[Jeu, DeclarationJeu]
    carnets: tuple[DeclarationCarnet, ...]


@dataclass(frozen=True)
class Projet:
    """Racine du projet et chemins de ses dossiers (conception, « The folders »)."""

    racine: Path

    @classmethod
    def trouver(cls, depuis: Path | None = None) -> Self:
        """Rend le projet désigné par `BILAN_RACINE`, sinon celui du dossier courant ou d'un de ses parents.

        À défaut, celui où le paquet est installé en mode éditable. Lève `ErreurUsage` si aucun n'a
        de `collection.toml`.
        """
        if racine := os.environ.get("BILAN_RACINE"):
            candidats = [Path(racine)]
        else:
            ici = (depuis or Path.cwd()).resolve()
            candidats = [ici, *ici.parents, Path(__file__).resolve().parents[2]]
        for candidat in candidats:
            if (candidat / FICHIER_COLLECTION).is_file():
                return cls(candidat.resolve())
        raise ErreurUsage(
            f"Aucun fichier « {FICHIER_COLLECTION} » n'a été trouvé depuis « {candidats[0]} » ; "
            "lancez la commande dans le dossier du projet ou donnez sa racine dans BILAN_RACINE."
        )

    @cached_property
    def collection(self) -> Collection:
        """Déclaration de la collection ; lève `DonneesRefusees` si le fichier est abîmé."""
        chemin = self.racine / FICHIER_COLLECTION
        try:
            return Collection.model_validate(tomllib.loads(chemin.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as erreur:
            raise DonneesRefusees(
                f"Le fichier « {chemin} » ne peut pas être lu ({erreur}) ; corrigez-le d'après le guide de l'analyste."
            ) from erreur

    @property
    def referentiel(self) -> Path:
        """Territoires, acteurs et règles, versés au dépôt."""
        return self.racine / "data" / "referentiel"

    @property
    def publie(self) -> Path:
        """Chiffres réels publiés, versés au dépôt."""
        return self.racine / "data" / "publie"

    @property
    def demonstration(self) -> Path:
        """Livraisons fictives, engendrées par `bilan demonstration generer`."""
        return self.racine / "data" / "demonstration"

    @property
    def entrepot(self) -> Path:
        """Tables validées, mesures et exécutions ; jamais versé au dépôt."""
        return self.racine / "data" / "entrepot"

    @property
    def notebooks(self) -> Path:
        """Carnets de la collection."""
        return self.racine / "notebooks"

    @property
    def commentaires(self) -> list[Path]:
        """Textes des analystes, en Markdown, par nom."""
        return sorted((self.racine / "commentaires").glob("*.md"))

    @property
    def gabarits_du_site(self) -> Path:
        """Gabarits, feuilles de style et scripts des pages."""
        return self.reports / "gabarits" / "site"

    @property
    def reports(self) -> Path:
        """Gabarits, éditions construites et éditions publiées."""
        return self.racine / "reports"
