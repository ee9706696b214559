"""L'envoi d'un courriel par SMTP : du texte, jamais de pièce jointe."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from bilan.erreurs import ErreurBilan
from bilan.notification.reglages import Reglages

_DELAI_S = 20


def envoyer(reglages: Reglages, objet: str, corps: str) -> None:
    """Envoie ce texte à tous les destinataires ; lève `ErreurBilan` si le serveur ne répond pas ou refuse."""
    message = EmailMessage()
    message["Subject"], message["From"] = objet, reglages.expediteur
    message["To"] = ", ".join(reglages.destinataires)
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain=reglages.hote)
    # Une machine écrit : ni réponse automatique, ni absence du bureau en retour.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(corps)
    try:
        with _ouvrir(reglages) as serveur:
            if reglages.chiffrement == "smtp+starttls":
                serveur.starttls(context=ssl.create_default_context())
            if reglages.compte:
                serveur.login(reglages.compte, reglages.mot_de_passe)
            serveur.send_message(message)
    except (OSError, smtplib.SMTPException) as erreur:
        raise ErreurBilan(
            f"Le courriel n'est pas parti par {reglages.hote}:{reglages.port} ({type(erreur).__name__}) ; vérifiez "
            "BILAN_SMTP. Ce qui est fait le reste : « bilan sante » en rend compte."
        ) from erreur


def _ouvrir(reglages: Reglages) -> smtplib.SMTP:
    if reglages.chiffrement == "smtps":
        contexte = ssl.create_default_context()
        return smtplib.SMTP_SSL(reglages.hote, reglages.port, timeout=_DELAI_S, context=contexte)
    return smtplib.SMTP(reglages.hote, reglages.port, timeout=_DELAI_S)
