"""Oracles : comptes du domaine (§ 4.1 et 7), surfaces publiées par l'Insee, propriétés d'un pavage."""

import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import shapely

from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.referentiel.etiquettes import boite, metres_par_pixel
from bilan.referentiel.geometries import ALLEGEMENT_M, Fonds
from bilan.referentiel.territoires import Territoires

# Surfaces en km² publiées par l'Insee (dossier complet, 2023) ; le fonds est simplifié et compte des étangs.
SURFACES = {"04": 6925, "05": 5549, "06": 4299, "13": 5087, "83": 5973, "84": 3567}

METROPOLE = ["11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94"]
OUTRE_MER = ["01", "02", "03", "04", "06"]


@pytest.fixture(scope="module")
def fonds(referentiel: Path) -> Fonds:
    return Fonds.ouvrir(referentiel, "93")


def tableau(couche: object) -> np.ndarray:
    return np.asarray(couche.geometry)  # type: ignore[attr-defined]


@pytest.mark.parametrize("nom", ["epci", "epci_fins", "epci_entiers", "departements", "departements_fins", "region"])
def test_chaque_couche_est_un_pavage_sans_trou_ni_recouvrement(fonds: Fonds, nom: str) -> None:
    geometries = tableau(getattr(fonds, nom))
    assert shapely.is_valid(geometries).all()
    assert shapely.coverage_is_valid(geometries)
    assert fonds.epci.crs.to_epsg() == 2154


def test_les_52_epci_et_les_6_departements(fonds: Fonds, paca: Territoires) -> None:
    assert fonds.epci["epci_siren"].tolist() == paca.epci["epci_siren"].to_list()
    assert fonds.epci_entiers["epci_siren"].tolist() == paca.epci["epci_siren"].to_list()
    assert fonds.departements["code_departement"].tolist() == list(SURFACES)
    assert fonds.region["code_region"].tolist() == ["93"]


def test_les_epci_coupes_font_exactement_la_region(fonds: Fonds) -> None:
    region = fonds.region.geometry.iloc[0]
    for couche in (fonds.epci, fonds.departements):
        assert shapely.coverage_union_all(tableau(couche)).symmetric_difference(region).area == 0


def test_la_region_n_a_que_les_trous_de_la_nature(fonds: Fonds) -> None:
    """L'étang de Berre, ouvert sur la mer, n'en est pas un : aucun anneau intérieur ne doit rester."""
    anneaux = [anneau for part in shapely.get_parts(fonds.region.geometry.iloc[0]) for anneau in part.interiors]
    assert anneaux == []


@pytest.mark.parametrize(("departement", "surface"), SURFACES.items())
def test_les_surfaces_des_departements(fonds: Fonds, departement: str, surface: int) -> None:
    couche = fonds.departements.set_index("code_departement")
    assert couche.geometry[departement].area / 1e6 == pytest.approx(surface, rel=0.03)


def test_l_allegement_ne_deplace_presque_rien(fonds: Fonds) -> None:
    fines, legeres = fonds.epci_fins.area.to_numpy(), fonds.epci.area.to_numpy()
    derive = np.abs(legeres - fines) / fines
    assert derive.max() < 0.03
    assert abs(legeres.sum() / fines.sum() - 1) < 0.002
    ecart = shapely.hausdorff_distance(tableau(fonds.epci), tableau(fonds.epci_fins))
    assert ecart.max() < 10 * ALLEGEMENT_M
    assert fonds.epci.count_coordinates().sum() < 5_000 < fonds.epci_fins.count_coordinates().sum()


def test_les_coordonnees_sont_arrondies_a_dix_metres(fonds: Fonds) -> None:
    for couche in (fonds.epci, fonds.epci_fins):
        assert (shapely.get_coordinates(tableau(couche)) % 10 == 0).all()


