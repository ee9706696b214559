"""Un vrai serveur S3 (moto, sur la boucle locale) que l'on peut couper, et ce qu'un lecteur y voit."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import fsspec
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from bilan.entrepot.distant import Depot
from bilan.projet import Projet
from bilan.stockage.inventaire import Inventaire
from bilan.stockage.miroir import Index


@dataclass
class Serveur:
    """Serveur S3 ; `permises` est le nombre d'écritures qu'il accepte encore (None : toutes), `refusees` ce qu'il a vu.

    Une coupure après N écritures laisse au serveur exactement ce qu'y laisse la mort du client à cet instant.
    """

    application: Callable[..., Any]
    port: int = 0
    permises: int | None = None
    ecritures: int = 0

    def __call__(self, environnement: dict[str, Any], repondre: Callable[..., Any]) -> Any:
        if environnement["REQUEST_METHOD"] in ("PUT", "POST", "DELETE"):
            if self.permises is not None and self.ecritures >= self.permises:
                repondre("403 Forbidden", [("Content-Length", "0")])
                return [b""]
            self.ecritures += 1
        return self.application(environnement, repondre)

    def couper_apres(self, permises: int | None) -> None:
        """N'accepte plus que `permises` écritures."""
        self.permises, self.ecritures = permises, 0


class _Muet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """N'écrit rien : une ligne par requête noierait les essais."""


@contextmanager
def servir() -> Iterator[Serveur]:
    """Sert S3 sur un port libre, le temps du bloc."""
    serveur = Serveur(DomainDispatcherApplication(create_backend_app))
    ecoute = make_server("127.0.0.1", 0, serveur, threaded=True, request_handler=_Muet)
    serveur.port = ecoute.server_port
    fil = threading.Thread(target=ecoute.serve_forever, daemon=True)
    fil.start()
    try:
        yield serveur
    finally:
        ecoute.shutdown()
        fil.join()


def contenu(projet: Projet) -> dict[str, bytes]:
    """Rend tout ce que l'entrepôt d'un projet met au stockage."""
    inventaire = Inventaire(projet)
    return {nom: inventaire.chemin(nom).read_bytes() for nom in inventaire.relever()}


def vu_d_un_lecteur(adresse: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Rend l'entrepôt et le site entiers tels qu'un lecteur du stockage les trouve, en suivant leurs index."""
    depot, prefixe = Depot.ouvrir(adresse), adresse.removeprefix("s3://")
    lire = fsspec.filesystem("s3", **options_s3()).cat_file
    manifeste, dit = Index.lire(depot).manifeste, depot.lire_json("reports/courant.json")
    entrepot = depot.lire_manifeste(manifeste) if manifeste else {}
    return (
        {nom: lire(f"{prefixe}/contenus/{empreinte}") for nom, empreinte in entrepot.items()},
        {nom: lire(f"{prefixe}/reports/versions/{dit['version']}/{nom}") for nom in (dit["fichiers"] if dit else ())},
    )


def options_s3() -> dict[str, Any]:
    """Rend ce qui ouvre le serveur de l'environnement, lectures jamais gardées."""
    return {"endpoint_url": os.environ["AWS_ENDPOINT_URL"], "use_listings_cache": False}
