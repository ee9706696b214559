"""Le JSON des magasins : relu à l'identique, et lisible ligne à ligne sans l'encodeur lent."""

import json
from pathlib import Path
from typing import Any

import pytest

from bilan.entrepot.fichiers import ecrire_json, lire_json


@pytest.mark.parametrize(
    "contenu",
    [None, {}, [], "é", {"a": 1, "b": [1.5, None, {"c": [{"d": {}}]}]}, [[True], [], {}], {"é\n": {"x": {"y": "\""}}}],
)  # fmt: skip
def test_ce_qui_est_ecrit_se_relit_a_l_identique(tmp_path: Path, contenu: Any) -> None:
    ecrire_json(tmp_path / "a.json", contenu)
    assert lire_json(tmp_path / "a.json", ...) == contenu
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == contenu


def test_chaque_valeur_des_deux_premiers_niveaux_a_sa_ligne(tmp_path: Path) -> None:
    ecrire_json(tmp_path / "a.json", {"id": "f", "lignes": [{"x": 1, "y": [2]}, {"x": 3, "y": []}]})
    lignes = (tmp_path / "a.json").read_text(encoding="utf-8").splitlines()
    assert lignes == ["{", ' "id": "f",', ' "lignes": [', '  {"x": 1, "y": [2]},', '  {"x": 3, "y": []}', " ]", "}"]