def test_les_epci_entiers_debordent_et_les_autres_non(fonds: Fonds, paca: Territoires) -> None:
    surplus = fonds.epci_entiers.area.to_numpy() - fonds.epci.area.to_numpy()
    debordent = set(fonds.epci["epci_siren"][surplus > 1e5])
    assert debordent == set(paca.epci.filter("deborde_region")["epci_siren"])


def test_les_1253_epci_de_france(referentiel: Path) -> None:
    sirens: set[str] = set()
    for region in METROPOLE + OUTRE_MER:
        couche = Fonds.ouvrir(referentiel, region).epci_entiers
        sirens |= set(couche["epci_siren"])
    assert len(sirens) == 1253


@pytest.mark.parametrize("region", ["52", "11", "94", "04", "01"])
def test_une_autre_region_va_jusqu_a_sa_carte(referentiel: Path, region: str) -> None:
    ailleurs = Fonds.ouvrir(referentiel, region)
    attendus = Territoires.ouvrir(referentiel, 2026, region).epci["epci_siren"].to_list()
    assert ailleurs.epci["epci_siren"].tolist() == attendus
    assert shapely.coverage_is_valid(tableau(ailleurs.epci))
    assert ailleurs.encarts == ()
    assert len(ailleurs.etiquettes) >= 0.75 * len(attendus)
    verifier_sans_chevauchement(ailleurs)


def test_une_ile_sans_epci_est_dans_son_departement_et_dans_aucun_epci(referentiel: Path) -> None:
    yeu = shapely.Point(292_021, 6_637_691)  # 46,715° N, 2,345° O
    loire = Fonds.ouvrir(referentiel, "52")
    assert loire.departements[loire.departements.contains(yeu)]["code_departement"].tolist() == ["85"]
    assert not loire.epci.contains(yeu).any()


def test_outre_mer_a_sa_projection_legale(referentiel: Path) -> None:
    assert [Fonds.ouvrir(referentiel, region).epci.crs.to_epsg() for region in OUTRE_MER] == [
        5490, 5490, 2972, 2975, 4471,
    ]


def verifier_sans_chevauchement(fonds: Fonds, encart: str = "", emprise: np.ndarray | None = None) -> None:
    cadre = fonds.epci.total_bounds if emprise is None else emprise
    echelle = metres_par_pixel(cadre)
    choisies = fonds.etiquettes[fonds.etiquettes["encart"] == encart]
    boites = [boite(e.texte, (e.x, e.y), e.ancre, echelle) for e in choisies.itertuples()]
    couples = [(a, b) for i, a in enumerate(boites) for b in boites[i + 1:]]
    assert not [couple for couple in couples if couple[0].touche(couple[1])]


def test_les_52_etiquettes_de_paca_ne_se_chevauchent_pas(fonds: Fonds) -> None:
    carte = fonds.etiquettes[fonds.etiquettes["encart"] == ""]
    assert sorted(carte["epci_siren"]) == fonds.epci["epci_siren"].tolist()
    assert carte["texte"].str.len().max() <= 25
    verifier_sans_chevauchement(fonds)


def test_une_etiquette_est_dans_son_epci_ou_reliee_a_lui(fonds: Fonds) -> None:
    formes = fonds.epci.set_index("epci_siren").geometry
    for etiquette in fonds.etiquettes.itertuples():
        deportee = not np.isnan(etiquette.x_repere)
        point = shapely.Point(etiquette.x_repere, etiquette.y_repere) if deportee else shapely.Point(
            etiquette.x, etiquette.y)
        assert formes[etiquette.epci_siren].contains(point), etiquette.texte


def test_les_encarts_agrandissent_la_cote(fonds: Fonds) -> None:
    assert [encart.id for encart in fonds.encarts] == ["toulon", "nice"]
    for encart in fonds.encarts:
        couche = fonds.dans(encart)
        assert shapely.box(*encart.cadre).covers(shapely.box(*couche.total_bounds))
        assert shapely.coverage_is_valid(tableau(couche))
        nommes = set(fonds.etiquettes.loc[fonds.etiquettes["encart"] == encart.id, "epci_siren"])
        assert nommes <= set(couche["epci_siren"])
        assert len(fonds.dans(encart, fonds.departements_fins)) >= 2
        # Un encart fait au moins la moitié de la largeur de la carte.
        largeur = 2 * (encart.xmax - encart.xmin)
        verifier_sans_chevauchement(fonds, encart.id, np.array([0, 0, largeur, 0]))


