"""L'aide et les refus de click, en français."""

import gettext
import os
from pathlib import Path

DOSSIER_LANGUES = Path(__file__).parent / "locale"
DOMAINE = "messages"


def parler_francais() -> None:
    """Branche le catalogue français de click, quelle que soit la langue du poste.

    click appelle `gettext.gettext`, donc le domaine « messages » du processus : c'est lui qu'on désigne.
    """
    os.environ["LANGUAGE"] = "fr"
    gettext.bindtextdomain(DOMAINE, str(DOSSIER_LANGUES))
    gettext.textdomain(DOMAINE)
