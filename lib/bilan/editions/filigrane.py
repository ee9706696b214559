"""La marque « document de travail » d'une pièce finie, posée sans la refaire, et ôtée d'un diaporama publié.

Un diaporama la porte derrière chaque diapositive, une annexe en tête de son « Lisez-moi », des données ouvertes dans le
titre et la description de leur paquet. Une image et un CSV ne la portent pas : leur page la porte.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from bilan.editions.publication import est_publie
from bilan.entrepot import fichiers
from bilan.projet import Projet

MARQUE = "Document de travail"
MENTION = f"{MARQUE} : cette édition n'est pas publiée ; elle peut changer et ne se diffuse pas."
PLACE_DANS_L_ANNEXE = "A3"
"""Cellule que le « Lisez-moi » d'une annexe laisse vide pour la mention."""
PAQUET = "datapackage.json"

_DIAPOSITIVE = re.compile(r"ppt/slides/slide\d+\.xml")
_TAILLE = re.compile(rb'<p:sldSz\b[^>]*\bcx="(\d+)"[^>]*\bcy="(\d+)"')
_IDENTIFIANTS = re.compile(rb'<p:cNvPr\b[^>]*\bid="(\d+)"')
# Le contenu d'une diapositive commence après les propriétés de son groupe racine : ce qui y vient d'abord est derrière.
_DEBUT = re.compile(rb"<p:spTree>.*?(?:<p:grpSpPr\s*/>|</p:grpSpPr>)", re.S)
_FORME = f"""\
<p:sp><p:nvSpPr><p:cNvPr id="{{ident}}" name="{MARQUE}"/><p:cNvSpPr txBox="1"/><p:nvPr userDrawn="1"/></p:nvSpPr>\
<p:spPr><a:xfrm rot="-1200000"><a:off x="0" y="{{y}}"/><a:ext cx="{{cx}}" cy="{{cy}}"/></a:xfrm>\
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>\
<p:txBody><a:bodyPr wrap="square" anchor="ctr"/><a:lstStyle/><a:p><a:pPr algn="ctr"/><a:r>\
<a:rPr lang="fr-FR" sz="6600" b="1"><a:solidFill>\
<a:srgbClr val="16181D"><a:alpha val="9000"/></a:srgbClr></a:solidFill>\
<a:latin typeface="Arial"/></a:rPr><a:t>{MARQUE}</a:t></a:r></a:p></p:txBody></p:sp>"""
_PREMIERE_FEUILLE = re.compile(r"xl/worksheets/sheet1\.xml")
_PLACE_VIDE = re.compile(rf'(<c r="{PLACE_DANS_L_ANNEXE}"(?: s="\d+")?)/>'.encode())
_POSEE = re.compile(
    rb'<p:sp>(?:(?!</p:sp>).)*?<p:cNvPr id="\d+" name="%b"/>(?:(?!</p:sp>).)*</p:sp>' % MARQUE.encode(), re.S
)


def marquer(pptx: bytes) -> bytes:
    """Rend le diaporama où chaque diapositive porte la marque, derrière ce qu'elle montre ; une seule fois chacune."""
    with zipfile.ZipFile(io.BytesIO(pptx)) as lu:
        taille = _TAILLE.search(lu.read("ppt/presentation.xml"))
    if taille is None:
        raise ValueError("La présentation ne dit pas la taille de ses diapositives.")
    cx, cy = int(taille[1]), int(taille[2])

    def poser(diapositive: bytes) -> bytes:
        """Rend la diapositive marquée."""
        nue = _oter(diapositive)
        ident = max(map(int, _IDENTIFIANTS.findall(nue)), default=0) + 1
        forme = _FORME.format(ident=ident, y=cy * 3 // 8, cx=cx, cy=cy // 4)
        return _DEBUT.sub(lambda debut: debut[0] + forme.encode(), nue, count=1)

    return _recrire(pptx, _DIAPOSITIVE, poser)


def marquer_la_piece(nom: str, contenu: bytes) -> bytes:
    """Rend la pièce de ce nom, marquée si elle a où l'être : diaporama, annexe, archive de données ouvertes."""
    marques = {".pptx": marquer, ".xlsx": marquer_l_annexe, ".zip": marquer_les_donnees}
    return marques.get(Path(nom).suffix, _telle_quelle)(contenu)


def marquer_l_annexe(xlsx: bytes) -> bytes:
    """Rend l'annexe dont le « Lisez-moi » porte la mention ; lève `ValueError` s'il n'a pas de place pour elle."""

    def poser(feuille: bytes) -> bytes:
        """Rend la feuille, la mention à sa place."""
        texte = f' t="inlineStr"><is><t>{MENTION}</t></is></c>'.encode()
        marquee, combien = _PLACE_VIDE.subn(lambda place: place[1] + texte, feuille)
        if combien != 1:
            raise ValueError("Le « Lisez-moi » de l'annexe n'a pas de place pour la mention du document de travail.")
        return marquee

    return _recrire(xlsx, _PREMIERE_FEUILLE, poser)


def marquer_les_donnees(archive: bytes) -> bytes:
    """Rend l'archive de données ouvertes dont le paquet porte la mention."""
    return _recrire(archive, re.compile(re.escape(PAQUET)), marquer_le_paquet)


def marquer_le_paquet(datapackage: bytes) -> bytes:
    """Rend la description du paquet (`datapackage.json`), la mention dans son titre et en tête de sa description."""
    paquet = json.loads(datapackage)
    paquet |= {"title": f"{MARQUE} – {paquet['title']}", "description": f"{MENTION} {paquet['description']}"}
    return fichiers.en_json(paquet)


def demarquer(pptx: bytes) -> bytes:
    """Rend le diaporama sans la marque ; le reste ne bouge pas."""
    return _recrire(pptx, _DIAPOSITIVE, _oter)


def accorder(projet: Projet, profil: str, chemin: Path) -> bool:
    """Marque le diaporama, ou lui ôte la marque si ce que disent les carnets est publié ; vrai s'il est marqué."""
    publie = est_publie(projet, profil)
    fichiers.ecrire(chemin, (demarquer if publie else marquer)(chemin.read_bytes()))
    return not publie


def _oter(diapositive: bytes) -> bytes:
    return _POSEE.sub(b"", diapositive)


def _telle_quelle(contenu: bytes) -> bytes:
    return contenu


def _recrire(archive: bytes, membres: re.Pattern[str], changer: Callable[[bytes], bytes]) -> bytes:
    """Rend le fichier dont les membres de ce nom sont changés, les autres tels quels, dates comprises."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as avant, zipfile.ZipFile(sortie, "w") as apres:
        for membre in avant.infolist():
            contenu = avant.read(membre)
            if membres.fullmatch(membre.filename):
                contenu = changer(contenu)
            apres.writestr(membre, contenu, compresslevel=6)
    return sortie.getvalue()
