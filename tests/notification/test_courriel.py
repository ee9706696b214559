"""Prévenir, avec un vrai serveur SMTP ; et voir ce qui se tait."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

import polars as pl
import pytest
from aiosmtpd.controller import Controller

from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.erreurs import DonneesRefusees, ErreurBilan, ErreurUsage, ExecutionEchouee
from bilan.notification import sante
from bilan.notification.apres import suivre
from bilan.notification.reglages import Reglages
from bilan.notification.releve import chiffres, dernier, garder, relever
from bilan.projet import Jeu, Projet

COLLECTION = """\
region = "93"
millesime = 2026
contact = "boîte de test"
carnets = []

[jeux.reel]
titre = "Chiffres publiés"
periode = "2023"
connu_le = 2024-12-31

[jeux.demonstration]
titre = "Année de démonstration"
periode = "2024"
connu_le = 2025-03-31
"""
JOUR = datetime.fromisoformat("2025-04-10T06:00:00+02:00")


@dataclass
class Boite:
    """Boîte de réception d'un vrai serveur : les courriels arrivés, dans l'ordre."""

    recus: list[Message]
    port: int = 0

    async def handle_DATA(self, serveur: object, session: object, enveloppe: object) -> str:
        self.recus.append(message_from_bytes(enveloppe.content, policy=default))
        return "250 reçu"


@pytest.fixture
def boite(monkeypatch: pytest.MonkeyPatch) -> Iterator[Boite]:
    boite = Boite([])
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        boite.port = libre.getsockname()[1]
    serveur = Controller(boite, hostname="127.0.0.1", port=boite.port)
    serveur.start()
    monkeypatch.setenv("BILAN_SMTP", f"smtp://127.0.0.1:{boite.port}")
    monkeypatch.setenv("BILAN_NOTIFIER_DE", "bilan@exemple.invalid")
    monkeypatch.setenv("BILAN_NOTIFIER_A", "boite-fonctionnelle@exemple.invalid, autre@exemple.invalid")
    monkeypatch.setenv("BILAN_LIEN", "https://bilan.exemple.invalid/")
    yield boite
    serveur.stop()


@pytest.fixture
def projet(tmp_path: Path) -> Projet:
    (tmp_path / "collection.toml").write_text(COLLECTION, encoding="utf-8")
    projet = Projet(tmp_path)
    _mesurer(projet, 40.0)
    EntrepotRuns(projet.entrepot, Jeu.DEMONSTRATION).enregistrer(Run(
        "cle", "30_flux", "flux", "93", "demonstration", "2024", "2025-03-31", "interne", {}, "Flux", "ok",
    ))  # fmt: skip
    return projet


def _mesurer(projet: Projet, e5: float) -> None:
    commun = {
        "jeu": "demonstration", "territoire_type": "region", "territoire": "93", "ventilation": "ensemble",
        "modalite": "ensemble", "periode": "2024", "unite": "%", "statut": "observe", "couverture": 1.0,
        "repondants": 3, "attendus": 3, "maturite": "definitif",
    }  # fmt: skip
    lignes = [
        {"indicateur": "E5", "numerateur": e5, "denominateur": 100.0, "valeur": e5},
        {"indicateur": "V1", "numerateur": 4.0, "denominateur": 7.0, "valeur": 57.1},
        {"indicateur": "N2", "numerateur": 9.0, "denominateur": 1.0, "valeur": 9.0, "unite": "logements"},
    ]
    EntrepotMesures(projet.entrepot, Jeu.DEMONSTRATION).ecrire(pl.DataFrame([commun | ligne for ligne in lignes]))


def _executer(projet: Projet, erreur: Exception | None = None, dire: list[str] | None = None) -> None:
    with suivre(projet, notifier=True, dire=(dire if dire is not None else []).append):
        if erreur:
            raise erreur


def test_une_publication_donne_etat_periode_chiffres_changements_et_lien(projet: Projet, boite: Boite) -> None:
    _executer(projet)
    (recu,) = boite.recus
    corps = recu.get_content()
    assert recu["To"] == "boite-fonctionnelle@exemple.invalid, autre@exemple.invalid"
    assert recu["Subject"].startswith("[bilan] Publié") and recu["Auto-Submitted"] == "auto-generated"
    assert "Année de démonstration (données fictives), année 2024" in corps
    assert "40,0\u202f%" in corps and "première publication" in corps
    assert "https://bilan.exemple.invalid/" in corps
    assert not list(recu.iter_attachments())


def test_aucun_petit_nombre_ne_part_par_courriel(projet: Projet, boite: Boite) -> None:
    """Le taux sur 7 conventions et le volume de 9 logements sont sous le seuil du secret (11)."""
    _executer(projet)
    corps = boite.recus[0].get_content()
    assert "57,1" not in corps and "9 logements" not in corps


def test_rien_de_neuf_est_un_succes_silencieux_et_un_chiffre_qui_change_se_dit(projet: Projet, boite: Boite) -> None:
    _executer(projet)
    _executer(projet)
    assert len(boite.recus) == 1
    _mesurer(projet, 60.0)
    _executer(projet)
    assert "40,0\u202f% → 60,0\u202f%" in boite.recus[1].get_content()


def test_un_echec_part_a_la_boite_et_garde_l_erreur(projet: Projet, boite: Boite) -> None:
    with pytest.raises(ExecutionEchouee):
        _executer(projet, ExecutionEchouee("2 carnets ont échoué (30_flux)."))
    corps = boite.recus[0].get_content()
    assert "code de sortie 1" in corps and "30_flux" in corps and "À faire" in corps
    assert dernier(projet) is None


def test_un_refus_de_donnees_ne_recopie_aucune_cellule(projet: Projet, boite: Boite) -> None:
    with pytest.raises(DonneesRefusees):
        _executer(projet, DonneesRefusees("Ligne 3 : « Mme Untel » n'est pas un nombre."))
    assert "Untel" not in boite.recus[0].as_string() and "code de sortie 3" in boite.recus[0].get_content()


def test_un_serveur_muet_ne_cache_pas_l_echec(projet: Projet, boite: Boite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILAN_SMTP", "smtp://127.0.0.1:1")
    dits: list[str] = []
    with pytest.raises(ExecutionEchouee):
        _executer(projet, ExecutionEchouee("échec"), dits)
    assert "Le courriel n'est pas parti" in dits[0]


def test_apres_une_reussite_un_courriel_qui_ne_part_pas_est_un_echec_rejoue(
    projet: Projet, boite: Boite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILAN_SMTP", "smtp://127.0.0.1:1")
    with pytest.raises(ErreurBilan, match="pas parti"):
        _executer(projet)
    monkeypatch.setenv("BILAN_SMTP", f"smtp://127.0.0.1:{boite.port}")
    _executer(projet)
    assert len(boite.recus) == 1


def test_des_reglages_absents_se_disent_avant_de_commencer(projet: Projet, monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in ("BILAN_SMTP", "BILAN_NOTIFIER_DE", "BILAN_NOTIFIER_A"):
        monkeypatch.delenv(nom, raising=False)
    with pytest.raises(ErreurUsage, match="BILAN_SMTP, BILAN_NOTIFIER_DE, BILAN_NOTIFIER_A"):
        _executer(projet, AssertionError("rien ne devait commencer"))


def test_le_mot_de_passe_ne_s_affiche_pas() -> None:
    reglages = Reglages.de_l_environnement({
        "BILAN_SMTP": "smtps://compte@serveur.invalid", "BILAN_NOTIFIER_DE": "a@b.invalid",
        "BILAN_NOTIFIER_A": "c@d.invalid", "BILAN_SMTP_MOT_DE_PASSE": "tres-secret",
    })  # fmt: skip
    assert (reglages.port, reglages.compte) == (465, "compte") and "tres-secret" not in repr(reglages)


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


def test_rien_de_neuf_se_releve_sans_rien_charger_de_lourd(projet: Projet) -> None:
    garder(projet, relever(projet, JOUR))
    code = (
        "import sys; from pathlib import Path; from bilan.projet import Projet; "
        "from bilan.notification.apres import suivre\n"
        "with suivre(Projet(Path(sys.argv[1])), False, print): pass\n"
        "sys.exit('polars' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(projet.racine)], check=False).returncode == 0


def test_a_defaut_de_la_periode_la_derniere_annee_connue_est_nommee(projet: Projet) -> None:
    magasin = EntrepotMesures(projet.entrepot, Jeu.DEMONSTRATION)
    magasin.ecrire(magasin.lire().with_columns(periode=pl.lit("2023")))
    assert chiffres(projet, Jeu.DEMONSTRATION) == {"EPCI dont la cotation est en service (2023)": "40,0\u202f%"}
