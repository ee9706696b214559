"""L'annuaire des EPCI que les pages nomment, cherchent et rangent."""

import unicodedata
from dataclasses import dataclass
from functools import cached_property

from bilan.projet import Projet
from bilan.referentiel.territoires import Territoires

GENRES = {"METROPOLE": "Métropole", "CU": "Communauté urbaine", "CA": "Communauté d'agglomération",
          "CC": "Communauté de communes"}


@dataclass(frozen=True, slots=True)
class Epci:
    """Un EPCI tel qu'une page le montre ; `communes` sont celles de la région, par leur nom."""

    siren: str
    nom: str
    court: str
    genre: str
    departements: tuple[str, ...]
    est_soumis: bool
    communes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Annuaire:
    """EPCI de la région, dans l'ordre alphabétique des noms courts sans accents."""

    region: str
    epci: tuple[Epci, ...]

    @cached_property
    def par_siren(self) -> dict[str, Epci]:
        """EPCI par SIREN."""
        return {epci.siren: epci for epci in self.epci}


def cle_de_tri(nom: str) -> str:
    """Rend le nom en minuscules sans accents : « Étoile » se range à la lettre e."""
    return unicodedata.normalize("NFKD", nom).encode("ascii", "ignore").decode().lower()


def ouvrir_territoires(projet: Projet) -> Territoires:
    """Rend les territoires de la région de la collection, au millésime qu'elle déclare."""
    collection = projet.collection
    return Territoires.ouvrir(projet.referentiel, millesime=collection.millesime, region=collection.region)


def ouvrir_annuaire(projet: Projet) -> Annuaire:
    """Rend l'annuaire de la région de la collection."""
    territoires = ouvrir_territoires(projet)
    communes: dict[str, list[str]] = {}
    for siren, nom, presente in territoires.communes.select("epci_siren", "commune", "en_region").iter_rows():
        if presente:
            communes.setdefault(siren, []).append(nom)
    epci = [
        Epci(ligne["epci_siren"], ligne["epci"], ligne["epci_court"],
             GENRES.get(ligne["epci_type"], ligne["epci_type"]), tuple(ligne["departements"]),
             bool(ligne["est_soumis"]), tuple(sorted(communes.get(ligne["epci_siren"], []), key=cle_de_tri)))
        for ligne in territoires.epci.iter_rows(named=True)
    ]
    return Annuaire(territoires.region.nom, tuple(sorted(epci, key=lambda e: (cle_de_tri(e.court), e.siren))))
