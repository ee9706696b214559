"""Ce que partagent les essais de notification : un projet de poche, ses mesures, une boîte de réception."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import polars as pl

from bilan.entrepot.mesures import EntrepotMesures
from bilan.projet import Jeu, Projet


@dataclass
class Boite:
    """Boîte de réception d'un vrai serveur : les courriels arrivés, dans l'ordre."""

    recus: list[EmailMessage]
    port: int = 0

    async def handle_DATA(self, serveur: object, session: object, enveloppe: object) -> str:
        self.recus.append(message_from_bytes(enveloppe.content, policy=default))
        return "250 reçu"


def lire(recu: EmailMessage, forme: str = "plain") -> str:
    """Rend le corps du courriel reçu, en texte ou en HTML (« html »)."""
    corps = recu.get_body((forme,))
    assert corps is not None, f"le courriel n'a pas de corps {forme}"
    return str(corps.get_content()).replace("\r\n", "\n")


def mesurer(projet: Projet, e5: float) -> None:
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
