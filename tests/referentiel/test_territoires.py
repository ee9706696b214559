"""Oracles : domaine, § 4.1, 4.2 et 7 (tirés du découpage administratif, relus à la main)."""

import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree, ignore_patterns

import polars as pl
import pytest

from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.referentiel.territoires import Territoires, verifier_region

COMMUNES_PAR_DEPARTEMENT = {"04": 198, "05": 162, "06": 163, "13": 119, "83": 153, "84": 151}

A_CHEVAL = {
    "200054807": {"13": 90, "84": 1, "83": 1},
    "248400251": {"84": 9, "30": 7},
    "200034700": {"04": 24, "83": 1},
    "200067825": {"05": 15, "04": 2},
    "200068765": {"05": 36, "04": 21, "26": 3},
    "200067320": {"05": 14, "04": 2},
    "200067742": {"05": 16, "04": 1},
    "200040624": {"84": 24, "04": 1},
    "200071033": {"04": 13, "26": 1},
    "200035723": {"84": 10, "26": 1},
    "248400335": {"84": 18, "26": 1},
    "200040681": {"84": 4, "26": 15},
}

SOUMIS = {
    "200034700", "200067437", "200067825", "200039915", "240600585", "240600551", "200039857", "200030195",
    "200054807", "241300417", "200035087", "248300543", "248300493", "200035319", "248300394", "200068104",
    "248300550", "200027100", "248300410", "200036077", "248400251", "248400053", "200040442", "248400293",
    "248400236", "248400319",
}


def copie(referentiel: Path, tmp_path: Path) -> Path:
    return copytree(referentiel, tmp_path / "referentiel", ignore=ignore_patterns("fonds"))


@pytest.mark.parametrize("millesime", range(2021, 2027))
def test_les_946_communes_de_paca_par_departement(referentiel: Path, millesime: int) -> None:
    region = Territoires.ouvrir(referentiel, millesime, "93").communes.filter("en_region")
    comptes = dict(region.group_by("code_departement").len().iter_rows())
    assert comptes == COMMUNES_PAR_DEPARTEMENT
    assert region.height == 946


def test_les_52_epci_par_type(paca: Territoires) -> None:
    assert dict(paca.epci.group_by("epci_type").len().iter_rows()) == {"METROPOLE": 3, "CA": 17, "CC": 32}
    assert dict(paca.epci.select("epci_siren", "epci_type").iter_rows())["200030195"] == "METROPOLE"


def test_les_douze_epci_a_cheval(paca: Territoires) -> None:
    comptes: dict[str, dict[str, int]] = {}
    a_cheval = paca.epci.filter("est_a_cheval_departement")["epci_siren"]
    membres = paca.communes.filter(pl.col("epci_siren").is_in(a_cheval.implode()))
    for siren, departement, nombre in membres.group_by("epci_siren", "code_departement").len().iter_rows():
        comptes.setdefault(siren, {})[departement] = nombre
    assert comptes == A_CHEVAL


def test_les_epci_qui_debordent_la_region(paca: Territoires) -> None:
    debordent = paca.epci.filter("deborde_region")
    assert set(debordent["epci_siren"]) == {siren for siren, comptes in A_CHEVAL.items() if {"26", "30"} & set(comptes)}
    enclave = debordent.row(by_predicate=pl.col("epci_siren") == "200040681", named=True)
    assert (enclave["communes"], enclave["communes_region"], enclave["code_departement"]) == (19, 4, "84")
    assert enclave["population_region"] < enclave["population"]


def test_le_departement_d_un_epci_est_toujours_dans_la_region(referentiel: Path) -> None:
    loire = Territoires.ouvrir(referentiel, 2026, "52")
    assert set(loire.epci["code_departement"]) <= {"44", "49", "53", "72", "85"}


def test_les_26_epci_soumis(paca: Territoires) -> None:
    assert set(paca.epci.filter("est_soumis")["epci_siren"]) == SOUMIS
    assert paca.soumis_infere
    paca.verifier_nombre_soumis(26)
    paca.verifier_nombre_soumis(None)


