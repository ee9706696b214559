"""Le document des hypothèses reste vrai : il cite toutes les règles non vérifiées, et des endroits qui existent."""

import re

import pytest

from bilan.projet import Projet
from bilan.referentiel.regles import Regles

PROJET = Projet.trouver()
TEXTE = (PROJET.racine / "docs" / "hypotheses.md").read_text(encoding="utf-8")


def test_chaque_regle_non_verifiee_est_une_hypothese_ecrite():
    douteuses = {
        regle.code
        for regle in Regles.ouvrir(PROJET.referentiel)
        if not all(version.est_verifiee for version in regle.versions)
    }
    assert {code for code in douteuses if f"`{code}`" not in TEXTE} == set()


@pytest.mark.parametrize("chemin", sorted(set(re.findall(r"`([a-z]+/[\w/.]+|collection\.toml)`", TEXTE))))
def test_chaque_endroit_cite_existe(chemin):
    assert (PROJET.racine / chemin).exists()


def test_chaque_nom_cite_avec_son_module_y_est_defini():
    cites = [
        (chemin, nom)
        for chemin, suite in re.findall(r"`(lib/[\w/.]+\.py)` \(([^)]+)\)", TEXTE)
        for nom in re.findall(r"`(\w+)`", suite)
    ]
    absents = [
        f"{chemin} : {nom}"
        for chemin, nom in cites
        if not re.search(rf"\b{nom}\b\s*[:=(]|\b{nom}=", (PROJET.racine / chemin).read_text(encoding="utf-8"))
    ]
    assert len(cites) >= 40 and absents == []
