"""Le catalogue des tables canoniques : de lui viennent gabarits, contrôles, dictionnaire et données ouvertes."""

import inspect

import dataframely as dy

from bilan.erreurs import valeur_inconnue
from bilan.tables.agrements import Agrements
from bilan.tables.attributions_publics import AttributionsPublics
from bilan.tables.caleol_suivi import CaleolSuivi
from bilan.tables.chronologie import Chronologie
from bilan.tables.conventions import Conventions
from bilan.tables.copil_inscrits import CopilInscrits
from bilan.tables.copil_participation import CopilParticipation
from bilan.tables.demandes_sne import DemandesSne
from bilan.tables.epci_avancement import EpciAvancement
from bilan.tables.flux_bilan import FluxBilan
from bilan.tables.flux_objectifs import FluxObjectifs
from bilan.tables.parc_rpls import ParcRpls
from bilan.tables.points_arbitres import PointsArbitres
from bilan.tables.previsionnel_soustraits import PrevisionnelSoustraits
from bilan.tables.reperes import Reperes

CATALOGUE: dict[str, type[dy.Schema]] = {
    "flux_bilan": FluxBilan,
    "flux_objectifs": FluxObjectifs,
    "conventions": Conventions,
    "epci_avancement": EpciAvancement,
    "caleol_suivi": CaleolSuivi,
    "previsionnel_soustraits": PrevisionnelSoustraits,
    "attributions_publics": AttributionsPublics,
    "agrements": Agrements,
    "parc_rpls": ParcRpls,
    "demandes_sne": DemandesSne,
    "reperes": Reperes,
    "copil_participation": CopilParticipation,
    "copil_inscrits": CopilInscrits,
    "points_arbitres": PointsArbitres,
    "chronologie": Chronologie,
}
"""Tables canoniques, dans l'ordre du dictionnaire ; la clé est le nom de la table dans l'entrepôt."""

REGISTRES = frozenset({"epci_avancement", "agrements"})
"""Tables dont tous les arrêtés restent lisibles : une livraison n'y remplace que celle du même arrêté."""


def table(nom: str) -> type[dy.Schema]:
    """Rend le schéma de la table `nom` ; lève `ErreurUsage` avec les trois noms les plus proches s'il n'existe pas."""
    if nom not in CATALOGUE:
        raise valeur_inconnue("la table", nom, CATALOGUE)
    return CATALOGUE[nom]


def titre(nom: str) -> str:
    """Rend le titre français de la table."""
    return _paragraphes(nom)[0]


def description(nom: str) -> str:
    """Rend ce que la table contient, en une ou deux phrases."""
    return " ".join(_paragraphes(nom)[1:])


def _paragraphes(nom: str) -> list[str]:
    texte = inspect.getdoc(table(nom)) or nom
    return [" ".join(paragraphe.split()) for paragraphe in texte.split("\n\n")]
