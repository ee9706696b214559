"""Le corpus entier : toute valeur est lue exactement, ou signalée ; aucune case ne disparaît."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collecte.corpus import ENNUIS, STYLES, Ennui, Feuille, verite

from bilan.collecte.anomalies import bloquantes
from bilan.collecte.reception import Guichet, Reception
from bilan.projet import Projet


@pytest.fixture(scope="module")
def guichet() -> Iterator[Guichet]:
    with Guichet(Projet.trouver()) as ouvert:
        yield ouvert


def _recevoir(guichet: Guichet, dossier: Path, style: str, ennui: Ennui) -> Reception:
    feuille = Feuille(verite())
    ennui.abimer(feuille)
    nom, _, extension = style.partition(".")
    return guichet.recevoir(STYLES[style](dossier / f"{nom}_{ennui.nom}_2024T1.{extension}", feuille))


def test_le_corpus_compte_plus_de_soixante_fichiers() -> None:
    assert len(STYLES) * len(ENNUIS) >= 60


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("ennui", ENNUIS, ids=lambda ennui: ennui.nom)
def test_chaque_fichier_du_corpus(guichet: Guichet, tmp_path: Path, style: str, ennui: Ennui) -> None:
    reception = _recevoir(guichet, tmp_path, style, ennui)
    regles = {anomalie.regle for anomalie in reception.anomalies}
    assert reception.trace.lues > 50
    assert reception.trace.perdues == 0
    assert reception.est_acceptee == ennui.accepte, [anomalie.phrase() for anomalie in reception.anomalies]
    if ennui.regle:
        assert ennui.regle in regles
    else:
        assert not reception.anomalies, [anomalie.phrase() for anomalie in reception.anomalies]
    if not ennui.accepte:
        assert all(anomalie.correction for anomalie in bloquantes(reception.anomalies))
        return
    assert reception.examen is not None
    attendues = ennui.changer(verite())
    colonnes = list(attendues[0])
    lues = [
        {nom: str(valeur) if nom == "date_arrete" else valeur for nom, valeur in ligne.items() if nom in colonnes}
        for ligne in reception.examen.lignes.to_dicts()
    ]
    assert sorted(lues, key=repr) == sorted([{nom: ligne[nom] for nom in lues[0]} for ligne in attendues], key=repr)
