"""Ce qui ne doit rien changer : l'ordre, le découpage d'un fichier, un bailleur sans logement, les arrondissements."""

import jouet
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bilan.indicateurs.calcul import calculer

COMPTES = ["logements_liberes", "logements_proposes", "logements_attribues", "baux_signes"]
DU_FLUX = ("N1", "N2", "N3", "F1", "F2", "F3", "F7")


@pytest.fixture(scope="module")
def reference():
    return calculer(jouet.tables(), jouet.contexte())


def avec(**remplacees: pl.DataFrame) -> pl.DataFrame:
    return calculer(jouet.tables() | remplacees, jouet.contexte())


@pytest.mark.parametrize("graine", [20240208])
def test_l_ordre_des_lignes_ne_change_rien(reference, graine):
    melees = {nom: table.sample(fraction=1, shuffle=True, seed=graine) for nom, table in jouet.tables().items()}
    assert_frame_equal(calculer(melees, jouet.contexte()), reference, check_exact=True)


def coupee_en_deux(flux: pl.DataFrame) -> pl.DataFrame:
    moitie = pl.col(COMPTES) // 2
    return pl.concat([flux.with_columns(moitie), flux.with_columns(pl.col(COMPTES) - moitie)])


def bailleur_vide(flux: pl.DataFrame, comme: str, nom: str) -> pl.DataFrame:
    du_modele = flux.filter(pl.col("bailleur_siren") == comme)
    return du_modele.with_columns(pl.col(COMPTES) * 0, bailleur_siren=pl.lit(nom), emetteur=pl.lit(nom))


def sans_le_vide(apres: pl.DataFrame, nom: str) -> pl.DataFrame:
    du_vide = (pl.col("territoire") == nom) | pl.col("modalite").str.starts_with(nom)
    assert apres.filter(du_vide & (pl.col("valeur") != 0)).is_empty()
    return apres.filter(~du_vide)


def marseille_eclatee(table: pl.DataFrame) -> pl.DataFrame:
    arrondissement = pl.int_range(1, pl.len() + 1).mod(16).add(1).cast(pl.String).str.zfill(2)
    eclate = pl.when(pl.col("code_commune") == "13055").then(pl.format("132{}", arrondissement))
    return table.with_columns(code_commune=eclate.otherwise("code_commune"))


def test_un_fichier_coupe_en_deux_donne_les_memes_chiffres(reference):
    moities = coupee_en_deux(jouet.tables()["flux_bilan"])
    assert_frame_equal(avec(flux_bilan=moities), reference, check_exact=True)


def test_un_bailleur_sans_logement_ne_change_aucun_chiffre(reference):
    flux = jouet.tables()["flux_bilan"]
    apres = avec(flux_bilan=pl.concat([flux, bailleur_vide(flux, "JOUET0001", "JOUET0009")]))
    assert_frame_equal(sans_le_vide(apres, "JOUET0009"), reference, check_exact=True)


def test_les_arrondissements_de_marseille_se_replient(reference):
    eclatees = {nom: marseille_eclatee(jouet.tables()[nom]) for nom in ("flux_bilan", "parc_rpls")}
    assert eclatees["flux_bilan"]["code_commune"].n_unique() > 10
    assert_frame_equal(avec(**eclatees), reference, check_exact=True)


@pytest.mark.lent
def test_sur_l_annee_de_demonstration_tout_cela_ensemble_ne_change_rien(demonstration):
    tables, vide = demonstration.tables, "999999990"
    flux = tables["flux_bilan"]
    coupee = pl.concat([coupee_en_deux(flux), bailleur_vide(flux, flux["bailleur_siren"].min(), vide)])
    eclatees = {"flux_bilan": marseille_eclatee(coupee), "parc_rpls": marseille_eclatee(tables["parc_rpls"])}
    assert eclatees["flux_bilan"]["code_commune"].n_unique() >= flux["code_commune"].n_unique() + 15
    melees = {nom: table.sample(fraction=1, shuffle=True, seed=8) for nom, table in (tables | eclatees).items()}
    apres = sans_le_vide(calculer(melees, demonstration.contexte, DU_FLUX), vide)
    attendues = demonstration.mesures.filter(pl.col("indicateur").is_in(DU_FLUX))
    assert_frame_equal(apres, attendues, check_exact=True, check_row_order=False)


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
