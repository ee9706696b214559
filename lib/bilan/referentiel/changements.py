"""Ce qui change entre deux millésimes : communes qui passent d'un EPCI à l'autre, EPCI renommés ou transformés."""

from collections.abc import Iterator

import polars as pl

from bilan.referentiel.acteurs import normaliser_nom
from bilan.referentiel.libelles import abreger
from bilan.referentiel.nomenclatures import TYPES_EPCI
from bilan.referentiel.territoires import Territoires

NATURES: dict[str, str] = {
    "COMMUNE_DEPLACEE": "Commune passée d'un EPCI à un autre",
    "COMMUNE_FUSIONNEE": "Commune fusionnée",
    "COMMUNE_CREEE": "Commune créée ou rétablie",
    "EPCI_CREE": "EPCI apparu",
    "EPCI_DISPARU": "EPCI disparu",
    "EPCI_RENOMME": "EPCI renommé",
    "EPCI_TRANSFORME": "EPCI changé de catégorie",
}
"""Natures de changement, dans l'ordre où on les lit."""

_COLONNES = ("nature", "code", "nom", "avant", "apres", "libelle_avant", "libelle_apres")


def changements_de_perimetre(avant: Territoires, apres: Territoires) -> pl.DataFrame:
    """Rend ce qui a changé dans une région entre deux millésimes, un changement par ligne.

    `code` et `nom` désignent la commune ou l'EPCI, au millésime où il existe, le plus récent d'abord.
    `avant` et `apres` sont des SIREN pour une commune qui change d'EPCI, des codes de commune pour une
    fusion, des noms ou des types pour un EPCI ; `libelle_avant` et `libelle_apres` se lisent. Une simple
    retouche d'écriture (tiret, espace, accent) n'est pas un changement de nom. Les EPCI se suivent par
    leur SIREN, jamais par leur nom.
    """
    lignes = [*_communes(avant, apres), *_epci(avant, apres)]
    rangs = {nature: rang for rang, nature in enumerate(NATURES)}
    lignes.sort(key=lambda ligne: (rangs[ligne[0] or ""], ligne[1]))
    return pl.DataFrame(lignes, schema=dict.fromkeys(_COLONNES, pl.String), orient="row")


def _communes(avant: Territoires, apres: Territoires) -> Iterator[tuple[str | None, ...]]:
    noms_epci = dict(avant.epci.select("epci_siren", "epci").iter_rows())
    noms_epci |= dict(apres.epci.select("epci_siren", "epci").iter_rows())
    anciennes, nouvelles = _par_code(avant), _par_code(apres)
    for code in sorted(anciennes.keys() & nouvelles.keys()):
        nom, de, vers = nouvelles[code][0], anciennes[code][1], nouvelles[code][1]
        if de != vers and {de, vers} & noms_epci.keys():
            yield "COMMUNE_DEPLACEE", code, nom, de, vers, noms_epci.get(de or ""), noms_epci.get(vers or "")
    ici = set(avant.communes["code_commune"]) | set(apres.communes["code_commune"])
    for code in sorted((anciennes.keys() - nouvelles.keys()) & ici):
        reprise = apres.reprise(code)
        yield ("COMMUNE_FUSIONNEE", code, anciennes[code][0], code, reprise, anciennes[code][0],
               nouvelles[reprise][0] if reprise else None)
    for code in sorted((nouvelles.keys() - anciennes.keys()) & ici):
        nom = nouvelles[code][0]
        yield "COMMUNE_CREEE", code, nom, None, code, None, nom


def _epci(avant: Territoires, apres: Territoires) -> Iterator[tuple[str | None, ...]]:
    anciens = {siren: (nom, genre) for siren, nom, genre in avant.epci.select(_EPCI).iter_rows()}
    nouveaux = {siren: (nom, genre) for siren, nom, genre in apres.epci.select(_EPCI).iter_rows()}
    for siren in anciens.keys() - nouveaux.keys():
        nom = anciens[siren][0]
        yield "EPCI_DISPARU", siren, nom, siren, None, nom, None
    for siren in nouveaux.keys() - anciens.keys():
        nom = nouveaux[siren][0]
        yield "EPCI_CREE", siren, nom, None, siren, None, nom
    for siren in anciens.keys() & nouveaux.keys():
        (nom_avant, type_avant), (nom, type_apres) = anciens[siren], nouveaux[siren]
        # Sans nature juridique, accent ni ponctuation : il reste le nom lui-même.
        if normaliser_nom(abreger(nom_avant)) != normaliser_nom(abreger(nom)):
            yield "EPCI_RENOMME", siren, nom, nom_avant, nom, nom_avant, nom
        if type_avant != type_apres:
            yield ("EPCI_TRANSFORME", siren, nom, type_avant, type_apres, TYPES_EPCI[type_avant],
                   TYPES_EPCI[type_apres])


_EPCI = ("epci_siren", "epci", "epci_type")


def _par_code(territoires: Territoires) -> dict[str, tuple[str, str | None]]:
    table = territoires.france.select("code_commune", "commune", "epci_siren")
    return {code: (nom, siren) for code, nom, siren in table.iter_rows()}
