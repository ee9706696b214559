"""Chaque ennui de la vraie vie est là, et nulle part ailleurs que là où on le dit."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.scene import Scene

Lire = Callable[..., pl.DataFrame]


def _sirens(scene: Scene, envoi: str) -> list[str]:
    return scene.terrain.bailleurs.filter(envoi=envoi)["siren"].to_list()


def _bilans(envois: list[Livraison], siren: str) -> dict[str, list[Livraison]]:
    siens: dict[str, list[Livraison]] = {}
    for envoi in envois:
        if envoi.table == "flux_bilan" and envoi.emetteur == siren:
            siens.setdefault(envoi.periode, []).append(envoi)
    return siens


def test_un_bailleur_attendu_n_envoie_jamais_rien(envois: list[Livraison], scene: Scene, lire: Lire) -> None:
    (muet,) = _sirens(scene, "jamais")
    assert muet not in {envoi.emetteur for envoi in envois}
    assert lire("parc_rpls").filter(bailleur_siren=muet)["nb_logements"].sum() > 0


def test_deux_bailleurs_livrent_l_annee_apres_l_echeance_dont_un_apres_l_edition(
    envois: list[Livraison],
) -> None:
    annuels = [envoi for envoi in envois if envoi.table == "flux_bilan" and envoi.periode == "2024"]
    retards = sorted(envoi.date_connue for envoi in annuels if envoi.date_connue > date(2025, 2, 28))
    assert retards == [date(2025, 3, 20), date(2025, 4, 18)]


def test_un_bailleur_s_arrete_apres_le_deuxieme_trimestre(envois: list[Livraison], scene: Scene) -> None:
    (partiel,) = _sirens(scene, "t1_t2")
    assert set(_bilans(envois, partiel)) == {"2024T1", "2024T2"}


def test_un_seul_bailleur_cumule_ses_trimestres(lire: Lire, scene: Scene) -> None:
    trimestres = lire("flux_bilan").filter(pl.col("periode") != "AN", mode_cumul="CUMUL")
    assert trimestres["bailleur_siren"].unique().to_list() == _sirens(scene, "cumul")
    totaux = trimestres.group_by("periode").agg(pl.col("logements_attribues").sum()).sort("periode")
    assert totaux["logements_attribues"].is_sorted()


def test_deux_bailleurs_refont_leur_deuxieme_trimestre(envois: list[Livraison], scene: Scene) -> None:
    comptes = Counter(
        (envoi.emetteur, envoi.periode) for envoi in envois if envoi.table == "flux_bilan"
    )
    assert {cle for cle, nombre in comptes.items() if nombre > 1} == {
        (siren, "2024T2") for siren in _sirens(scene, "rectifie")
    }
    for siren in _sirens(scene, "rectifie"):
        premier, second = sorted(_bilans(envois, siren)["2024T2"], key=lambda envoi: envoi.date_connue)
        assert premier.date_arrete == second.date_arrete
        assert premier.lignes["logements_attribues"].sum() < second.lignes["logements_attribues"].sum()


def test_l_annee_vaut_la_somme_des_trimestres(lire: Lire, scene: Scene) -> None:
    a_part = _sirens(scene, "t1_t2") + _sirens(scene, "cumul")
    bilans = lire("flux_bilan").filter(~pl.col("bailleur_siren").is_in(a_part), annee=scene.parametres.annee)
    mesures = ["logements_proposes", "logements_attribues", "baux_signes"]
    annee = bilans.filter(periode="AN").group_by("bailleur_siren").agg(pl.col(mesures).sum()).sort("bailleur_siren")
    trimestres = bilans.filter(pl.col("periode") != "AN")
    somme = trimestres.group_by("bailleur_siren").agg(pl.col(mesures).sum()).sort("bailleur_siren")
    assert annee.equals(somme)


def test_l_annee_d_avant_ne_donne_que_ses_quatre_trimestres_en_une_livraison(
    envois: list[Livraison], scene: Scene, lire: Lire
) -> None:
    avant = scene.parametres.annee - 1
    livrees = [envoi for envoi in envois if envoi.table == "flux_bilan" and envoi.periode == str(avant)]
    muets = _sirens(scene, "jamais") + _sirens(scene, "t1_t2")
    assert {e.emetteur for e in livrees} == set(scene.terrain.bailleurs["siren"]) - set(muets)
    assert len(livrees) == len({e.emetteur for e in livrees})
    par_trimestre = lire("flux_bilan").filter(annee=avant).group_by("periode").agg(pl.col("logements_attribues").sum())
    volumes = dict(par_trimestre.iter_rows())
    assert sorted(volumes) == ["T1", "T2", "T3", "T4"]
    parts = [100 * volumes[f"T{rang}"] / sum(volumes.values()) for rang in range(1, 5)]
    assert parts == pytest.approx(list(scene.parametres.flux.saison_precedente_pct), abs=1)


def test_les_logiciels_sans_champs_facultatifs_les_laissent_vides(lire: Lire, scene: Scene) -> None:
    muets = scene.terrain.bailleurs.filter(~pl.col("champs_facultatifs"))["siren"].to_list()
    facultatifs = lire("flux_bilan").group_by("bailleur_siren").agg(pl.col("logements_liberes").is_null().all())
    assert set(facultatifs.filter("logements_liberes")["bailleur_siren"]) == set(muets)


def test_liberes_moins_soustraits_font_les_relocations_proposees(lire: Lire, scene: Scene) -> None:
    cle = ["bailleur_siren", "code_departement"]
    annuels = lire("flux_bilan").filter(periode="AN", type_offre="RELOCATION")
    complets = annuels.filter(pl.col("logements_liberes").is_not_null())
    assiettes = complets.group_by(cle).agg(pl.col("logements_liberes", "logements_proposes").sum())
    soustraits = lire("previsionnel_soustraits").filter(annee=2025)
    ensemble = assiettes.join(soustraits.group_by(cle).agg(pl.col("nb_realise_annee_n_1").sum()), on=cle)
    assert ensemble.height > 30
    ecart = ensemble["logements_liberes"] - ensemble["nb_realise_annee_n_1"] - ensemble["logements_proposes"]
    assert ecart.abs().max() == 0


def test_une_convention_non_signee_a_son_motif_et_pas_d_objectif(lire: Lire) -> None:
    conventions = lire("conventions").filter(type_convention="FLUX")
    fin = conventions.filter(date_arrete=date(2024, 12, 31))
    non_signees = fin.filter(pl.col("statut_convention") != "SIGNEE")
    assert non_signees.height > 50
    assert non_signees["motif_non_signature"].null_count() == 0
    cle = ["bailleur_siren", "reservataire_categorie", "perimetre_type", "perimetre_code"]
    assert lire("flux_objectifs").join(non_signees, on=cle).is_empty()


def test_les_signatures_progressent_et_encadrent_l_echeance(lire: Lire) -> None:
    conventions = lire("conventions").filter(type_convention="FLUX")
    signee = (pl.col("statut_convention") == "SIGNEE").mean()
    parts = conventions.group_by("date_arrete").agg(signee).sort("date_arrete")["statut_convention"]
    assert parts.is_sorted() and parts.n_unique() == 3
    avant = (conventions["date_signature"].drop_nulls() <= date(2023, 11, 24)).mean()
    assert 0.1 < avant < 0.6
    assert (conventions["date_signature"] <= conventions["date_arrete"]).drop_nulls().all()


def test_en_vaucluse_les_conventions_de_l_etat_attendent_au_premier_arrete(lire: Lire) -> None:
    etat = lire("conventions").filter(reservataire_categorie="ETAT_PRIO", perimetre_code="84", type_convention="FLUX")
    premier = etat.filter(date_arrete=date(2024, 3, 31))
    assert premier["statut_convention"].unique().to_list() == ["EN_SIGNATURE"]
    assert (etat.filter(date_arrete=date(2024, 6, 30))["statut_convention"] == "SIGNEE").all()


def test_la_conversion_des_droits_d_action_logement_est_faite_partout(lire: Lire) -> None:
    conversions = lire("conventions").filter(type_convention="CONVERSION_DROITS")
    assert conversions.height > 0 and (conversions["statut_convention"] == "SIGNEE").all()


def test_un_avenant_change_le_taux_de_l_etat_au_premier_juillet(lire: Lire, scene: Scene) -> None:
    suites = lire("flux_objectifs").filter(avenant_num=1)
    assert suites["reservataire_categorie"].unique().to_list() == ["ETAT_PRIO"]
    assert suites["date_effet"].unique().to_list() == [date(2024, 7, 1)]
    assert set(suites["bailleur_siren"]) <= set(scene.parametres.conventions.avenant.bailleurs)
    origines = lire("flux_objectifs").filter(pl.col("date_fin") == date(2024, 6, 30))
    assert origines.height == suites.height > 0


def test_action_logement_compte_parfois_en_droits(lire: Lire) -> None:
    als = lire("flux_objectifs").filter(reservataire_categorie="ALS")
    assert 0.3 < als["nb_droits"].is_not_null().mean() < 0.9


@pytest.mark.parametrize("document", ["cotation", "cia", "ppgdid"])
def test_des_calendriers_glissent_d_un_arrete_a_l_autre(lire: Lire, document: str) -> None:
    registre = lire("epci_avancement", toutes=True).sort("epci_siren", "date_arrete")
    prevue = pl.col(f"date_prevue_{document}")
    glissements = registre.with_columns(glisse=(prevue - prevue.shift(1).over("epci_siren")).dt.total_days())
    assert glissements.filter(pl.col("glisse") > 0).height >= 3
    assert glissements.filter(pl.col("glisse") < 0).is_empty()


def test_rien_d_acheve_ne_se_defait_et_rien_ne_precede_sa_connaissance(lire: Lire) -> None:
    registre = lire("epci_avancement", toutes=True)
    jalons = ("cil_date_installation", "cia_date_signature", "ppgdid_date_adoption", "cotation_date_mise_en_service")
    for jalon in jalons:
        faits = registre.group_by("date_arrete").agg(pl.col(jalon).count()).sort("date_arrete")
        assert faits[jalon].is_sorted()
        assert (registre[jalon] <= registre["date_arrete"]).drop_nulls().all()


def test_aucun_document_ne_precede_celui_dont_il_decoule(lire: Lire) -> None:
    registre = lire("epci_avancement", toutes=True)
    for avant, apres in (
        ("cil_date_installation", "document_cadre_date"),
        ("document_cadre_date", "cia_date_signature"),
        ("ppgdid_date_adoption", "cotation_date_mise_en_service"),
    ):
        faits = registre.filter(pl.col(apres).is_not_null())
        assert faits.height > 3 and (faits[avant] <= faits[apres]).all(ignore_nulls=False)


def test_des_cia_expirent_dans_l_annee(lire: Lire) -> None:
    registre = lire("epci_avancement", toutes=True)
    expirees = registre.filter(cia_statut="EXPIRE").group_by("date_arrete").len().sort("date_arrete")
    assert expirees["len"].to_list() == [1, 2]


def test_des_epci_a_cheval_ont_des_attributions_des_deux_cotes(lire: Lire, scene: Scene) -> None:
    communes = scene.terrain.communes.select("code_commune", "epci_siren")
    attribues = lire("flux_bilan").filter(pl.col("logements_attribues") > 0).join(communes, on="code_commune")
    departements = attribues.group_by("epci_siren").agg(pl.col("code_departement").n_unique())
    a_cheval = set(departements.filter(pl.col("code_departement") > 1)["epci_siren"])
    assert {"200054807", "200034700", "200067825", "200068765"} <= a_cheval
