"""Ce qui se tait : dernière réussite, exécution tuée, échec que nul n'a su, dépôt en attente, disque, émetteurs."""

import json
import re
import shlex
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import dataframely as dy
import polars as pl
import pytest
from click.testing import CliRunner
from tests.decor import secables

from bilan.carnets.verrou import TENU_PAR, verrou_execution
from bilan.cli.principal import bilan
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.erreurs import AlerteSante, DonneesRefusees, ExecutionEchouee
from bilan.notification import sante
from bilan.notification.apres import suivre
from bilan.notification.releve import garder, relever
from bilan.projet import Jeu, Projet
from bilan.stockage import etat
from bilan.tables.flux_bilan import FluxBilan
from bilan.tables.parc_rpls import ParcRpls

PARC = {"999000011": 500, "999000029": 300, "999000037": 150, "999000045": 48, "999000052": 1, "999000060": 1}
BILAN = {
    "annee": 2024, "periode": "AN", "mode_cumul": "CUMUL", "bailleur_siren": "999000011",
    "bailleur_nom": "Bailleur 999000011", "reservataire_categorie": "COMMUNE", "code_departement": "13",
    "code_commune": "13055", "typologie": "T3", "financement": "PLUS", "qpv": "HORS_QPV",
    "periode_construction": "<1949", "type_offre": "RELOCATION", "logements_proposes": 30, "logements_attribues": 20,
    "date_arrete": date(2025, 1, 31),
}  # fmt: skip
JOUR = datetime.fromisoformat("2025-04-10T06:00:00+02:00")
SEUILS = sante.Seuils(libre_go=0)


def _alertes(projet: Projet) -> list[str]:
    return [c.phrase for c in sante.examiner(projet, SEUILS, JOUR) if not c.sain]


def _executer(projet: Projet, erreur: Exception | None = None, notifier: bool = False) -> None:
    with suivre(projet, notifier, dire=lambda _: None):
        if erreur:
            raise erreur


def test_la_sante_alerte_sur_le_silence_et_le_disque(projet: Projet) -> None:
    (jamais, _) = sante.examiner(projet, sante.Seuils(), JOUR)
    assert not jamais.sain and "Aucune exécution" in jamais.phrase
    garder(projet, relever(projet, JOUR))
    assert all(c.sain for c in sante.examiner(projet, sante.Seuils(libre_go=0), JOUR + timedelta(days=7)))
    vieux = sante.examiner(projet, sante.Seuils(libre_go=0), JOUR + timedelta(days=9))
    assert not vieux[0].sain and "9\u00a0jours" in vieux[0].phrase
    plein = sante.examiner(projet, replace(sante.Seuils(), libre_go=1e9), JOUR)
    assert not plein[1].sain and "libérez de la place" in plein[1].phrase


def test_la_sante_dit_qu_elle_ne_sait_pas_qui_attendre(projet: Projet) -> None:
    constat = sante.examiner(projet, sante.Seuils(), JOUR, Jeu.DEMONSTRATION)[2]
    assert not constat.sain and "parc" in constat.phrase


def _declarer(projet: Projet, emetteurs: object) -> Projet:
    """Rend le projet, où les deux jeux attendent ces émetteurs."""
    collection = projet.racine / "collection.toml"
    texte = collection.read_text(encoding="utf-8")
    attente = f"\nemetteurs = {json.dumps(emetteurs)}\n"
    collection.write_text(re.sub(r"(\nconnu_le = \S+\n)", rf"\1{attente[1:]}", texte), encoding="utf-8")
    return Projet(projet.racine)


def _livrer(projet: Projet, table: type[dy.Schema], nom: str, lignes: list[dict[str, object]]) -> None:
    types = {nom: colonne.dtype for nom, colonne in table.columns().items()}
    recu = pl.DataFrame([dict.fromkeys(types) | ligne for ligne in lignes], schema=types)
    arrete, emetteur = date(2024, 1, 1), str(lignes[0]["bailleur_siren"])
    livraison = Livraison(emetteur, "2024", arrete, arrete, f"{nom}.csv", f"{int(emetteur):064}")
    EntrepotTables(projet.entrepot, Jeu.DEMONSTRATION).charger(nom, recu, livraison)


def _emetteurs(projet: Projet, jour: datetime = JOUR) -> sante.Constat:
    return sante.examiner(projet, SEUILS, jour, Jeu.DEMONSTRATION)[-1]


def test_qui_n_attend_personne_n_alerte_pas_chaque_matin(projet: Projet) -> None:
    constat = _emetteurs(_declarer(projet, "aucun"))
    assert constat.sain and "Aucun émetteur n'est attendu" in constat.phrase and "collection.toml" in constat.phrase


def test_n_attendre_personne_alors_que_des_bailleurs_envoient_est_une_alerte(projet: Projet) -> None:
    attend = _declarer(projet, "aucun")
    _livrer(attend, FluxBilan, "flux_bilan", [BILAN])
    constat = _emetteurs(attend)
    assert not constat.sain and "1\u00a0bailleur a envoyé un bilan" in constat.phrase
    assert 'emetteurs = "parc"' in constat.phrase


