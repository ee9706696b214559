"""Communes, EPCI, départements et régions : les six millésimes ramenés à des lignes valables « depuis… jusqu'à »."""

import re
from collections.abc import Iterator

import polars as pl

from bilan.referentiel.construction.paquets import Sources

TYPES_EPCI = {"METRO": "METROPOLE", "MET69": "METROPOLE", "ME": "METROPOLE", "CU": "CU", "CA": "CA", "CC": "CC"}

_ABREGES = (
    (re.compile(r"^Communauté de communes "), "CC "),
    (re.compile(r"^Communauté d'agglomération "), "CA "),
    (re.compile(r"^Communauté urbaine "), "CU "),
)
_COLLECTIVITES_OUTRE_MER = ("975", "977", "978", "98")
_TYPES_ANCIENS = {
    "arrondissement-municipal": "ARRONDISSEMENT",
    "commune-deleguee": "DELEGUEE",
    "commune-associee": "ASSOCIEE",
}
FONDS_PAR_REGION = {"01": "antilles", "02": "antilles", "03": "guyane", "04": "reunion", "06": "mayotte"}
"""Fond de carte des régions hors de la métropole : chacun a sa projection légale."""


def communes(sources: Sources) -> pl.DataFrame:
    """Rend une ligne par commune et par période où son appartenance n'a pas changé.

    Colonnes : code_commune, commune, code_departement, code_region, epci_siren (vide hors EPCI),
    depuis, jusqua (millésimes compris), population (municipale de 2023 ; pour une commune disparue,
    la dernière publiée de son vivant).
    """
    vues = pl.concat([_communes_du(sources, millesime) for millesime in sources.millesimes])
    appartenance = ("code_departement", "code_region", "epci_siren")
    return (
        _periodes(vues, "code_commune", appartenance)
        .join(_derniers(vues, "code_commune", ("commune", "population")), on="code_commune")
        .select("code_commune", "commune", *appartenance, "depuis", "jusqua", "population")
        .sort("code_commune", "depuis")
    )


def epci(sources: Sources) -> pl.DataFrame:
    """Rend une ligne par EPCI et par période où son nom et son type n'ont pas changé."""
    vues = pl.concat([_epci_du(sources, millesime) for millesime in sources.millesimes])
    return _periodes(vues, "epci_siren", ("epci", "epci_type")).sort("epci_siren", "depuis")


def departements(sources: Sources) -> pl.DataFrame:
    """Rend les départements du dernier millésime : code, nom, région."""
    lignes = sources.decoupage(sources.millesimes[-1], "departements")
    return pl.DataFrame(
        [(x["code"], x["nom"], x["region"]) for x in lignes if _en_france(x["code"])],
        schema=["code_departement", "departement", "code_region"], orient="row",
    ).sort("code_departement")


def regions(sources: Sources) -> pl.DataFrame:
    """Rend les régions du dernier millésime : code, nom, et le fond de carte où elles se trouvent."""
    lignes = sources.decoupage(sources.millesimes[-1], "regions")
    return pl.DataFrame(
        [(x["code"], x["nom"], FONDS_PAR_REGION.get(x["code"], "metropole")) for x in lignes if _en_france(x["code"])],
        schema=["code_region", "region", "fonds"], orient="row",
    ).sort("code_region")


def communes_anciennes(sources: Sources) -> pl.DataFrame:
    """Rend les codes qui ne sont plus (ou pas) des communes, et la commune actuelle où ils sont.

    Arrondissements municipaux, communes déléguées et associées, tels que le dernier millésime qui en
    parle les donne. Les codes redevenus communes n'y sont pas.
    """
    actuelles: set[str] = set()
    parents: dict[str, tuple[str, str, str]] = {}
    for millesime in sources.millesimes:
        lignes = sources.decoupage(millesime, "communes")
        actuelles = {x["code"] for x in lignes if x["type"] == "commune-actuelle"}
        parents |= {
            x["code"]: (x["nom"], _TYPES_ANCIENS[x["type"]], x.get("commune") or x["chefLieu"])
            for x in lignes if x["type"] in _TYPES_ANCIENS
        }
    return pl.DataFrame(
        [(code, nom, nature, _remonter(parent, actuelles, parents))
         for code, (nom, nature, parent) in parents.items() if code not in actuelles],
        schema=["code_ancien", "nom_ancien", "nature", "code_commune"], orient="row",
    ).sort("code_ancien")


