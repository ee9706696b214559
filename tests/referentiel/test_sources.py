"""Chaque fichier du référentiel dit d'où il vient, et les comptes annoncés sont ceux des fichiers."""

import re
from pathlib import Path

import polars as pl

from bilan.referentiel.construction import FICHIERS_CONSTRUITS
from bilan.referentiel.construction.paquets import paquets

TAILLE_MAXIMALE = 1_500_000


def fichiers(referentiel: Path) -> set[str]:
    return {chemin.relative_to(referentiel).as_posix() for chemin in referentiel.rglob("*") if chemin.is_file()}


def test_chaque_fichier_est_nomme_dans_les_sources(referentiel: Path) -> None:
    texte = (referentiel / "SOURCES.md").read_text(encoding="utf-8")
    nommes = set(re.findall(r"`([\w/]+\.(?:csv|parquet|toml))`", texte))
    assert fichiers(referentiel) - nommes == {"SOURCES.md", "LICENCE"}
    assert set(FICHIERS_CONSTRUITS) <= fichiers(referentiel)


def test_chaque_paquet_epingle_est_dans_les_sources(referentiel: Path) -> None:
    texte = (referentiel / "SOURCES.md").read_text(encoding="utf-8")
    assert [paquet.nom for paquet in paquets() if f"`{paquet.nom}`" not in texte or paquet.version not in texte] == []
    assert "Licence Ouverte 2.0" in (referentiel / "LICENCE").read_text(encoding="utf-8")


def test_les_vides_annonces_sont_ceux_du_fichier(referentiel: Path) -> None:
    texte = (referentiel / "SOURCES.md").read_text(encoding="utf-8")
    table = pl.read_csv(referentiel / "fonds" / "raccommodages.csv", separator=";",
                        schema_overrides={"code_commune": pl.String})
    assert f"{table.height} vides, {table['surface_km2'].sum():.0f} km² en tout" in texte
    for motif, vides, surface in table.group_by("motif").agg(pl.len(), pl.col("surface_km2").sum()).iter_rows():
        assert f"| {motif} | {vides} | {surface:.0f} km² |" in texte
    petits = table.filter(pl.col("motif").str.starts_with("trou") & (pl.col("surface_km2") < 0.1)).height
    assert f"{petits} d'entre eux font moins de 10 hectares" in texte
    en_paca = table.filter(pl.col("code_commune").str.slice(0, 2).is_in(["04", "05", "06", "13", "83", "84"]))
    assert en_paca["code_commune"].to_list() == ["13014"]


def test_les_fichiers_restent_legers(referentiel: Path) -> None:
    tailles = {nom: (referentiel / nom).stat().st_size for nom in fichiers(referentiel)}
    assert {nom: taille for nom, taille in tailles.items() if taille > TAILLE_MAXIMALE} == {}
    assert sum(tailles.values()) < 3_000_000
