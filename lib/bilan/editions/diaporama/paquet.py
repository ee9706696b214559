"""Le fichier .pptx, le même octet pour octet quand rien n'a changé : dates du zip et des classeurs fixées."""

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bilan.entrepot import fichiers

_EPOQUE = (1980, 1, 1, 0, 0, 0)
_DATE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_LANGUE = re.compile(rb'lang="en-[A-Z]{2}"')


def proprietes(presentation: Any, titre: str, jour: date) -> None:
    """Écrit les propriétés du document ; ses dates sont celle des données, jamais celle de l'horloge."""
    p = presentation.core_properties
    p.title, p.subject, p.language = titre, titre, "fr-FR"
    p.author = p.last_modified_by = p.keywords = p.comments = p.category = ""
    p.created = p.modified = datetime(jour.year, jour.month, jour.day)
    p.revision = 1
    for relation in list(presentation.part.package._rels.values()):
        if relation.reltype.endswith("/thumbnail"):
            presentation.part.package._rels.pop(relation.rId)


def ecrire(presentation: Any, sortie: Path, en_francais: bool = False) -> None:
    """Écrit la présentation d'un coup ; `en_francais` change aussi la langue des textes venus du gabarit."""
    fichiers.ecrire(sortie, octets(presentation, en_francais))


def octets(presentation: Any, en_francais: bool = False) -> bytes:
    """Rend le contenu du fichier de la présentation."""
    tampon = io.BytesIO()
    presentation.save(tampon)
    return _fixer(tampon.getvalue(), en_francais)


def _fixer(contenu_du_zip: bytes, en_francais: bool) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(contenu_du_zip)) as avant, zipfile.ZipFile(sortie, "w") as apres:
        for membre in avant.infolist():
            contenu = avant.read(membre.filename)
            if membre.filename.endswith(".xlsx"):
                contenu = _fixer(contenu, False)
            elif membre.filename == "docProps/core.xml" and "ppt/presentation.xml" not in avant.namelist():
                contenu = _DATE.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", contenu)
            elif en_francais and membre.filename.endswith(".xml"):
                contenu = _LANGUE.sub(b'lang="fr-FR"', contenu)
            entree = zipfile.ZipInfo(membre.filename, _EPOQUE)
            entree.compress_type = zipfile.ZIP_DEFLATED
            entree.external_attr = 0o600 << 16
            apres.writestr(entree, contenu, compresslevel=6)
    return sortie.getvalue()
