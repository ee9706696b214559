"""Le catalogue : chaque colonne se présente, chaque règle refuse ce qu'elle doit refuser."""

from datetime import date
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from bilan.erreurs import ErreurUsage
from bilan.projet import Projet
from bilan.tables.briques import cle_de
from bilan.tables.catalogue import CATALOGUE, REGISTRES, description, table, titre
from bilan.tables.colonne import fiche_de
from bilan.tables.dictionnaire import rendre

TABLES_DU_DOMAINE = {
    "flux_bilan", "flux_objectifs", "conventions", "epci_avancement", "caleol_suivi", "previsionnel_soustraits",
    "attributions_publics", "agrements", "copil_participation", "parc_rpls",
}  # fmt: skip


def test_les_dix_tables_du_domaine_sont_au_catalogue() -> None:
    assert set(CATALOGUE) >= TABLES_DU_DOMAINE


@pytest.mark.parametrize("nom", CATALOGUE)
def test_chaque_colonne_a_titre_description_et_source(nom: str) -> None:
    assert titre(nom)[0].isupper()
    assert len(description(nom)) > 30
    for colonne in CATALOGUE[nom].columns().values():
        fiche = fiche_de(colonne)
        assert fiche.titre and fiche.description and fiche.source
    assert "date_arrete" in CATALOGUE[nom].column_names()
    assert cle_de(CATALOGUE[nom])


def test_les_registres_gardent_leurs_arretes_dans_leur_cle() -> None:
    for nom in REGISTRES:
        assert "date_arrete" in cle_de(CATALOGUE[nom])


def test_une_table_inconnue_propose_les_plus_proches() -> None:
    with pytest.raises(ErreurUsage, match="flux_bilan"):
        table("flux_billan")


def test_le_dictionnaire_verse_au_depot_est_a_jour() -> None:
    ecrit = (Projet.trouver().racine / "docs" / "dictionnaire.md").read_text(encoding="utf-8")
    assert ecrit == rendre(), "relancez « bilan dictionnaire »"


def _objectif(**changements: Any) -> dict[str, Any]:
    ligne = dict.fromkeys(CATALOGUE["flux_objectifs"].column_names())
    return ligne | {
        "annee": 2024, "bailleur_siren": "999000011", "reservataire_categorie": "ETAT_PRIO",
        "perimetre_type": "DEPARTEMENT", "perimetre_code": "06", "code_departement": "06", "taux_pct": 25.0,
        "date_effet": date(2024, 1, 1), "date_arrete": date(2024, 2, 28),
    } | changements  # fmt: skip


def _fautes(nom: str, lignes: list[dict[str, Any]]) -> set[str]:
    schema = CATALOGUE[nom]
    types = {colonne: col.dtype for colonne, col in schema.columns().items()}
    return set(schema.filter(pl.DataFrame(lignes, schema=types)).failure.counts())


def test_un_objectif_est_un_taux_ou_un_nombre_de_droits() -> None:
    assert _fautes("flux_objectifs", [_objectif()]) == set()
    assert _fautes("flux_objectifs", [_objectif(taux_pct=None, nb_droits=40)]) == set()
    assert _fautes("flux_objectifs", [_objectif(nb_droits=40)]) == {"taux_ou_droits"}
    assert _fautes("flux_objectifs", [_objectif(taux_pct=None)]) == {"taux_ou_droits"}


def test_une_cle_ne_se_repete_pas_meme_avec_un_identifiant_vide() -> None:
    assert _fautes("flux_objectifs", [_objectif(), _objectif(taux_pct=30.0)]) == {"cle_unique"}
    assert _fautes("flux_objectifs", [_objectif(), _objectif(date_effet=date(2024, 7, 1))]) == set()


def test_un_code_inconnu_ou_un_taux_de_plus_de_cent_sont_refuses() -> None:
    assert _fautes("flux_objectifs", [_objectif(reservataire_categorie="PREFET")]) == {
        "reservataire_categorie|check__valeurs_permises"
    }
    assert _fautes("flux_objectifs", [_objectif(taux_pct=101.0)]) == {"taux_pct|max"}
    assert _fautes("flux_objectifs", [_objectif(perimetre_code="6")]) == {"perimetre_code|regex"}


def test_les_baux_d_une_partie_ne_depassent_pas_le_tout() -> None:
    ligne: dict[str, Any] = dict.fromkeys(CATALOGUE["attributions_publics"].column_names())
    ligne |= {
        "annee": 2024, "epci_siren": "200054807", "code_departement": "13", "reservataire_categorie": "COMMUNE",
        "baux_total": 10, "baux_qpv": 4, "baux_hors_qpv": 6, "baux_hors_qpv_q1": 2, "date_arrete": date(2024, 12, 31),
    }  # fmt: skip
    assert _fautes("attributions_publics", [ligne]) == set()
    assert _fautes("attributions_publics", [ligne | {"baux_qpv": 5}]) == {"parties_dans_le_tout"}
    assert _fautes("attributions_publics", [ligne | {"baux_hors_qpv_q1": 7}]) == {"premier_quartile_dans_hors_quartier"}


@pytest.mark.parametrize("schema", CATALOGUE.values())
def test_une_table_vide_est_valide(schema: type[dy.Schema]) -> None:
    assert schema.validate(schema.create_empty()).is_empty()