def _remonter(code: str, actuelles: set[str], parents: dict[str, tuple[str, str, str]]) -> str:
    """Suit les fusions successives jusqu'à une commune qui existe."""
    vus = {code}
    while code not in actuelles and code in parents and parents[code][2] not in vus:
        code = parents[code][2]
        vus.add(code)
    return code


def _communes_du(sources: Sources, millesime: int) -> pl.DataFrame:
    appartenance = dict(_membres(sources, millesime))
    return pl.DataFrame(
        [
            (x["code"], x["nom"], x["departement"], x["region"], appartenance.get(x["code"]), x.get("population"))
            for x in sources.decoupage(millesime, "communes")
            if x["type"] == "commune-actuelle" and _en_france(x["code"])
        ],
        schema={"code_commune": pl.String, "commune": pl.String, "code_departement": pl.String,
                "code_region": pl.String, "epci_siren": pl.String, "population": pl.Int64},
        orient="row",
    ).with_columns(millesime=pl.lit(millesime, pl.Int64))


def _membres(sources: Sources, millesime: int) -> Iterator[tuple[str, str]]:
    """Donne (commune, EPCI). La liste d'EPCI du découpage 2026 est encore celle de 2025 : on prend les contours."""
    if millesime < sources.millesimes[-1]:
        for groupement in sources.decoupage(millesime, "epci"):
            for membre in groupement["membres"]:
                yield membre["code"], groupement["code"]
        return
    siren = dict(sources.contours("epci", ("id", "code")).iter_rows())
    for code, nature, cle in sources.contours("communes", ("code", "type", "epci_id")).iter_rows():
        if nature == "COM" and cle is not None:
            yield code, siren[cle]


def _epci_du(sources: Sources, millesime: int) -> pl.DataFrame:
    lignes = [(x["code"], x["nom"], TYPES_EPCI[x["type"]]) for x in sources.decoupage(millesime, "epci")]
    if millesime == sources.millesimes[-1]:
        noms = {siren: nom for siren, nom, _nature in lignes}
        lignes = [
            (siren, noms.get(siren) or _abreger(nom), TYPES_EPCI[nature])
            for siren, nom, nature in sources.contours("epci", ("code", "nom", "type")).iter_rows()
        ]
    return pl.DataFrame(lignes, schema=["epci_siren", "epci", "epci_type"], orient="row").with_columns(
        millesime=pl.lit(millesime, pl.Int64)
    )


def _abreger(nom: str) -> str:
    """Écrit un nom complet comme l'INSEE l'écrit dans ses listes (« CC du Lévézou »)."""
    for motif, abrege in _ABREGES:
        nom = motif.sub(abrege, nom)
    return nom


def _en_france(code: str) -> bool:
    """Vrai pour la métropole et les cinq départements d'outre-mer, faux pour les autres collectivités."""
    return not code.startswith(_COLLECTIVITES_OUTRE_MER)


def _periodes(vues: pl.DataFrame, cle: str, etats: tuple[str, ...]) -> pl.DataFrame:
    """Réunit les millésimes qui se suivent et où les `etats` d'une `cle` restent les mêmes."""
    ordonnees = vues.sort(cle, "millesime")
    rupture = pl.any_horizontal(
        pl.col(cle) != pl.col(cle).shift(1),
        pl.col("millesime") != pl.col("millesime").shift(1) + 1,
        *[pl.col(etat).ne_missing(pl.col(etat).shift(1)) for etat in etats],
    ).fill_null(True)
    return (
        ordonnees.with_columns(suite=rupture.cum_sum())
        .group_by("suite", cle, *etats)
        .agg(depuis=pl.col("millesime").min(), jusqua=pl.col("millesime").max())
        .drop("suite")
    )


def _derniers(vues: pl.DataFrame, cle: str, champs: tuple[str, ...]) -> pl.DataFrame:
    """Rend, pour chaque `cle`, la dernière valeur connue des `champs`."""
    return vues.sort(cle, "millesime").group_by(cle).agg(pl.col(champ).drop_nulls().last() for champ in champs)
