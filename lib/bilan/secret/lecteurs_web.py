"""La lecture d'une page, d'une image vectorielle, d'un script, d'un carnet : HTML, SVG, JavaScript, JSON."""

import json
import re
from html.parser import HTMLParser
from typing import Any

from bilan.secret.lecture import ATTRIBUTS_LUS, IDENTIFIANT, Lecture, en_texte
from bilan.secret.placement import Placement

_DEBUT_JSON = re.compile(r"[\[{]")
_DECODEUR = json.JSONDecoder()
_EXTRAIT, _PLUS_LONG_SIGNE = 512, 16
"""Caractères de l'extrait que l'on décode d'abord, et du plus long signe qu'il a pu couper."""
_FIGURES = ("figure", "section", "article", "svg", "div", "table")
# Ce qui ne coupe pas une phrase : un nombre en gras reste à côté de son nom.
_DANS_LA_LIGNE = frozenset({
    "a", "abbr", "b", "bdi", "cite", "code", "data", "dd", "dfn", "em", "i", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "time", "tspan", "u", "var", "wbr", "br",
})  # fmt: skip


class _LecteurHtml(HTMLParser):
    """Suit les balises d'une page : attributs parlants, textes, tables, scripts, images, et la figure autour."""

    def __init__(self, figure: str = "") -> None:
        super().__init__()
        self.lecture, self._figure = Lecture(), figure
        self._identifiants: list[tuple[str, str]] = []
        self._rangees: list[list[str]] | None = None
        self._bloc: list[str] = []
        self._script = False
        self._image: Placement | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note les attributs que lit une aide technique, et ouvre table, rangée, cellule, script ou figure."""
        valeurs = {nom: valeur or "" for nom, valeur in attrs}
        self._couper(tag)
        self.lecture.phrases += [v for n, v in valeurs.items() if v and (n in ATTRIBUTS_LUS or n.startswith("data-"))]
        figure = valeurs.get("data-figure") or valeurs.get("id") or ""
        if tag == "svg" and self._image is None:
            self._image = Placement()
        if self._image is not None:
            self._image.ouvrir(tag, valeurs)
        if tag == "table":
            self._rangees = []
        elif tag == "tr" and self._rangees is not None:
            self._rangees.append([])
        elif tag in ("td", "th") and self._rangees:
            self._rangees[-1].append("")
        elif tag == "script":
            self._script = True
        if tag in _FIGURES and figure:
            self._identifiants.append((tag, figure))

    def handle_endtag(self, tag: str) -> None:
        """Range la table ou l'image finie sous sa figure, et sort du script ou de la figure."""
        if tag != "dt":  # une définition suit son terme
            self._couper(tag)
        if self._image is not None:
            self._image.fermer(tag)
            if tag == "svg":
                self.lecture.phrases += self._image.rangees()
                self._image = None
        if tag == "table" and self._rangees is not None:
            figure = self._identifiants[-1][1] if self._identifiants else self._figure
            self.lecture.ajouter_table(figure, [r for r in self._rangees if r])
            self._rangees = None
        elif tag == "script":
            self._script = False
        if tag in ("figure", "section", "article") and self._identifiants:
            rang = next(
                (k for k in range(len(self._identifiants) - 1, -1, -1) if self._identifiants[k][0] == tag), None
            )
            self._identifiants = self._identifiants[:rang] if rang is not None else self._identifiants

    def handle_data(self, data: str) -> None:
        """Ajoute un texte à la cellule ouverte, sinon au bloc ; un script se relit comme des données."""
        texte = " ".join(data.split())
        if not texte:
            return
        if self._script:
            lire_js(data, self.lecture)
        elif self._rangees and self._rangees[-1]:
            self._rangees[-1][-1] = f"{self._rangees[-1][-1]} {texte}".strip()
        else:
            self._bloc.append(texte)
            if self._image is not None:
                self._image.ecrire(texte)

    def close(self) -> None:
        """Finit le dernier bloc."""
        super().close()
        self._couper("")

    def _couper(self, tag: str) -> None:
        if tag not in _DANS_LA_LIGNE and self._bloc:
            self.lecture.phrases.append(" ".join(self._bloc))
            self._bloc = []


def lire_html(texte: str, figure: str = "") -> Lecture:
    """Rend ce que dit une page, ou le morceau d'une page que l'on sait venir de cette figure."""
    lecteur = _LecteurHtml(figure)
    lecteur.feed(texte)
    lecteur.close()
    return lecteur.lecture


