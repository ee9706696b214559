"""De vrais serveurs sur la boucle locale, le temps d'une série : courriel (aiosmtpd) et S3 (moto)."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from unittest.mock import patch

import fsspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.stockage.maquette_stockage import Serveur, options_s3, servir

from bilan.entrepot.distant import Depot
from bilan.erreurs import StockageIndisponible
from bilan.stockage.miroir import Index

_SEAU = "s3://serie/bilan"
_LIEN = re.compile(rb'(?:href|src)="([^"#?:]+)["#?]')


@dataclass
class Serveurs:
    """Courriels reçus, l'environnement qui mène une commande à ces serveurs, et le serveur S3 s'il est ouvert."""

    environnement: dict[str, str]
    courriels: list[str] = field(default_factory=list)
    stockage: Serveur | None = None

    def lus(self) -> list[EmailMessage]:
        """Rend chaque courriel reçu, déchiffré."""
        return [message_from_string(courriel, _class=EmailMessage, policy=default) for courriel in self.courriels]

    def objets(self) -> list[str]:
        """Rend l'objet de chaque courriel reçu."""
        return [str(courriel["Subject"]) for courriel in self.lus()]

    def copie_a_moitie(self) -> list[str]:
        """Rend ce qui manque à la copie distante pour qu'un lecteur y trouve un entrepôt et un site entiers."""
        if "BILAN_STOCKAGE" not in self.environnement:
            return []
        with patch.dict(os.environ, self.environnement):
            depot = Depot.ouvrir(_SEAU)
            try:
                return [*_contenus_absents(depot), *_site_rompu(depot)]
            except StockageIndisponible as panne:
                return [f"la copie distante n'est pas entière : {panne.message}"]


def _contenus_absents(depot: Depot) -> list[str]:
    manifeste = Index.lire(depot).manifeste
    nommes = depot.lire_manifeste(manifeste) if manifeste else {}
    presents = depot.lister("contenus")
    return [f"copie distante, {nom} absent" for nom, empreinte in nommes.items() if empreinte not in presents]


def _site_rompu(depot: Depot) -> list[str]:
    dit = depot.lire_json("reports/courant.json")
    if dit is None:
        return []
    base, presents = f"reports/versions/{dit['version']}", depot.lister(f"reports/versions/{dit['version']}")
    pages = [nom for nom in dit["fichiers"] if nom.endswith(".html")]
    liens = [(page, lien.decode()) for page in pages for lien in _LIEN.findall(_octets(depot, f"{base}/{page}"))]
    return [
        *(f"copie distante, {nom} absent" for nom in dit["fichiers"] if nom not in presents),
        *(f"copie distante, {page} → {lien}" for page, lien in liens
          if os.path.normpath(os.path.join(os.path.dirname(page), lien)) not in presents),  # noqa: PTH118, PTH120
    ]  # fmt: skip


def _octets(depot: Depot, nom: str) -> bytes:
    lu = depot.lire(nom)
    return b"" if lu is None else lu.octets


def texte(courriel: EmailMessage) -> str:
    """Rend le corps du courriel, en texte."""
    corps = courriel.get_body(("plain",))
    return str(corps.get_content()) if corps is not None else ""


def port_libre() -> int:
    """Rend un port sur lequel rien n'écoute."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


class _Boite:
    def __init__(self, courriels: list[str]) -> None:
        self._courriels = courriels

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self._courriels.append((envelope.content or b"").decode("utf-8", "replace"))  # type: ignore[union-attr]
        return "250 reçu"


@contextmanager
def ouvrir_les_serveurs(avec_stockage: bool = False) -> Iterator[Serveurs]:
    """Ouvre le serveur de courriel, et S3 s'il le faut ; les ferme à la fin."""
    serveurs = Serveurs({})
    controleur = Controller(_Boite(serveurs.courriels), hostname="127.0.0.1", port=port_libre())
    controleur.start()
    serveurs.environnement |= {
        "BILAN_SMTP": f"smtp://127.0.0.1:{controleur.port}",
        "BILAN_NOTIFIER_DE": "bilan@exemple.invalid",
        "BILAN_NOTIFIER_A": "boite@exemple.invalid",
    }
    try:
        if not avec_stockage:
            yield serveurs
            return
        with servir() as s3:
            serveurs.stockage = s3
            serveurs.environnement |= {
                "AWS_ACCESS_KEY_ID": "serie", "AWS_SECRET_ACCESS_KEY": "cle-de-la-serie", "AWS_MAX_ATTEMPTS": "1",
                "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3.port}",
                "BILAN_STOCKAGE": _SEAU,
            }  # fmt: skip
            with patch.dict(os.environ, serveurs.environnement):
                fsspec.filesystem("s3", **options_s3()).mkdir("serie")
            yield serveurs
    finally:
        controleur.stop()
