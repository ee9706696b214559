"""L'envoi d'un courriel par SMTP : du texte et le même en HTML, jamais de pièce jointe."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from bilan.erreurs import ErreurBilan
from bilan.notification.forme import Message
from bilan.notification.reglages import Reglages

_DELAI_S = 20


def composer(reglages: Reglages, message: Message) -> EmailMessage:
    """Rend le courriel de ce message pour tous les destinataires : le texte, puis le HTML, au choix du lecteur."""
    courriel = EmailMessage()
    courriel["Subject"], courriel["From"] = message.sujet, reglages.expediteur
    courriel["To"] = ", ".join(reglages.destinataires)
    courriel["Date"], courriel["Message-ID"] = formatdate(localtime=True), make_msgid(domain=reglages.hote)
    # Une machine écrit : ni réponse automatique, ni absence du bureau en retour.
    courriel["Auto-Submitted"] = "auto-generated"
    courriel.set_content(message.en_texte())
    courriel.add_alternative(message.en_html(), subtype="html")
    courriel["Content-Language"] = "fr"  # après les corps : un en-tête « Content- » posé avant suivrait le premier
    return courriel


def envoyer(reglages: Reglages, message: Message) -> None:
    """Envoie ce message à tous les destinataires ; lève `ErreurBilan` si le serveur ne répond pas ou refuse."""
    try:
        with _ouvrir(reglages) as serveur:
            if reglages.chiffrement == "smtp+starttls":
                serveur.starttls(context=ssl.create_default_context())
            if reglages.compte:
                serveur.login(reglages.compte, reglages.mot_de_passe)
            serveur.send_message(composer(reglages, message))
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
