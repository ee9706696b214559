"""Où et à qui écrire : des variables d'environnement, pour que ni serveur ni mot de passe n'entrent au dépôt."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from bilan.erreurs import ErreurUsage

SERVEUR, MOT_DE_PASSE = "BILAN_SMTP", "BILAN_SMTP_MOT_DE_PASSE"
MESSAGERIE, FICHIER_MESSAGERIE = "BILAN_MESSAGERIE", "BILAN_MESSAGERIE_FICHIER"
EXPEDITEUR, DESTINATAIRES, LIEN = "BILAN_NOTIFIER_DE", "BILAN_NOTIFIER_A", "BILAN_LIEN"
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Reglages:
    """Réglages d'envoi ; `chiffrement` vaut « smtp » (aucun), « smtp+starttls » ou « smtps ».

    `lien` est l'adresse où le site publié se lit ; vide, le courriel donne la version. `messageries` sont les adresses
    apprise des salons à prévenir aussi (Mattermost, Tchap) : elles portent leur jeton, et ne s'affichent jamais.
    """

    hote: str
    port: int
    chiffrement: str
    expediteur: str
    destinataires: tuple[str, ...]
    compte: str = ""
    mot_de_passe: str = field(default="", repr=False)
    lien: str = ""
    messageries: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def de_l_environnement(cls, environnement: Mapping[str, str] = os.environ) -> Self:
        """Rend les réglages ; lève `ErreurUsage` avec ce qui manque ou ne se lit pas."""
        manquent = [nom for nom in (SERVEUR, EXPEDITEUR, DESTINATAIRES) if not environnement.get(nom)]
        if manquent:
            raise ErreurUsage(
                f"La notification demande {', '.join(manquent)} dans l'environnement ; donnez-les (voir "
                "docs/exploitation.md), ou lancez sans --notifier."
            )
        adresse = urlsplit(environnement[SERVEUR])
        if adresse.scheme not in _PORTS or not adresse.hostname:
            raise ErreurUsage(
                f"{SERVEUR} doit s'écrire « smtp://serveur:25 », « smtp+starttls://compte@serveur:587 » ou "
                "« smtps://compte@serveur:465 » ; corrigez-la."
            )
        return cls(
            hote=adresse.hostname,
            port=adresse.port or _PORTS[adresse.scheme],
            chiffrement=adresse.scheme,
            expediteur=environnement[EXPEDITEUR],
            destinataires=tuple(a.strip() for a in environnement[DESTINATAIRES].split(",") if a.strip()),
            compte=unquote(adresse.username or ""),
            mot_de_passe=environnement.get(MOT_DE_PASSE, ""),
            lien=environnement.get(LIEN, ""),
            messageries=_messageries(environnement),
        )


def _messageries(environnement: Mapping[str, str]) -> tuple[str, ...]:
    """Rend les adresses données en clair, puis celles du fichier secret, une par ligne, « # » pour un commentaire."""
    donnees = environnement.get(MESSAGERIE, "").split()
    if fichier := environnement.get(FICHIER_MESSAGERIE):
        try:
            lignes = Path(fichier).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as erreur:
            raise ErreurUsage(
                f"Le fichier que nomme {FICHIER_MESSAGERIE} ne se lit pas ({type(erreur).__name__}) ; corrigez son "
                "chemin ou ses droits."
            ) from erreur
        donnees += [ligne.strip() for ligne in lignes if ligne.strip() and not ligne.lstrip().startswith("#")]
    return tuple(donnees)