def html(contenu: bytes, nom: str) -> Lecture:
    """Lit une page."""
    return lire_html(contenu.decode("utf-8"))


def svg(contenu: bytes, nom: str) -> Lecture:
    """Lit une image : le nom du fichier, s'il en a la forme, est celui de sa figure."""
    return lire_html(contenu.decode("utf-8"), nom if IDENTIFIANT.match(nom) else "")


def js(contenu: bytes, nom: str) -> Lecture:
    """Lit un script."""
    lecture = Lecture()
    lire_js(contenu.decode("utf-8"), lecture)
    return lecture


def lire_js(texte: str, lecture: Lecture) -> None:
    """Relit les objets JSON d'un script, et garde le reste comme du code."""
    place, code = 0, []
    while trouve := _DEBUT_JSON.search(texte, place):
        code.append(texte[place : trouve.start()])
        try:
            valeur, place = _decoder(texte, trouve.start())
        except ValueError:
            place = trouve.start() + 1
            continue
        _lire_valeur(valeur, "", lecture)
    reste = " ".join([*code, texte[place:]]).strip()
    lecture.code += [texte]
    lecture.phrases += [reste] if reste else []


def _decoder(texte: str, debut: int) -> tuple[Any, int]:
    """Rend la valeur JSON qui commence là et la place d'après elle ; lève `ValueError` s'il n'y en a pas.

    Un court extrait suffit presque toujours à dire que ce n'en est pas une ; sur le script entier, chaque erreur de
    `json` compterait les lignes de tout ce qui précède.
    """
    extrait = texte[debut : debut + _EXTRAIT]
    try:
        valeur, longueur = _DECODEUR.raw_decode(extrait)
        return valeur, debut + longueur
    except json.JSONDecodeError as erreur:
        coupee = erreur.msg.startswith("Unterminated string") or erreur.pos > len(extrait) - _PLUS_LONG_SIGNE
        if not coupee or len(extrait) < _EXTRAIT:
            raise
    return _DECODEUR.raw_decode(texte, debut)


def en_json(contenu: bytes, nom: str) -> Lecture:
    """Lit un document JSON : une spécification, un carnet exécuté, des contours."""
    lecture = Lecture()
    document = json.loads(contenu)
    _joindre_sources(document)
    _lire_valeur(document, "", lecture)
    return lecture


def _lire_valeur(valeur: Any, figure: str, lecture: Lecture) -> None:
    if isinstance(valeur, dict):
        ici = str(valeur.get("id") or figure)
        for cle, contenu in valeur.items():
            _lire_valeur(contenu, cle if isinstance(contenu, dict) and IDENTIFIANT.match(cle) else ici, lecture)
    elif isinstance(valeur, list):
        objets = [v for v in valeur if isinstance(v, dict)]
        if objets:
            titres = list(dict.fromkeys(nom for objet in objets for nom in objet))
            rangees = [
                [en_texte(objet.get(t)) if not isinstance(objet.get(t), dict | list) else "" for t in titres]
                for objet in objets
            ]
            lecture.ajouter_table(figure, [titres, *rangees])
        if len(objets) < len(valeur):
            _lire_rangee(valeur, figure, lecture)
        for contenu in valeur:
            _lire_valeur(contenu, figure, lecture)
    elif isinstance(valeur, str) and valeur:
        if "<" in valeur and ">" in valeur:
            lecture.joindre(lire_html(valeur, figure))
        else:
            lecture.phrases.append(valeur)


def _lire_rangee(valeur: list[Any], figure: str, lecture: Lecture) -> None:
    """Relit un tableau de valeurs simples (`["Provence Verte", 12.5]`) comme une phrase."""
    simples = [en_texte(v) for v in valeur if isinstance(v, str | int | float)]
    if any(isinstance(v, str) for v in valeur) and len(simples) > 1:
        lecture.phrases.append(" : ".join(simples))


def _joindre_sources(document: Any) -> None:
    """Recolle les textes qu'un carnet découpe ligne à ligne, sans quoi une balise coupée ne se lirait pas."""
    if isinstance(document, dict):
        for cle, valeur in document.items():
            if isinstance(valeur, list) and valeur and all(isinstance(v, str) for v in valeur):
                document[cle] = "".join(valeur)
            else:
                _joindre_sources(valeur)
    elif isinstance(document, list):
        for valeur in document:
            _joindre_sources(valeur)
