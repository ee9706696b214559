"""Les totaux de la démonstration tombent sur ceux qui sont publiés (DREAL PACA, RPLS 2025, SNE 2019-2020)."""

from collections.abc import Callable

import polars as pl
import pytest

from bilan.demonstration.scene import Scene

AMP = "200054807"
DEPARTEMENTS = {"04": 7941, "05": 8026, "06": 65436, "13": 168339, "83": 60534, "84": 37334}
QPV_DEPARTEMENTS = {"04": 17.4, "05": 5.3, "06": 25.5, "13": 43.4, "83": 22.0, "84": 48.3}
EPCI = {
    AMP: 158167, "200030195": 34864, "248300543": 32828, "200039915": 11105, "200035319": 7466, "248300493": 6344,
    "200067825": 3817, "200034700": 3330, "200040442": 3039,
}  # fmt: skip

Lire = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def annuels(lire: Lire, scene: Scene) -> pl.DataFrame:
    communes = scene.terrain.communes.select("code_commune", "epci_siren")
    return lire("flux_bilan").filter(periode="AN").join(communes, on="code_commune")


def _part(lignes: pl.DataFrame, **egal: str) -> float:
    return 100 * lignes.filter(**egal)["logements_attribues"].sum() / lignes["logements_attribues"].sum()


def test_le_parc_de_chaque_departement_et_epci_publie_est_exact(lire: Lire, scene: Scene) -> None:
    communes = scene.terrain.communes.select("code_commune", "code_departement", "epci_siren")
    parc = lire("parc_rpls").join(communes, on="code_commune")
    par_departement = parc.group_by("code_departement").agg(pl.col("nb_logements").sum())
    assert dict(par_departement.iter_rows()) == DEPARTEMENTS
    assert parc["nb_logements"].sum() == 347610
    par_epci = dict(parc.group_by("epci_siren").agg(pl.col("nb_logements").sum()).iter_rows())
    assert {siren: par_epci[siren] for siren in EPCI} == EPCI


def test_la_part_en_qpv_de_chaque_departement_est_celle_publiee(lire: Lire, scene: Scene) -> None:
    parc = lire("parc_rpls").join(scene.terrain.communes.select("code_commune", "code_departement"), on="code_commune")
    poids = pl.col("nb_logements")
    parts = parc.group_by("code_departement").agg((pl.col("part_qpv_pct") * poids).sum() / poids.sum())
    for departement, part in parts.iter_rows():
        assert part == pytest.approx(QPV_DEPARTEMENTS[departement], abs=0.2)


def test_l_annee_compte_de_21_a_24_mille_attributions_dont_45_pour_cent_a_marseille_et_autour(
    annuels: pl.DataFrame,
) -> None:
    assert 21_000 <= annuels["logements_attribues"].sum() <= 24_000
    assert _part(annuels, epci_siren=AMP) == pytest.approx(45, abs=2)


def test_chaque_trimestre_compte_5_a_6_mille_attributions(scene: Scene) -> None:
    par_trimestre = scene.logements.group_by("t_attribue").len()
    for trimestre in range(1, 5):
        assert 5_000 <= par_trimestre.filter(t_attribue=trimestre)["len"].item() <= 6_700


def test_la_structure_des_attributions_est_plausible(annuels: pl.DataFrame) -> None:
    assert _part(annuels, typologie="T3") == pytest.approx(39, abs=1.5)
    assert _part(annuels, typologie="T4") == pytest.approx(33, abs=1.5)
    etat = _part(annuels, reservataire_categorie="ETAT_PRIO") + _part(annuels, reservataire_categorie="ETAT_FONC")
    assert 25 <= etat <= 30
    assert 11 <= _part(annuels, type_offre="MISE_EN_SERVICE") <= 19
    collectivites = sum(_part(annuels, reservataire_categorie=c) for c in ("COMMUNE", "EPCI", "DEPARTEMENT", "REGION"))
    assert collectivites <= 20


def test_les_baux_suivent_les_attributions_qui_suivent_les_propositions(annuels: pl.DataFrame) -> None:
    proposes, attribues, baux = (annuels[c].sum() for c in ("logements_proposes", "logements_attribues", "baux_signes"))
    assert baux < attribues < proposes
    assert baux / attribues > 0.9
    assert 0 < annuels.filter(pl.col("logements_attribues") > pl.col("logements_proposes")).height < annuels.height / 5


def test_les_cellules_communales_sont_minuscules(lire: Lire) -> None:
    trimestre = lire("flux_bilan").filter(annee=2024, periode="T3", reservataire_categorie="COMMUNE")
    cellules = trimestre.group_by("bailleur_siren", "code_commune").agg(pl.col("logements_attribues").sum())
    assert (cellules["logements_attribues"] <= 5).mean() > 0.8


def test_un_menage_sur_six_hors_qpv_est_du_premier_quartile(lire: Lire) -> None:
    publics = lire("attributions_publics")
    assert 15 <= 100 * publics["baux_hors_qpv_q1"].sum() / publics["baux_hors_qpv"].sum() <= 20
    assert publics["ressources_non_renseignees"].sum() > 0


def test_les_taux_d_un_perimetre_ne_depassent_jamais_cent(lire: Lire) -> None:
    objectifs = lire("flux_objectifs").filter(pl.col("date_fin").is_null())
    sommes = objectifs.group_by("bailleur_siren", "perimetre_code").agg(pl.col("taux_pct").sum())
    assert sommes["taux_pct"].max() <= 100
    etat = objectifs.filter(pl.col("reservataire_categorie").is_in(["ETAT_PRIO", "ETAT_FONC"]))
    assert etat.group_by("bailleur_siren", "perimetre_code").agg(pl.col("taux_pct").sum())["taux_pct"].max() <= 30


def test_la_production_de_2023_est_celle_du_copil(lire: Lire) -> None:
    fin_2023 = lire("agrements", toutes=True).filter(annee=2023).filter(pl.col("date_arrete").dt.month() == 12)
    assert (fin_2023["nb_agrees"].sum(), fin_2023["objectif"].sum()) == (6698, 11000)


def test_au_premier_arrete_la_cotation_se_partage_en_4_15_et_7(lire: Lire) -> None:
    premier = lire("epci_avancement", toutes=True).filter(pl.col("date_arrete") == pl.col("date_arrete").min())
    soumis = premier.filter(soumis_reforme="O")
    assert (premier.height, soumis.height) == (52, 26)
    assert dict(soumis["etat_cotation"].value_counts().iter_rows()) == {
        "EFFECTIVE_OU_IMMINENTE": 4, "PREVUE": 15, "DELAI_PLUS_LONG": 7,
    }  # fmt: skip