def test_une_region_inconnue_propose_les_plus_proches(referentiel: Path) -> None:
    with pytest.raises(ErreurUsage, match=r"« 99 »"):
        Fonds.ouvrir(referentiel, "99")


@pytest.mark.parametrize("fichier", ["fonds/metropole.parquet", "regions.csv", "etiquettes.csv", "encarts.csv"])
def test_un_fichier_absent_ou_abime_se_nomme(referentiel: Path, tmp_path: Path, fichier: str) -> None:
    dossier = copytree(referentiel, tmp_path / "referentiel")

    def lire() -> None:
        abime = Fonds.ouvrir(dossier / "." / "", "93")
        assert abime.encarts is not None and abime.etiquettes is not None

    (dossier / fichier).write_bytes(b"\xff\xfePAR1")
    with pytest.raises(DonneesRefusees, match=Path(fichier).name):
        lire()
    Fonds.ouvrir.__globals__["_ouvrir"].cache_clear()
    (dossier / fichier).unlink()
    with pytest.raises(DonneesRefusees, match=f"{Path(fichier).name} » manque"):
        lire()


@pytest.mark.parametrize(
    ("fichier", "contenu", "attendu"),
    [("etiquettes.csv", "epci_siren;x;y;texte;ancre;encart;x_repere;y_repere\n200054807;1;2;AMP;milieu;;;\n",
      "ligne 2, colonne « ancre » : « milieu »"),
     ("etiquettes.csv", "epci_siren;x;y;texte;ancre;encart;x_repere;y_repere\n200054807;a;2;AMP;start;;;\n",
      "ligne 2 : « a »"),
     ("encarts.csv", "code_region;encart;titre;xmin;ymin;xmax;ymax\n93;a;A;5;0;1;9\n", "ligne 2 : le cadre est vide"),
     ("encarts.csv", "code_region;encart;titre;xmin;ymin;xmax;ymax\n93;a;A;x;0;1;9\n", "ligne 2 : un bord")],
)
def test_un_placement_fautif_nomme_sa_ligne(
    referentiel: Path, tmp_path: Path, fichier: str, contenu: str, attendu: str
) -> None:
    dossier = copytree(referentiel, tmp_path / "referentiel")
    (dossier / fichier).write_text(contenu, encoding="utf-8")
    lus = Fonds.ouvrir(dossier, "93")
    with pytest.raises(DonneesRefusees, match=attendu):
        assert lus.etiquettes is lus.encarts


def test_lire_les_fonds_ne_lance_aucun_fil_de_polars(referentiel: Path) -> None:
    """Un processus qui lit les fonds doit pouvoir forker : ni polars, ni sa réserve de fils."""
    code = (
        "import sys, pathlib; from bilan.referentiel.geometries import Fonds;"
        f"f = Fonds.ouvrir(pathlib.Path({str(referentiel)!r}), '93'); f.epci, f.etiquettes, f.departements;"
        "noms = {p.read_text().strip() for p in pathlib.Path('/proc/self/task').glob('*/comm')};"
        "sys.exit('polars' in sys.modules or any(nom.startswith(('polars', 'tokio')) for nom in noms))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_lire_les_fonds_est_rapide(referentiel: Path) -> None:
    ouvrir = Fonds.ouvrir.__globals__["_ouvrir"].__wrapped__
    durees = []
    for _essai in range(5):
        debut = time.perf_counter()
        assert len(ouvrir(referentiel, "93").epci) == 52
        durees.append(time.perf_counter() - debut)
    assert min(durees) < 0.3  # 0,06 s à vide ; la borne laisse de la place à une machine occupée
