"""Les positions du flux : ce qui se compte dans un bilan, où, et comment les livraisons se composent en périodes."""

import polars as pl

COMPTES = ("proposes", "attribues", "baux", "liberes", "attribues_avec_baux", "lignes_avec_baux", "lignes_sans_liberes")
"""Comptes du flux, en logements : deux d'entre eux gardent la trace de ce qui n'a pas été renseigné.

`attribues_avec_baux` ne compte les attributions que des lignes dont les baux sont renseignés : c'est le
seul dénominateur honnête de baux/attribués. `lignes_sans_liberes` compte les lignes aux libérés vides.
"""

COMPTES_VENTILES = COMPTES[:3]
"""Comptes que l'on ventile selon les axes légaux du bilan ; pour toute une France, les autres pèseraient en vain."""

CLES_LIVRAISON = ("annee", "bailleur_siren", "periode_livree", "mode_cumul")
"""Ce qui distingue une livraison de bilan."""

LIEUX = ("code_departement", "epci_siren", "code_commune")
"""Ce qui situe un logement."""


_ARRONDISSEMENTS = {r"^132(0[1-9]|1[0-6])$": "13055", r"^751(0[1-9]|1\d|20)$": "75056", r"^6938[1-9]$": "69123"}


def replier_arrondissement(code: pl.Expr) -> pl.Expr:
    """Rend le code de la commune entière : 13201…13216 → 13055, 75101… → 75056, 69381… → 69123."""
    for arrondissement, commune in _ARRONDISSEMENTS.items():
        code = code.str.replace(arrondissement, commune)
    return code


def composer_positions(composition: pl.DataFrame, cube: pl.DataFrame, dimensions: tuple[str, ...]) -> pl.DataFrame:
    """Rend les `COMPTES` de chaque période d'une `composition`, par bailleur et selon les `dimensions` du `cube`."""
    sommes = {nom: (pl.col(nom) * pl.col("coefficient")).sum() for nom in COMPTES[:-2]}
    traces = {nom: pl.col(nom).sum() for nom in COMPTES[-2:]}
    lignes = composition.lazy().join(cube.lazy(), on=list(CLES_LIVRAISON), how="inner")
    return lignes.group_by("periode", "bailleur_siren", *dimensions).agg(**sommes, **traces).collect()


def comptes() -> dict[str, pl.Expr]:
    """Rend les expressions des `COMPTES` sur les lignes d'un bilan livré."""
    baux = pl.col("baux_signes").is_not_null()
    attribues = pl.col("logements_attribues").cast(pl.Int64)
    return {
        "proposes": pl.col("logements_proposes").cast(pl.Int64).sum(),
        "attribues": attribues.sum(),
        "baux": pl.col("baux_signes").cast(pl.Int64).sum(),
        "liberes": pl.col("logements_liberes").cast(pl.Int64).sum(),
        "attribues_avec_baux": attribues.filter(baux).sum(),
        "lignes_avec_baux": baux.cast(pl.Int64).sum(),
        "lignes_sans_liberes": pl.col("logements_liberes").is_null().cast(pl.Int64).sum(),
    }


def positions_vides(dimensions: tuple[str, ...]) -> pl.DataFrame:
    """Rend des positions sans aucune ligne, aux colonnes de ces `dimensions`."""
    textes = ("periode", "bailleur_siren", *dimensions)
    return pl.DataFrame(schema={**dict.fromkeys(textes, pl.String), **dict.fromkeys(COMPTES, pl.Int64)})