def test_un_autre_nombre_de_soumis_est_refuse(paca: Territoires) -> None:
    with pytest.raises(DonneesRefusees, match=r"compte 26 EPCI soumis .* en annonce 27 .*corrigez"):
        paca.verifier_nombre_soumis(27)


def test_les_deux_communes_qui_ont_change_d_epci_en_2022(referentiel: Path, paca_2021: Territoires) -> None:
    en_2022 = Territoires.ouvrir(referentiel, 2022, "93")
    for commune in ("06054", "06039"):
        assert paca_2021.epci_de_commune(commune) == "240600593"
        assert en_2022.epci_de_commune(commune) == "200030195"


def test_les_noms_suivent_le_millesime(paca: Territoires, paca_2021: Territoires) -> None:
    assert paca_2021.nom("epci", "200035319") == "CA Var Esterel Méditerranée (CAVEM)"
    assert paca.nom("epci", "200035319") == "CA Estérel Côte d'Azur Agglomération"
    assert paca.nom("region", "93") == "Provence-Alpes-Côte d'Azur"
    assert paca.nom("departement", "06") == "Alpes-Maritimes"
    assert paca.nom("commune", "84089") == "Pertuis"


def test_population_municipale_de_2023(paca: Territoires) -> None:
    # Insee, populations de référence 2023 : Marseille 886 040 habitants.
    assert paca.communes.row(by_predicate=pl.col("code_commune") == "13055", named=True)["population"] == 886_040
    region = paca.communes.filter("en_region")["population"].sum()
    assert region == paca.epci["population_region"].sum()
    assert paca.communes["population"].null_count() == 0


@pytest.mark.parametrize("arrondissement", [f"132{numero:02}" for numero in range(1, 17)])
def test_les_arrondissements_de_marseille_se_replient(paca: Territoires, arrondissement: str) -> None:
    assert paca.normaliser_commune(arrondissement) == "13055"
    assert paca.epci_de_commune(arrondissement) == "200054807"


def test_une_commune_deleguee_se_replie_et_une_commune_reste(paca: Territoires) -> None:
    assert paca.normaliser_commune("04198") == "04033"  # Saint-Vincent-les-Forts, dans Ubaye-Serre-Ponçon
    assert paca.normaliser_commune("06088") == "06088"


def test_une_colonne_de_codes_se_replie_d_un_coup(paca: Territoires) -> None:
    codes = pl.DataFrame({"code": ["13208", "06088", "00000"]})
    assert codes.select(paca.normaliser_colonne("code"))["code"].to_list() == ["13055", "06088", "00000"]


@pytest.mark.parametrize(
    ("donne", "attendu"), [("200054808", "200054807"), ("Nice", "200030195"), ("20005480", "200054807")]
)
def test_un_epci_inconnu_propose_les_plus_proches(paca: Territoires, donne: str, attendu: str) -> None:
    with pytest.raises(ErreurUsage) as refus:
        paca.verifier_epci(donne)
    assert donne in refus.value.message and attendu in refus.value.message
    assert refus.value.message.count("(") == 3  # trois propositions


def test_region_millesime_et_commune_inconnus(referentiel: Path, paca: Territoires) -> None:
    with pytest.raises(ErreurUsage, match="52"):
        verifier_region(referentiel, "95")
    with pytest.raises(ErreurUsage, match=r"« 2019 ».*« 2021 »"):
        Territoires.ouvrir(referentiel, 2019, "93")
    with pytest.raises(ErreurUsage, match="06088"):
        paca.normaliser_commune("6088")
    with pytest.raises(ErreurUsage, match="« departement »"):
        paca.nom("dept", "06")
    assert verifier_region(referentiel, "52").nom == "Pays de la Loire"


def test_une_commune_sans_epci_se_dit(referentiel: Path) -> None:
    loire = Territoires.ouvrir(referentiel, 2026, "52")
    with pytest.raises(ErreurUsage, match=r"85113.*aucun EPCI"):
        loire.epci_de_commune("85113")


