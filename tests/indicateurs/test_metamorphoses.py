"""Ce qui ne doit rien changer : l'ordre, le découpage d'un fichier, un bailleur sans logement, les arrondissements."""

import jouet
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bilan.indicateurs.calcul import calculer

COMPTES = ["logements_liberes", "logements_proposes", "logements_attribues", "baux_signes"]


@pytest.fixture(scope="module")
def reference():
    return calculer(jouet.tables(), jouet.contexte())


def avec(**remplacees: pl.DataFrame) -> pl.DataFrame:
    return calculer(jouet.tables() | remplacees, jouet.contexte())


@pytest.mark.parametrize("graine", [20240208])
def test_l_ordre_des_lignes_ne_change_rien(reference, graine):
    melees = {nom: table.sample(fraction=1, shuffle=True, seed=graine) for nom, table in jouet.tables().items()}
    assert_frame_equal(calculer(melees, jouet.contexte()), reference, check_exact=True)


def test_un_fichier_coupe_en_deux_donne_les_memes_chiffres(reference):
    flux = jouet.tables()["flux_bilan"]
    moities = [flux.with_columns(pl.col(COMPTES) // 2), flux.with_columns(pl.col(COMPTES) - pl.col(COMPTES) // 2)]
    assert_frame_equal(avec(flux_bilan=pl.concat(moities)), reference, check_exact=True)


def test_un_bailleur_sans_logement_ne_change_aucun_chiffre(reference):
    flux = jouet.tables()["flux_bilan"]
    vide = flux.filter(pl.col("bailleur_siren") == "JOUET0001").with_columns(
        pl.col(COMPTES) * 0, bailleur_siren=pl.lit("JOUET0009"), emetteur=pl.lit("JOUET0009")
    )
    apres = avec(flux_bilan=pl.concat([flux, vide]))
    du_vide = (pl.col("territoire") == "JOUET0009") | pl.col("modalite").str.starts_with("JOUET0009")
    assert apres.filter(du_vide & (pl.col("valeur") != 0)).is_empty()
    assert_frame_equal(apres.filter(~du_vide), reference, check_exact=True)


def test_les_arrondissements_de_marseille_se_replient(reference):
    marseille = pl.col("code_commune") == "13055"
    eclatees = {
        nom: jouet.tables()[nom].with_columns(
            code_commune=pl.when(marseille)
            .then(pl.format("132{}", pl.int_range(1, pl.len() + 1).mod(16).add(1).cast(pl.String).str.zfill(2)))
            .otherwise("code_commune")
        )
        for nom in ("flux_bilan", "parc_rpls")
    }
    assert eclatees["flux_bilan"]["code_commune"].n_unique() > 10
    assert_frame_equal(avec(**eclatees), reference, check_exact=True)


def test_une_livraison_annuelle_l_emporte_sur_les_trimestres(reference):
    flux = jouet.tables()["flux_bilan"]
    gonfles = flux.with_columns(
        pl.when(pl.col("periode") == "AN")
        .then(pl.col("logements_attribues"))
        .otherwise(pl.col("logements_attribues") * 10)
    )
    annee = (pl.col("periode") == "2024") & pl.col("indicateur").is_in(["N2", "F3", "F7"])
    assert_frame_equal(avec(flux_bilan=gonfles).filter(annee), reference.filter(annee), check_exact=True)


def test_quatre_trimestres_seuls_font_une_annee_provisoire():
    flux = jouet.tables()["flux_bilan"]
    un = flux.filter((pl.col("bailleur_siren") == "JOUET0001") & (pl.col("periode") == "T1"))
    trimestres = pl.concat([un.with_columns(periode=pl.lit(f"T{rang}")) for rang in range(1, 5)])
    parc = jouet.tables()["parc_rpls"].filter(pl.col("bailleur_siren") == "JOUET0001")
    annee = avec(flux_bilan=trimestres, parc_rpls=parc).filter(
        (pl.col("indicateur") == "N2") & (pl.col("territoire_type") == "region") & (pl.col("modalite") == "ensemble")
    )
    assert annee.filter(pl.col("periode") == "2024").select("valeur", "couverture", "maturite").row(0) == (
        60,
        1,
        "provisoire",
    )


def test_un_trou_dans_les_trimestres_fait_un_bailleur_muet_et_non_un_chiffre_trop_bas():
    flux = jouet.tables()["flux_bilan"]
    trouee = flux.filter(~((pl.col("bailleur_siren") == "JOUET0001") & (pl.col("periode") == "T1")))
    t2 = avec(flux_bilan=trouee).filter(
        (pl.col("indicateur") == "N2")
        & (pl.col("territoire") == "99")
        & (pl.col("periode") == "2024T2")
        & (pl.col("ventilation") == "ensemble")
    )
    assert t2.select("valeur", "repondants", "attendus").row(0) == (17 + 6, 2, 3)
