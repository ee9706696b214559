"""Ce qui se purge et ce qui reste : la liste d'abord, jamais le site en place ni une version confirmée."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from maquette_stockage import contenu, vu_d_un_lecteur

from bilan.cli.principal import bilan
from bilan.editions import bascule
from bilan.editions.publication import versions
from bilan.entrepot.distant import Depot
from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.projet import Jeu, Projet
from bilan.stockage import etat
from bilan.stockage.emprunt import tenir
from bilan.stockage.miroir import Index
from bilan.stockage.retention import a_purger, confirmees

JOUR = date(2026, 6, 1)
REGLE = """
[retention]
brouillons = 2
depots_mois = 12
executions_mois = 3
etats_distants = 2
comites = [2024-02-08, 2025-05-10, 2026-05-20]
"""


@pytest.fixture
def projet(nouveau_projet: Callable[[str], Projet], monkeypatch: pytest.MonkeyPatch) -> Projet:
    projet = nouveau_projet("ici")
    with (projet.racine / "collection.toml").open("a", encoding="utf-8") as flux:
        flux.write(REGLE)
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    monkeypatch.delenv(etat.VARIABLE, raising=False)
    for rang in range(6):
        _publier(projet, f"v{rang}", 1_700_000_000 + rang)
    return projet


def _publier(projet: Projet, version: str, quand: int) -> None:
    dossier = projet.reports / "versions" / version
    dossier.mkdir(parents=True, exist_ok=True)
    (dossier / "index.html").write_text(version, encoding="utf-8")
    os.utime(dossier, (quand, quand))
    bascule.basculer(projet.reports, version)


def _bilan(*arguments: str) -> Result:
    fait = CliRunner().invoke(bilan, arguments, catch_exceptions=False)
    assert fait.exit_code == 0, fait.output
    return fait


def _executer(projet: Projet, cle: str, mois: int) -> Path:
    magasin = EntrepotRuns(projet.entrepot, Jeu.REEL)
    magasin.enregistrer(Run(cle, "30_flux", "flux", "93", "reel", "2023", "2024-12-31", "interne", {}, "Flux", "ok"))
    quand = date(2026, mois, 1).toordinal() - date(1970, 1, 1).toordinal()
    os.utime(magasin.dossier(cle) / "page.json", (quand * 86400, quand * 86400))
    return magasin.dossier(cle)


def test_les_derniers_brouillons_la_version_en_place_et_les_confirmees_restent(projet: Projet) -> None:
    _bilan("publier", "--version", "v0")
    _bilan("publier", "--version", "v1")
    bascule.basculer(projet.reports, "v2")
    assert confirmees(projet) == ["v0", "v1"]
    essai = _bilan("purger", "--essai")
    assert "v3" in essai.output and len(versions(projet.reports)) == 6
    fait = _bilan("purger")
    assert fait.output == essai.output
    assert versions(projet.reports) == ["v0", "v1", "v2", "v4", "v5"] and bascule.courante(projet.reports) == "v2"
    assert "Rien à purger" in _bilan("purger").output


def test_une_execution_remplacee_se_garde_trois_mois_celle_qui_vaut_toujours(projet: Projet) -> None:
    ancienne, recente, vaut = _executer(projet, "a", 1), _executer(projet, "b", 4), _executer(projet, "c", 1)
    lots = [lot for lot in a_purger(projet, JOUR) if "exécution" in lot.phrase]
    assert [lot.chemins for lot in lots] == [(ancienne,)]
    assert recente.is_dir() and vaut.is_dir()


def test_les_fichiers_recus_se_gardent_un_an_apres_le_comite_qui_les_suit(projet: Projet) -> None:
    """2023T4 : comité du 8 février 2024, passé d'un an ; 2025T1 : comité du 10 mai 2025 aussi ; 2026T1 : pas encore."""
    depots = projet.racine / "data" / "depots"
    for nom in ("2023T4/recus", "2023T4/gabarits", "2025T1/retours", "2026T1/recus", "2026T3/recus", "brouillon/recus"):
        (depots / nom).mkdir(parents=True)
    lots = [lot for lot in a_purger(projet, JOUR) if "reçus" in lot.phrase]
    assert [lot.chemins for lot in lots] == [(depots / "2023T4" / "recus",), (depots / "2025T1" / "retours",)]
    assert "08/02/2024" in lots[0].phrase


def test_sans_comite_declare_rien_de_recu_ne_se_purge(nouveau_projet: Callable[[str], Projet]) -> None:
    projet = nouveau_projet("sans")
    (projet.racine / "data" / "depots" / "2020" / "recus").mkdir(parents=True)
    assert a_purger(projet, JOUR) == []


def test_au_stockage_rien_de_ce_qui_vaut_ne_se_purge(
    projet: Projet, seau: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(etat.VARIABLE, seau)
    _bilan("publier", "--version", "v0")
    for rang in range(1, 5):
        (projet.entrepot / "releve.json").write_text(f'{{"rang": {rang}}}', encoding="utf-8")
        bascule.basculer(projet.reports, f"v{rang}")
        with tenir(projet, print) as emprunt:
            emprunt.deposer()
    depot = Depot.ouvrir(seau)
    avant = depot.lister("")
    essai = _bilan("purger", "--essai")
    assert "contenus à effacer" in essai.output and depot.lister("").keys() == avant.keys()
    _bilan("purger")
    restes = {nom.split("/")[0] for nom in depot.lister("reports/versions")}
    assert restes == {"v0", "v2", "v3", "v4"}
    assert len(depot.lister("manifestes")) == 2 == len(Index.lire(depot).etats())
    assert vu_d_un_lecteur(seau)[0] == contenu(projet)
    assert "tous entiers" in _bilan("stockage", "verifier").output
    assert "à effacer" not in _bilan("purger").output


def test_les_commandes_du_stockage_se_suivent(
    projet: Projet, seau: str, nouveau_projet: Callable[[str], Projet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(etat.VARIABLE, seau)
    assert "Rien n'a encore été déposé" in _bilan("stockage", "verifier").output
    assert "rien à ôter" in _bilan("stockage", "liberer").output
    _bilan("publier", "--version", "v3")
    neuve = nouveau_projet("neuve")
    monkeypatch.setenv("BILAN_RACINE", str(neuve.racine))
    _bilan("stockage", "recuperer")
    assert contenu(neuve) == contenu(projet) and versions(neuve.reports) == ["v3"]
    assert "Site en place : v3" in _bilan("stockage", "verifier").output
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    _bilan("retirer")
    assert Depot.ouvrir(seau).lire("reports/courant.json") is None
    assert Depot.ouvrir(seau).lister("reports/versions/v3") != {}
