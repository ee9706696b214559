"""Empreintes de contenu : deux lots de lignes égaux, dans n'importe quel ordre, ont la même."""

import polars as pl

from bilan.entrepot.fichiers import empreinte


def empreintes_par(lignes: pl.DataFrame, cles: list[str]) -> dict[tuple[str | None, ...], str]:
    """Rend l'empreinte des lignes de chaque groupe de `cles`."""
    entete = repr([(nom, str(genre)) for nom, genre in lignes.schema.items()])
    en_texte = pl.concat_str(pl.struct(lignes.columns).struct.json_encode()).alias("_texte")
    groupes = (
        lignes.select(*cles, en_texte)
        .sort(*cles, "_texte")
        .group_by(cles, maintain_order=True)
        .agg(pl.col("_texte").str.join("\n"))
    )
    return {tuple(ligne[:-1]): empreinte(f"{entete}\n{ligne[-1]}".encode()) for ligne in groupes.iter_rows()}
