"""L'emprunt : réserver le stockage, en reprendre l'état, y rendre le travail fait ici, le libérer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from bilan.carnets.verrou import verrou_execution
from bilan.editions import bascule
from bilan.entrepot.distant import Depot
from bilan.erreurs import ErreurUsage, StockageDivergent, StockageIndisponible
from bilan.francais import compter
from bilan.projet import PROFILS, Projet
from bilan.stockage import etat, miroir, retention, site
from bilan.stockage.reservation import Reservation

Dire = Callable[[str], object]


class Emprunt:
    """Stockage réservé à cette machine, ou à réserver quand il répondra."""

    def __init__(self, projet: Projet, depot: Depot, dire: Dire) -> None:
        self._projet, self._depot, self._dire = projet, depot, dire
        self._reservation: Reservation | None = None
        self._a_depose = False

    def reserver(self) -> None:
        """Réserve le stockage ; lève `VerrouTenu` s'il est à un autre."""
        connu = etat.lire(self._projet)
        etat.garder(self._projet, connu)  # le lieu doit survivre à cette commande : c'est lui qui reprend sa place
        bail = timedelta(minutes=self._projet.collection.stockage.bail_minutes)
        self._reservation = Reservation.prendre(self._depot, connu.lieu, bail)

    def recuperer(self, voulu: str | None = None, remplacer: bool = False) -> None:
        """Met l'entrepôt et le site d'ici à l'état du stockage."""
        repris = miroir.recuperer(self._projet, self._depot, voulu=voulu, remplacer=remplacer)
        ranges = site.recuperer(self._projet, self._depot)
        if repris or ranges:
            self._dire(f"Stockage : {compter(repris, 'fichier repris', 'fichiers repris')}.")

    def deposer(self, *, remplacer: bool = False, retirer_le_site: str | None = None) -> None:
        """Rend au stockage l'entrepôt et le site en place ici, de chaque profil ; une panne y laisse l'état d'avant.

        `retirer_le_site` est le profil dont le site vient d'être retiré ici, et doit l'être là-bas.
        """
        if self._reservation is None:
            self.reserver()
        if self._reservation is not None:
            avant = etat.lire(self._projet).manifeste
            envois = miroir.deposer(
                self._projet, self._depot, self._reservation, suite=self._a_depose, remplacer=remplacer
            )
            self._a_depose |= etat.lire(self._projet).manifeste != avant
            for profil in PROFILS:
                if version := bascule.courante(self._projet.reports, profil):
                    envois += site.deposer(self._projet, self._depot, version)
                elif retirer_le_site == profil:
                    site.retirer(self._depot, profil)
            etat.garder(self._projet, replace(etat.lire(self._projet), en_attente=""))
            if envois:
                self._dire(f"Stockage : {compter(envois, 'fichier déposé', 'fichiers déposés')}.")

    def balayer(self, essai: bool) -> None:
        """Efface du stockage ce que rien ne nomme et ce que la règle ne garde plus ; à l'essai, le dit seulement."""
        for (un, plusieurs), noms in retention.orphelins(self._projet, self._depot).items():
            if noms:
                self._dire(f"stockage : {compter(len(noms), un, plusieurs)} à effacer")
            if not essai:
                self._depot.effacer(noms)

    def rendre(self) -> None:
        """Libère le stockage ; s'il ne répond plus, sa réservation passera d'elle-même."""
        if self._reservation is not None:
            try:
                self._reservation.rendre(self._depot)
            except StockageIndisponible as panne:
                self._dire(f"Attention : {panne.message}")


@contextmanager
def emprunter(projet: Projet, dire: Dire) -> Iterator[Emprunt | None]:
    """Tient le stockage le temps d'un travail, à jour ici ; None si aucun n'est déclaré.

    Le verrou du projet est tenu avec lui. Un stockage qui ne répond pas n'arrête le travail que si cette machine
    n'en a jamais rien reçu : elle recommencerait de zéro ce qui existe. Lève `VerrouTenu` s'il est à un autre,
    `StockageDivergent` si des livraisons ont changé des deux côtés.
    """
    if not etat.adresse(projet):
        yield None
        return
    # Le verrou d'abord : une exécution tuée pendant que le stockage s'ouvre laisse déjà sa trace à « bilan sante ».
    with verrou_execution(projet):
        emprunt = Emprunt(projet, ouvrir(projet), dire)
        try:
            try:
                emprunt.reserver()
                emprunt.recuperer()
            except StockageIndisponible as panne:
                if isinstance(panne, StockageDivergent) or not etat.lire(projet).manifeste:
                    raise
                dire(f"Attention : {panne.message}")
            etat.attendre(projet)
            yield emprunt
        finally:
            emprunt.rendre()


def ouvrir(projet: Projet) -> Depot:
    """Rend le dépôt déclaré ; lève `ErreurUsage` s'il n'y en a pas."""
    if adresse := etat.adresse(projet):
        return Depot.ouvrir(adresse)
    raise ErreurUsage(
        f"Aucun stockage n'est déclaré ; donnez son adresse dans {etat.VARIABLE}, ou dans collection.toml "
        "([stockage] url)."
    )


@contextmanager
def tenir(projet: Projet, dire: Dire) -> Iterator[Emprunt]:
    """Réserve le stockage pour une personne, sans rien reprendre ; lève `ErreurUsage` si aucun n'est déclaré."""
    depot = ouvrir(projet)
    with verrou_execution(projet):
        emprunt = Emprunt(projet, depot, dire)
        try:
            emprunt.reserver()
            yield emprunt
        finally:
            emprunt.rendre()


@contextmanager
def accorder(projet: Projet, dire: Dire, *, retirer_le_site: str | None = None) -> Iterator[None]:
    """Encadre une commande qui change l'entrepôt ou le site : le stockage est repris avant, rendu après.

    `retirer_le_site` est le profil dont la commande retire le site.
    """
    with emprunter(projet, dire) as emprunt:
        yield
        if emprunt:
            emprunt.deposer(retirer_le_site=retirer_le_site)
