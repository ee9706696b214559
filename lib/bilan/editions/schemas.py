"""Du catalogue au Table Schema : ce que la fiche d'une colonne dit, dans les mots de Frictionless."""

from typing import Any

import dataframely as dy

from bilan.projet import DeclarationJeu, Jeu
from bilan.tables.colonne import fiche_de

_TYPES = {"String": "string", "Int64": "integer", "Float64": "number", "Date": "date"}
_BORNES = (("min", "minimum"), ("max", "maximum"))
_LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence version 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
}


def schema_de_table(nom: str, titre: str, description: str, schema: type[dy.Schema]) -> dict[str, Any]:
    """Rend le Table Schema d'une table, titres et descriptions en français, codes permis et clé compris."""
    champs = [_champ(colonne, col) for colonne, col in schema.columns().items()]
    contenu = {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": nom.replace("_", "-"),
        "title": titre,
        "description": description,
        "fields": champs,
        "missingValues": [""],
    }
    cle = list(schema.primary_key())
    return contenu | ({"primaryKey": cle} if cle else {})


def ressource(nom: str, titre: str, description: str) -> dict[str, Any]:
    """Rend la ressource d'une table dans son paquet : le CSV qui fait foi, et son schéma à côté."""
    return {
        "name": nom.replace("_", "-"),
        "title": titre,
        "description": description,
        "path": f"{nom}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        "schema": f"{nom}.schema.json",
    }


def paquet(
    jeu: Jeu, declaration: DeclarationJeu, avertissement: str, ressources: list[dict[str, Any]]
) -> dict[str, Any]:
    """Rend le contenu de `datapackage.json` ; sa date est celle des données, jamais celle du jour."""
    decrit = (
        f"{avertissement} Période {declaration.periode}, données connues le {declaration.connu_le.isoformat()}. "
        "Chaque table existe aussi en Parquet, et pour tableur français dans « tableur »."
    )
    return {
        "profile": "tabular-data-package",
        "name": f"bilan-attributions-{jeu}",
        "title": f"Bilan régional de la réforme des attributions : {declaration.titre}",
        "description": decrit.strip(),
        "created": f"{declaration.connu_le.isoformat()}T00:00:00Z",
        "licenses": [_LICENCE],
        "resources": ressources,
    }


def _champ(nom: str, col: dy.Column) -> dict[str, Any]:
    fiche = fiche_de(col)
    genre = _TYPES[type(col).__name__]
    contraintes: dict[str, Any] = {} if col.nullable else {"required": True}
    if fiche.valeurs:
        contraintes["enum"] = list(fiche.valeurs)
    if motif := getattr(col, "regex", None):
        contraintes["pattern"] = motif
    for attribut, mot in _BORNES:
        borne = getattr(col, attribut, None)
        if borne is not None:
            contraintes[mot] = borne.isoformat() if hasattr(borne, "isoformat") else borne
    champ: dict[str, Any] = {
        "name": nom,
        "title": fiche.titre if fiche.unite.lower() in fiche.titre.lower() else f"{fiche.titre} ({fiche.unite})",
        "description": _decrire(fiche.description, fiche.source, fiche.valeurs),
        "type": genre,
    }
    if fiche.exemple:
        champ["example"] = fiche.exemple
    if genre == "date":
        champ["format"] = "%Y-%m-%d"
    return champ | ({"constraints": contraintes} if contraintes else {})


def _decrire(description: str, source: str, valeurs: dict[str, str] | None) -> str:
    permises = " Valeurs : " + " ; ".join(f"{code} = {libelle}" for code, libelle in valeurs.items()) if valeurs else ""
    return f"{description.rstrip('.')}. Source : {source}.{permises}"
