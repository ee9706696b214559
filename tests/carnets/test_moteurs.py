"""Le choix du moteur et ce qu'il prépare d'avance : le rapide partout où il marche, sans rien importer pour rien."""

import subprocess
import sys
from pathlib import Path

import pytest

from bilan.carnets import chaud, moteurs, prechauffage
from bilan.carnets.moteurs import fabriquer, fork_existe
from bilan.carnets.noyau import MoteurStandard
from bilan.carnets.parent import dessin_de
from bilan.erreurs import ErreurUsage
from bilan.imports import INUTILES, sans_inutiles


class _SansProcessus:
    """Parent chaud qui ne lance rien ; retient ce qu'on lui a demandé d'importer."""

    def __init__(self, _racine: Path, dessin: tuple[str, ...], fils: int) -> None:
        self.dessin, self.fils = dessin, fils


@pytest.fixture
def carnets(tmp_path: Path) -> list[Path]:
    (tmp_path / "sobre.ipynb").write_text('{"source": ["import polars as pl"]}', encoding="utf-8")
    (tmp_path / "dessine.ipynb").write_text('{"source": ["import altair as alt"]}', encoding="utf-8")
    (tmp_path / "cartes.ipynb").write_text('{"source": ["carnet.fonds.epci"]}', encoding="utf-8")
    return sorted(tmp_path.glob("*.ipynb"))


@pytest.mark.skipif(not fork_existe(), reason="le moteur rapide demande Linux")
def test_le_moteur_rapide_sert_meme_pour_un_seul_carnet(carnets: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaud, "ParentChaud", _SansProcessus)
    plusieurs, seul = (fabriquer(Path(), None, sources) for sources in (carnets, carnets[:1]))
    assert plusieurs.nom == seul.nom == "bilan"
    assert plusieurs._parent.dessin == ("altair", "geopandas")
    assert seul._parent.dessin == (), "un carnet seul importe lui-même ce dont il dessine"
    assert isinstance(fabriquer(Path(), "standard", carnets), MoteurStandard)


@pytest.mark.skipif(not fork_existe(), reason="le moteur rapide demande Linux")
def test_les_enfants_de_front_se_partagent_les_coeurs(carnets: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaud, "ParentChaud", _SansProcessus)
    monkeypatch.setattr(chaud, "coeurs", lambda: 8)
    fils = [fabriquer(Path(), None, carnets, ouvriers)._parent.fils for ouvriers in (1, 2, 3, 64)]
    assert fils == [8, 4, 2, 2], "trois carnets ne se jouent jamais qu'à trois de front"


def test_sans_fork_le_moteur_standard_se_choisit_de_lui_meme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moteurs, "fork_existe", lambda: False)
    assert isinstance(fabriquer(Path(), None, [Path("a"), Path("b")]), MoteurStandard)
    with pytest.raises(ErreurUsage, match="« bilan » demande Linux ; ici, lancez avec « --moteur standard »"):
        fabriquer(Path(), "bilan")
    with pytest.raises(ErreurUsage, match="Le moteur « rapide »"):
        fabriquer(Path(), "rapide")


def test_seules_les_bibliotheques_que_les_carnets_nomment_sont_importees_d_avance(carnets: list[Path]) -> None:
    par_nom = {c.stem: dessin_de([c]) for c in carnets}
    assert par_nom == {"sobre": (), "dessine": ("altair",), "cartes": ("geopandas",)}
    assert dessin_de([Path("absent.ipynb")]) == ()


def test_ce_dont_papermill_se_passe_reste_importable_apres(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in INUTILES:
        monkeypatch.delitem(sys.modules, module, raising=False)
    with sans_inutiles(), pytest.raises(ImportError):
        import papermill.s3
    assert "papermill.s3" not in sys.modules
    with sans_inutiles():
        pass
    import papermill.s3

    with sans_inutiles():
        assert papermill.s3 is sys.modules["papermill.s3"], "ce qui était là reste là"


def test_un_module_casse_n_empeche_pas_le_prechauffage(monkeypatch: pytest.MonkeyPatch) -> None:
    importes: list[str] = []

    def importer(nom: str) -> None:
        importes.append(nom)
        if nom.endswith((".flux", "altair")):
            raise SyntaxError("un analyste est en train de l'écrire")

    monkeypatch.setattr(prechauffage.importlib, "import_module", importer)
    monkeypatch.setattr(prechauffage, "lire_les_territoires", lambda: None)
    prechauffage.chauffer(["altair", "pyarrow"])
    assert {"bilan.figures.sujets.flux", "bilan.figures.sujets.production", "pyarrow"} <= set(importes)


def test_demander_un_parent_chaud_n_importe_rien_de_lourd() -> None:
    lourds = "{'polars', 'altair', 'papermill', 'nbclient', 'nbformat', 'IPython', 'numpy'}"
    programme = f"import sys; import bilan.carnets.chaud; print(sorted({lourds} & set(sys.modules)))"
    vu = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True)
    assert vu.stdout == "[]\n"
