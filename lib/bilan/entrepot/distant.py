"""Le dépôt distant : des contenus rangés par empreinte et quelques petits fichiers, à une adresse fsspec.

`contenus/<sha256>` et `manifestes/<sha256>.json` ne changent jamais une fois écrits : une coupure n'y laisse que
des objets que personne ne nomme encore. Seuls les petits fichiers qui les nomment se remplacent, et d'un coup.
"""

import json
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self
from urllib.parse import urlsplit

from bilan.entrepot import fichiers
from bilan.erreurs import ErreurBilan, ErreurUsage, StockageIndisponible

CONTENUS, MANIFESTES = "contenus", "manifestes"
_LOT = 256
# Trois essais par requête, espacés (AWS_MAX_ATTEMPTS en change le nombre).
_DELAIS_S3 = {"connect_timeout": 5, "read_timeout": 60, "retries": {"mode": "standard"}}
_ONYXIA = "AWS_S3_ENDPOINT"
_LOCAUX = ("file", "local")
_REFUS_CONDITION = ("PreconditionFailed", "ConditionalRequestConflict")


class ConditionRefusee(Exception):
    """L'objet n'est plus celui que l'on croyait : un autre l'a écrit entre-temps."""


@dataclass(frozen=True, slots=True)
class Lu:
    """Contenu d'un petit fichier distant, et l'étiquette (ETag) qui l'identifie là où le serveur en a."""

    octets: bytes
    etiquette: str = ""