def test_des_emetteurs_declares_se_suivent_sans_parc(projet: Projet) -> None:
    attend = _declarer(projet, ["999000029", "999000011"])
    _livrer(attend, FluxBilan, "flux_bilan", [BILAN])
    constat = _emetteurs(attend)
    assert not constat.sain and "1 bailleur sur 2 a envoyé ; il en manque 1." in secables(constat.phrase)
    assert "En retard depuis le 28 février 2025 : Bailleur 999000029 ; relancez-les" in secables(constat.phrase)
    assert _emetteurs(attend, datetime.fromisoformat("2025-02-28T23:00:00+01:00")).sain


def test_un_siren_mal_ecrit_se_dit(projet: Projet) -> None:
    with pytest.raises(DonneesRefusees, match="emetteurs"):
        _emetteurs(_declarer(projet, ["12"]))


def test_la_sante_nomme_les_bailleurs_en_retard_les_plus_grands_d_abord(projet: Projet) -> None:
    _livrer(projet, ParcRpls, "parc_rpls", [
        {"annee": 2024, "niveau": "bailleur_commune", "code": "13055", "bailleur_siren": siren,
         "code_commune": "13055", "nb_logements": logements, "source": "RPLS", "date_arrete": date(2024, 1, 1)}
        for siren, logements in PARC.items()
    ])  # fmt: skip
    attente = sante.examiner(projet, SEUILS, datetime.fromisoformat("2025-02-28T23:00:00+01:00"), Jeu.DEMONSTRATION)
    retard = sante.examiner(projet, SEUILS, JOUR, Jeu.DEMONSTRATION)
    assert attente[-1].sain and not retard[-1].sain
    assert "En retard depuis le 28 février 2025 : Bailleur 999000011 (50,0" in secables(retard[-1].phrase)
    assert "0,1 % du parc) et 1 autre ; relancez-les" in secables(retard[-1].phrase)
    commande = retard[-1].phrase.partition("« bilan ")[2].partition(" »")[0]
    assert shlex.split(commande) == ["controler", "--bilan", "--jeu", "demonstration", "--periode", "2024"]


def test_un_echec_dont_nul_n_a_ete_prevenu_se_retrouve_jusqu_a_la_reussite_suivante(
    projet: Projet, boite: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    garder(projet, relever(projet, JOUR))
    monkeypatch.setenv("BILAN_SMTP", "smtp://127.0.0.1:1")
    with pytest.raises(ExecutionEchouee):
        _executer(projet, ExecutionEchouee("échec"), notifier=True)
    assert any("code 1" in alerte and "personne n'en a été prévenu" in alerte for alerte in _alertes(projet))
    _executer(projet)
    assert _alertes(projet) == []


def test_un_echec_annonce_n_est_plus_une_alerte_mais_se_dit(projet: Projet, boite: object) -> None:
    garder(projet, relever(projet, JOUR))
    with pytest.raises(ExecutionEchouee):
        _executer(projet, ExecutionEchouee("échec"), notifier=True)
    assert _alertes(projet) == []
    assert any("est prévenue" in c.phrase for c in sante.examiner(projet, SEUILS, JOUR))


def test_une_trace_d_echec_illisible_vaut_un_echec(projet: Projet) -> None:
    garder(projet, relever(projet, JOUR))
    (projet.entrepot / "echec.json").write_text("{", encoding="utf-8")
    assert any("personne n'en a été prévenu" in alerte for alerte in _alertes(projet))


def test_une_execution_en_cours_n_alerte_pas_une_execution_tuee_si(projet: Projet) -> None:
    garder(projet, relever(projet, JOUR))
    with verrou_execution(projet):
        assert _alertes(projet) == []
        laisse = (projet.entrepot / TENU_PAR).read_text(encoding="utf-8")
    (projet.entrepot / TENU_PAR).write_text(laisse, encoding="utf-8")
    assert any("a été tuée (processus" in alerte for alerte in _alertes(projet))
    _executer(projet)
    with verrou_execution(projet):
        pass
    assert _alertes(projet) == []


def test_un_depot_en_attente_se_retrouve(projet: Projet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    garder(projet, relever(projet, JOUR))
    monkeypatch.setenv(etat.VARIABLE, (tmp_path / "partage").as_uri())
    assert any("Rien n'a encore été déposé" in alerte for alerte in _alertes(projet))
    etat.attendre(projet)
    assert any("attendent depuis le" in alerte for alerte in _alertes(projet))
    _executer(projet)
    assert _alertes(projet) == []
    assert json.loads((tmp_path / "partage" / "index.json").read_text())["manifeste"]


def test_la_commande_sort_avec_six_et_dit_ce_qui_ne_va_pas(projet: Projet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    fait = CliRunner().invoke(bilan, ["sante", "--libre-min", "0"])
    assert isinstance(fait.exception, AlerteSante) and fait.exception.code_sortie == 6
    assert "✘ Aucune exécution n'a encore réussi" in fait.output


def test_une_alerte_qui_ne_part_pas_reste_une_alerte(
    projet: Projet, boite: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILAN_RACINE", str(projet.racine))
    monkeypatch.setenv("BILAN_SMTP", "smtp://127.0.0.1:1")
    fait = CliRunner().invoke(bilan, ["sante", "--notifier"])
    assert isinstance(fait.exception, AlerteSante) and "Le courriel n'est pas parti" in fait.output
