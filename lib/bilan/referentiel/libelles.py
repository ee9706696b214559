"""Libellés courts des EPCI : choisis à la main quand ils sont dans le fichier, sinon tirés du nom officiel."""

from pathlib import Path

import polars as pl

from bilan.referentiel.lecture import lire_csv

FICHIER = "libelles_courts.csv"

_NATURE = r"^(?:CC|CA|CU|Communauté (?:de communes|d'agglomération|urbaine)|Métropole)\s+"
_ARTICLE = r"^(?:du |de la |de l'|des |de |d'|la |le |les |l')"
_PARENTHESE = r"\s*\([^)]*\)\s*$"


def libelles_courts(epci: pl.DataFrame, dossier: Path) -> pl.DataFrame:
    """Ajoute `epci_court` à une table qui a `epci_siren` et `epci`."""
    choisis = lire_csv(dossier / FICHIER, ("epci_siren", "epci_court"))
    return epci.join(choisis, on="epci_siren", how="left").with_columns(
        epci_court=pl.coalesce("epci_court", _abrege("epci"))
    )


def _abrege(colonne: str) -> pl.Expr:
    """Ôte la nature juridique, l'article et la parenthèse finale : « CC du Pays de X (PX) » devient « Pays de X »."""
    sans_article = pl.col(colonne).str.replace(_NATURE, "").str.replace(_ARTICLE, "").str.replace(_PARENTHESE, "")
    return sans_article.str.slice(0, 1).str.to_uppercase() + sans_article.str.slice(1)