def test_une_region_sans_liste_deduit_ses_epci_soumis(referentiel: Path) -> None:
    loire = Territoires.ouvrir(referentiel, 2026, "52")
    assert loire.soumis_infere
    types = loire.epci.filter("est_soumis")["epci_type"]
    assert {"METROPOLE", "CU", "CA"} <= set(types)
    assert loire.epci.filter(pl.col("epci_type") != "CC")["est_soumis"].all()


@pytest.mark.parametrize("millesime", range(2021, 2027))
def test_la_regle_du_plh_donne_les_26_a_chaque_millesime(referentiel: Path, tmp_path: Path, millesime: int) -> None:
    sans_liste = copie(referentiel, tmp_path)
    (sans_liste / "epci_soumis.csv").write_text("epci_siren;epci;fondement;infere;base\n", encoding="utf-8")
    deduits = Territoires.ouvrir(sans_liste, millesime, "93").epci.filter("est_soumis")
    # Les Sorgues du Comtat étaient une communauté de communes en 2021, déjà au-dessus des deux seuils.
    assert set(deduits["epci_siren"]) == SOUMIS


@pytest.mark.parametrize(
    ("ligne", "attendu"),
    [("999999999;X;PLH;O;", r"ligne 2, colonne « epci_siren ».*« 999999999 »"),
     ("200054807;AMP;PLU;O;", r"ligne 2, colonne « fondement ».*QPV_COMPETENCE"),
     ("200054807;AMP;PLH;oui;", r"ligne 2, colonne « infere »"),
     ("200054807;AMP;PLH;O;\n200054807;AMP;PLH;O;", r"ligne 3, colonne « epci_siren ».*une seule ligne")],
)
def test_une_liste_de_soumis_fautive_nomme_sa_ligne(
    referentiel: Path, tmp_path: Path, ligne: str, attendu: str
) -> None:
    dossier = copie(referentiel, tmp_path)
    (dossier / "epci_soumis.csv").write_text(f"epci_siren;epci;fondement;infere;base\n{ligne}\n", encoding="utf-8")
    with pytest.raises(DonneesRefusees, match=attendu):
        Territoires.ouvrir(dossier, 2026, "93")


@pytest.mark.parametrize("fichier", ["communes.parquet", "epci.csv", "epci_soumis.csv", "regions.csv"])
def test_un_fichier_absent_ou_abime_se_nomme(referentiel: Path, tmp_path: Path, fichier: str) -> None:
    dossier = copie(referentiel, tmp_path)
    (dossier / fichier).write_bytes(b"PAR1 abime")
    with pytest.raises(DonneesRefusees, match=fichier):
        Territoires.ouvrir(dossier, 2026, "93")
    (dossier / fichier).unlink()
    with pytest.raises(DonneesRefusees, match=rf"{fichier} » manque"):
        Territoires.ouvrir(dossier, 2026, "93")


def test_les_1253_epci_de_france(referentiel: Path) -> None:
    sirens: set[str] = set()
    for code in pl.read_csv(referentiel / "regions.csv", separator=";", infer_schema=False)["code_region"]:
        sirens |= set(Territoires.ouvrir(referentiel, 2026, code).epci["epci_siren"])
    assert len(sirens) == 1253


def test_un_libelle_court_est_unique_et_court(referentiel: Path) -> None:
    for region in ("93", "52", "84"):
        courts = Territoires.ouvrir(referentiel, 2026, region).epci["epci_court"]
        assert courts.is_unique().all()
        assert courts.null_count() == 0
    assert Territoires.ouvrir(referentiel, 2026, "93").epci["epci_court"].str.len_chars().max() <= 25


def test_ouvrir_est_immediat_et_ne_charge_pas_geopandas(referentiel: Path) -> None:
    code = "import sys, bilan.referentiel.territoires; sys.exit('geopandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    Territoires.ouvrir(referentiel, 2026, "93")
    debut = time.perf_counter()
    assert Territoires.ouvrir(referentiel, 2026, "93") is Territoires.ouvrir(referentiel, 2026, "93")
    assert time.perf_counter() - debut < 0.01