class Depot:
    """Dépôt à une adresse fsspec (`s3://seau/prefixe`, `file:///partage`, `memory://essai`, ou un dossier).

    Toute panne du serveur lève `StockageIndisponible`, en une phrase sans secret.
    """

    def __init__(self, systeme: Any, base: str, adresse: str) -> None:
        self.adresse = adresse
        self._systeme, self._base = systeme, base.rstrip("/")
        self._protocole: str = systeme.protocol if isinstance(systeme.protocol, str) else systeme.protocol[0]
        self._est_local = self._protocole in _LOCAUX

    @classmethod
    def ouvrir(cls, adresse: str) -> Self:
        """Rend le dépôt ; lève `ErreurUsage` si l'adresse ne se lit pas ou si son extra n'est pas installé."""
        decoupee = urlsplit(adresse)
        if decoupee.password or (decoupee.scheme == "s3" and "@" in decoupee.netloc):
            raise ErreurUsage(
                "L'adresse du stockage contient un secret ; ôtez-le : les clés se donnent par AWS_ACCESS_KEY_ID et "
                "AWS_SECRET_ACCESS_KEY."
            )
        try:
            import fsspec

            systeme, base = fsspec.core.url_to_fs(adresse, **_options(decoupee.scheme))
        except ImportError as erreur:
            raise ErreurUsage(
                f"Le stockage « {adresse} » demande une bibliothèque qui n'est pas installée ; lancez : "
                ".venv/bin/python -m pip install -e '.[s3]'"
            ) from erreur
        except ValueError as erreur:
            raise ErreurUsage(
                f"L'adresse de stockage « {adresse} » ne se lit pas ; écrivez « s3://seau/prefixe » ou "
                "« file:///dossier »."
            ) from erreur
        return cls(systeme, base, adresse)

    def lire(self, nom: str) -> Lu | None:
        """Rend le contenu de `nom` et son étiquette ; None s'il n'existe pas.

        L'étiquette se lit d'abord : si le contenu change entre les deux, `remplacer` refusera, sans risque.
        """
        with self._traduire():
            try:
                etiquette = str(self._systeme.info(self._chemin(nom)).get("ETag") or "")
                return Lu(self._systeme.cat_file(self._chemin(nom)), etiquette)
            except FileNotFoundError as erreur:
                if _code(erreur) == "NoSuchBucket":
                    raise
                return None

    def lire_json(self, nom: str) -> Any:
        """Rend le contenu JSON de `nom`, None s'il n'existe pas."""
        lu = self.lire(nom)
        return None if lu is None else json.loads(lu.octets)

    def ecrire(self, nom: str, octets: bytes) -> None:
        """Écrit `nom` d'un coup, quel que soit ce qui y était."""
        with self._traduire():
            if self._est_local:
                fichiers.ecrire(Path(self._chemin(nom)), octets)
            else:
                # Une page servie sans son type se télécharge au lieu de s'ouvrir.
                en_html = self._protocole == "s3" and nom.endswith(".html")
                options = {"ContentType": "text/html; charset=utf-8"} if en_html else {}
                self._systeme.pipe_file(self._chemin(nom), octets, **options)

    def creer(self, nom: str, octets: bytes) -> None:
        """Écrit `nom` s'il n'existe pas ; lève `ConditionRefusee` sinon."""
        with self._traduire():
            if self._est_local:
                chemin = Path(self._chemin(nom))
                chemin.parent.mkdir(parents=True, exist_ok=True)
                with _condition(), chemin.open("xb") as flux:
                    flux.write(octets)
            else:
                with _condition():
                    self._systeme.pipe_file(self._chemin(nom), octets, mode="create")

    def remplacer(self, nom: str, octets: bytes, ancien: Lu | None) -> None:
        """Écrit `nom` si son contenu est encore `ancien` (None : s'il n'existe pas) ; lève `ConditionRefusee` sinon.

        Le serveur compare lui-même là où il a des étiquettes (S3) ; ailleurs, la comparaison précède l'écriture.
        """
        if ancien is None:
            self.creer(nom, octets)
        elif ancien.etiquette:
            with self._traduire(), _condition():
                self._systeme.pipe_file(self._chemin(nom), octets, IfMatch=ancien.etiquette)
        else:
            if self.lire(nom) != ancien:
                raise ConditionRefusee
            self.ecrire(nom, octets)

    def lister(self, dossier: str) -> dict[str, int]:
        """Rend le nom, relatif à `dossier`, et la taille de chaque fichier qui s'y trouve, à toute profondeur."""
        racine = self._chemin(dossier)
        with self._traduire():
            trouves: dict[str, dict[str, Any]] = self._systeme.find(racine, detail=True)
        return {str(PurePosixPath(chemin).relative_to(racine)): int(dit["size"]) for chemin, dit in trouves.items()}

    def effacer(self, noms: list[str]) -> None:
        """Efface ces fichiers ; ceux qui manquent déjà ne sont pas une erreur."""
        chemins = [self._chemin(nom) for nom in noms]
        with self._traduire():
            for lot in _par_lots(chemins):
                try:
                    self._systeme.rm(lot)
                except FileNotFoundError:
                    for chemin in lot:
                        with suppress(FileNotFoundError):
                            self._systeme.rm_file(chemin)

    def envoyer(self, chemins: Mapping[str, Path]) -> None:
        """Envoie chaque fichier local sous son nom distant, plusieurs de front là où le serveur le permet."""
        with self._traduire():
            for lot in _par_lots(list(chemins.items())):
                self._systeme.put([str(p) for _, p in lot], [self._chemin(nom) for nom, _ in lot])

    def recevoir(self, noms: Mapping[str, Path]) -> None:
        """Écrit chaque fichier distant à son chemin local, plusieurs de front là où le serveur le permet."""
        with self._traduire():
            for lot in _par_lots(list(noms.items())):
                self._systeme.get([self._chemin(nom) for nom, _ in lot], [str(p) for _, p in lot])

    def deposer_contenus(self, chemins: Mapping[str, Path], sauf: Collection[str] = frozenset()) -> int:
        """Dépose les fichiers par empreinte, sauf ceux qui y sont entiers ; rend le nombre d'envois.

        `sauf` sont des empreintes que l'on y sait déjà : s'il ne reste presque rien, on envoie sans lister le dépôt.
        """
        candidats = {empreinte: chemin for empreinte, chemin in chemins.items() if empreinte not in sauf}
        presents = self.lister(CONTENUS) if not sauf or len(candidats) > _LOT else {}
        manquent = {
            f"{CONTENUS}/{empreinte}": chemin
            for empreinte, chemin in candidats.items()
            if presents.get(empreinte) != chemin.stat().st_size
        }
        self.envoyer(manquent)
        return len(manquent)

    def deposer_manifeste(self, noms: Mapping[str, str]) -> str:
        """Dépose l'empreinte de chaque nom ; rend l'empreinte qui désigne ce manifeste."""
        octets = json.dumps(noms, ensure_ascii=False, sort_keys=True).encode()
        empreinte = fichiers.empreinte(octets)
        nom = f"{MANIFESTES}/{empreinte}.json"
        if (lu := self.lire(nom)) is None or lu.octets != octets:
            self.ecrire(nom, octets)
        return empreinte

    def lire_manifeste(self, empreinte: str) -> dict[str, str]:
        """Rend le manifeste que désigne `empreinte` ; lève `StockageIndisponible` s'il manque ou a été altéré."""
        lu = self.lire(f"{MANIFESTES}/{empreinte}.json")
        if lu is None or fichiers.empreinte(lu.octets) != empreinte:
            raise StockageIndisponible(
                f"Le manifeste {empreinte[:12]} manque au stockage « {self.adresse} », ou y a été altéré ; revenez à "
                "l'état précédent (docs/exploitation.md, « Restaurer »)."
            )
        noms: dict[str, str] = json.loads(lu.octets)
        verifier_noms(noms, self.adresse)
        return noms

    def recevoir_contenus(self, cibles: Mapping[str, Path]) -> None:
        """Écrit chaque contenu à son chemin, vérifié ; lève `StockageIndisponible` si l'un manque ou a été altéré."""
        self.recevoir({f"{CONTENUS}/{empreinte}": chemin for empreinte, chemin in cibles.items()})
        for empreinte, chemin in cibles.items():
            if fichiers.empreinte_fichier(chemin) != empreinte:
                raise StockageIndisponible(
                    f"Le contenu {empreinte[:12]} a été altéré dans le stockage « {self.adresse} » ; rien n'a été "
                    "repris : lancez « bilan stockage verifier », puis restaurez une sauvegarde."
                )

    def alteres(self, contenus: Collection[str]) -> list[str]:
        """Rend, parmi ces empreintes, celles dont le contenu manque ou n'est plus celui d'origine."""
        presents = self.lister(CONTENUS)
        mauvais = {empreinte for empreinte in contenus if empreinte not in presents}
        with tempfile.TemporaryDirectory() as dossier:
            for lot in _par_lots(sorted(set(contenus) - mauvais)):
                cibles = {f"{CONTENUS}/{empreinte}": Path(dossier) / empreinte for empreinte in lot}
                self.recevoir(cibles)
                mauvais |= {c.name for c in cibles.values() if fichiers.empreinte_fichier(c) != c.name}
                for chemin in cibles.values():
                    chemin.unlink()
        return sorted(mauvais)

    def _chemin(self, nom: str) -> str:
        return f"{self._base}/{nom}"

    @contextmanager
    def _traduire(self) -> Iterator[None]:
        """Rend toute panne du système de fichiers en une phrase : chaque serveur a ses propres exceptions."""
        try:
            yield
        except (ErreurBilan, ConditionRefusee):
            raise
        except Exception as erreur:
            raise StockageIndisponible(
                f"Le stockage « {self.adresse} » ne répond pas ou refuse ({_dire(erreur)}) ; vérifiez l'adresse, les "
                "droits et le réseau. Ce qui est fait ici y reste : la prochaine exécution le déposera."
            ) from erreur


