"""Prévenir un salon : un serveur HTTP local tient la place de Mattermost, puis de Matrix (Tchap)."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from maquette_notification import Boite, lire

from bilan.erreurs import ErreurBilan, ErreurUsage, PublicationRefusee
from bilan.notification.apres import suivre
from bilan.notification.reglages import Reglages
from bilan.projet import Projet

JETON = "jeton3secret9du0salon"


@dataclass
class Salon:
    """Ce que le serveur a reçu : chemin et corps de chaque envoi."""

    port: int = 0
    statut: int = 200
    recus: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    @property
    def mattermost(self) -> str:
        return f"mmost://127.0.0.1:{self.port}/{JETON}"


@pytest.fixture
def salon() -> Iterator[Salon]:
    salon = Salon()

    class Reponse(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            corps = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            salon.recus.append((self.path, corps))
            self._repondre({"access_token": "t", "home_server": "h", "user_id": "@bilan:h", "room_id": "!s:h"})

        def do_PUT(self) -> None:
            self.do_POST()

        def do_GET(self) -> None:
            self._repondre({"user_id": "@bilan:h", "joined_rooms": ["!s:h"]})

        def _repondre(self, contenu: object) -> None:
            octets = json.dumps(contenu).encode()
            self.send_response(salon.statut)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: object) -> None:
            pass

    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Reponse)
    salon.port = serveur.server_port
    threading.Thread(target=serveur.serve_forever, daemon=True).start()
    yield salon
    serveur.shutdown()


def _executer(projet: Projet, dits: list[str], erreur: Exception | None = None) -> None:
    with suivre(projet, notifier=True, dire=dits.append):
        if erreur:
            raise erreur


def test_le_salon_recoit_le_meme_texte_que_la_boite(
    projet: Projet, boite: Boite, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILAN_MESSAGERIE", salon.mattermost)
    _executer(projet, [])
    ((chemin, recu),) = salon.recus
    corps = lire(boite.recus[0]).strip()
    assert chemin == f"/hooks/{JETON}" and "40,0\u202f%" in corps
    assert corps in str(recu["text"]) and boite.recus[0]["Subject"].strip() in str(recu["text"])
    assert "57,1" not in str(recu) and "9 logements" not in str(recu)


def test_tchap_recoit_le_texte_par_le_protocole_de_matrix(
    projet: Projet, boite: Boite, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILAN_MESSAGERIE", f"matrix://bilan:{JETON}@127.0.0.1:{salon.port}/!s:h?version=3")
    _executer(projet, [])
    textes = [str(corps.get("body", "")) for chemin, corps in salon.recus if "/send/m.room.message" in chemin]
    assert textes and "40,0\u202f%" in textes[0]


def test_les_adresses_peuvent_venir_d_un_fichier_secret(
    projet: Projet, boite: Boite, salon: Salon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fichier = tmp_path / "salons"
    fichier.write_text(f"# le salon de l'équipe\n\n{salon.mattermost}\n", encoding="utf-8")
    monkeypatch.setenv("BILAN_MESSAGERIE_FICHIER", str(fichier))
    _executer(projet, [])
    assert len(salon.recus) == 1
    monkeypatch.setenv("BILAN_MESSAGERIE_FICHIER", str(tmp_path / "absent"))
    with pytest.raises(ErreurUsage, match="BILAN_MESSAGERIE_FICHIER"):
        _executer(projet, [], AssertionError("rien ne devait commencer"))


def test_un_echec_part_aussi_au_salon_meme_sans_serveur_de_courriel(
    projet: Projet, boite: Boite, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILAN_MESSAGERIE", salon.mattermost)
    monkeypatch.setenv("BILAN_SMTP", "smtp://127.0.0.1:1")
    dits: list[str] = []
    with pytest.raises(PublicationRefusee):
        _executer(projet, dits, PublicationRefusee("cellule 7 de Mme Untel en clair"))
    assert "code de sortie 5" in str(salon.recus[0][1]) and "Untel" not in str(salon.recus)
    assert "Le courriel n'est pas parti" in dits[0]


@pytest.mark.parametrize("panne", ["refus", "muet", "illisible"])
def test_un_salon_en_panne_se_dit_sans_son_jeton_et_le_courriel_part(
    panne: str, projet: Projet, boite: Boite, salon: Salon, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    salon.statut = 403
    adresses = {"refus": salon.mattermost, "muet": f"mmost://127.0.0.1:1/{JETON}", "illisible": f"rien://{JETON}"}
    monkeypatch.setenv("BILAN_MESSAGERIE", adresses[panne])
    caplog.set_level(logging.DEBUG)
    dits: list[str] = []
    with pytest.raises(ErreurBilan, match="messagerie") as erreur:
        _executer(projet, dits)
    assert len(boite.recus) == 2 and "Échec" in boite.recus[1]["Subject"]
    laisse = "".join(c.read_text(errors="replace") for c in projet.entrepot.rglob("*.json"))
    ecrit = [*dits, erreur.value.message, caplog.text, *capfd.readouterr(), laisse, boite.recus[1].as_string()]
    assert JETON not in "".join(ecrit)


def test_ni_le_jeton_ni_le_mot_de_passe_ne_s_affichent() -> None:
    reglages = Reglages.de_l_environnement({
        "BILAN_SMTP": "smtps://compte@serveur.invalid", "BILAN_NOTIFIER_DE": "a@b.invalid",
        "BILAN_NOTIFIER_A": "c@d.invalid", "BILAN_MESSAGERIE": f"mmosts://serveur.invalid/{JETON} json://autre",
    })  # fmt: skip
    assert len(reglages.messageries) == 2 and JETON not in repr(reglages)
