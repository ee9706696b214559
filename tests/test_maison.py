"""La maison tient debout : environnements accordés, verrou sans adresse, textes en français, rien de machine."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

RACINE = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONNEMENT = yaml.safe_load((RACINE / "environment.yml").read_text(encoding="utf-8"))


def _bornes(exigences: list[str]) -> dict[str, str]:
    lues = [Requirement(e) for e in exigences]
    return {e.name: str(e.specifier) for e in lues}


def test_environment_yml_a_les_bornes_de_pyproject() -> None:
    conda = [e for e in ENVIRONNEMENT["dependencies"] if isinstance(e, str) and not e.startswith(("python=", "pip"))]
    assert _bornes(conda) == _bornes(PYPROJECT["project"]["dependencies"])


def test_environment_yml_ne_connait_que_conda_forge() -> None:
    assert ENVIRONNEMENT["channels"] == ["conda-forge", "nodefaults"]


def test_le_verrou_couvre_toutes_les_dependances_dans_leurs_bornes() -> None:
    verrou = (RACINE / "requirements.lock").read_text(encoding="utf-8")
    fixees = dict(re.findall(r"^([a-z0-9_.-]+)==([^ ;\\]+)", verrou, flags=re.M))
    voulues = PYPROJECT["project"]["dependencies"] + [
        e for groupe in PYPROJECT["project"]["optional-dependencies"].values() for e in groupe
    ]
    for exigence in map(Requirement, voulues):
        assert exigence.name in fixees, f"{exigence.name} manque au verrou : « make verrou »"
        assert exigence.specifier.contains(Version(fixees[exigence.name])), exigence.name


def test_le_verrou_a_des_empreintes_et_aucune_adresse() -> None:
    verrou = (RACINE / "requirements.lock").read_text(encoding="utf-8")
    paquets = re.findall(r"^[a-z0-9_.-]+==.*?(?=^[a-z0-9_.-]+==|\Z)", verrou, flags=re.M | re.S)
    assert paquets and all("--hash=sha256:" in paquet for paquet in paquets)
    assert not re.search(r"https?://|--index-url|--find-links", verrou)


def test_les_contrats_d_import_tiennent() -> None:
    verdict = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=RACINE, capture_output=True, text=True, check=False
    )
    assert verdict.returncode == 0, verdict.stdout


def test_aucun_fichier_versionne_ne_porte_un_chemin_de_machine() -> None:
    fichiers = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=RACINE, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    interdits = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/")
    fautifs = []
    for nom in fichiers:
        chemin = RACINE / nom
        if chemin.suffix in {".parquet", ".png", ".pptx", ".pdf", ".xlsx", ".mo"} or not chemin.is_file():
            continue
        texte = chemin.read_text(encoding="utf-8", errors="replace").replace(interdits.pattern, "")
        fautifs += [f"{nom} : {trouve[0]}" for trouve in interdits.finditer(texte)]
    assert fautifs == []


@pytest.mark.parametrize("dossier", ["notebooks", "data", "lib", "reports", "tests"])
def test_les_dossiers_attendus_sont_a_la_racine(dossier: str) -> None:
    assert (RACINE / dossier).is_dir()