def verifier_noms(noms: Collection[str], adresse: str) -> None:
    """Lève `StockageIndisponible` si un nom venu du stockage sortirait du dossier où on le range."""
    for nom in noms:
        chemin = PurePosixPath(nom)
        if chemin.is_absolute() or ".." in chemin.parts or "\\" in nom or not chemin.parts:
            raise StockageIndisponible(
                f"Le stockage « {adresse} » nomme un fichier qui sort de son dossier (« {nom} ») : il a été altéré ; "
                "rien n'a été repris."
            )


@contextmanager
def _condition() -> Iterator[None]:
    try:
        yield
    except FileExistsError as erreur:
        raise ConditionRefusee from erreur
    except OSError as erreur:
        if _code(erreur) in _REFUS_CONDITION:
            raise ConditionRefusee from erreur
        raise


def _code(erreur: OSError) -> str:
    """Rend le code du serveur S3 derrière une erreur de fichier ; vide s'il n'y en a pas."""
    reponse: dict[str, Any] = getattr(erreur.__cause__, "response", {})
    return str(reponse.get("Error", {}).get("Code", ""))


def _dire(erreur: Exception) -> str:
    """Rend le nom de l'ennui et sa première ligne, sans rien qui ressemble à une clé d'accès."""
    ligne = (str(erreur).splitlines() or [""])[0]
    for secret in (os.environ.get("AWS_SECRET_ACCESS_KEY"), os.environ.get("AWS_SESSION_TOKEN")):
        ligne = ligne.replace(secret, "…") if secret else ligne
    return f"{type(erreur).__name__} : {ligne[:160]}" if ligne else type(erreur).__name__


def _options(protocole: str) -> dict[str, Any]:
    if protocole in ("", *_LOCAUX):
        return {"auto_mkdir": True}
    if protocole != "s3":
        return {}
    # Onyxia donne le serveur sans « https:// », sous un nom que la bibliothèque d'Amazon ne lit pas.
    hote = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or os.environ.get(_ONYXIA, "")
    serveur = {"endpoint_url": hote if "://" in hote else f"https://{hote}"} if hote else {}
    return {"use_listings_cache": False, "config_kwargs": _DELAIS_S3, **serveur}


def _par_lots(elements: list[Any]) -> Iterator[list[Any]]:
    for debut in range(0, len(elements), _LOT):
        yield elements[debut : debut + _LOT]
