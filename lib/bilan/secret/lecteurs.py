"""Ce que dit un fichier fini, quel que soit son genre : ses phrases, ses tables, et la figure dont elles viennent."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_ATTRIBUTS_LUS = ("aria-label", "aria-description", "title", "alt", "content", "summary", "name", "descr", "value")
_SANS_TEXTE = {".png", ".woff", ".woff2", ".ttf", ".otf", ".ico", ".css"}
_IDENTIFIANT = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)+$")
_DEBUT_JSON = re.compile(r"[\[{]")
_ESPACE_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@dataclass(frozen=True)
class Table:
    """Table lue : l'identifiant de la figure (vide s'il n'est pas écrit), ses titres de colonnes et ses lignes."""

    figure: str
    entetes: tuple[str, ...]
    lignes: tuple[tuple[str, ...], ...]


@dataclass
class Lecture:
    """Tout ce qu'un fichier laisse lire ; `figures` dit celle où une phrase a été lue, quand on le sait."""

    phrases: list[str] = field(default_factory=list)
    figures: dict[str, set[str]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)

    def ajouter_table(self, figure: str, rangees: list[list[str]]) -> None:
        """Ajoute une table dont la première rangée est celle des titres ; ses cellules comptent aussi comme phrases."""
        if rangees:
            self.tables.append(Table(figure, tuple(rangees[0]), tuple(tuple(r) for r in rangees[1:])))
            self.phrases += [cellule for rangee in rangees for cellule in rangee if cellule]


def lire(chemin: Path) -> Lecture | None:
    """Rend ce que dit le fichier, ou None si la barrière ne sait pas lire ce genre de fichier.

    Une image PNG, une police et une feuille de style ne disent rien. Lève `OSError` ou `ValueError` d'un fichier abîmé.
    """
    genre = chemin.suffix.lower()
    if genre in _SANS_TEXTE:
        return Lecture()
    lecteur = _LECTEURS.get(genre)
    return None if lecteur is None else lecteur(chemin.read_bytes(), chemin.stem)


class _LecteurHtml(HTMLParser):
    """Suit les balises d'une page : attributs parlants, tables, scripts, et la figure qui les contient."""

    def __init__(self, figure: str = "") -> None:
        super().__init__()
        self.lecture, self._figure = Lecture(), figure
        self._identifiants: list[tuple[str, str]] = []
        self._rangees: list[list[str]] | None = None
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note les attributs que lit une aide technique, et ouvre table, rangée, cellule, script ou figure."""
        valeurs = {nom: valeur or "" for nom, valeur in attrs}
        textes = [v for nom, v in valeurs.items() if nom in _ATTRIBUTS_LUS or nom.startswith("data-")]
        figure = valeurs.get("data-figure") or valeurs.get("id") or ""
        for texte in filter(None, textes):
            self._dire(texte)
        if tag == "table":
            self._rangees = []
        elif tag == "tr" and self._rangees is not None:
            self._rangees.append([])
        elif tag in ("td", "th") and self._rangees:
            self._rangees[-1].append("")
        elif tag == "script":
            self._script = True
        if tag in ("figure", "section", "article", "svg", "div", "table") and figure:
            self._identifiants.append((tag, figure))

    def handle_endtag(self, tag: str) -> None:
        """Range la table finie sous sa figure, et sort du script ou de la figure."""
        if tag == "table" and self._rangees is not None:
            figure = self._identifiants[-1][1] if self._identifiants else ""
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
        """Ajoute un texte à la cellule ouverte, sinon aux phrases ; un script se relit comme des données."""
        texte = " ".join(data.split())
        if not texte:
            return
        if self._script:
            _lire_js(data, self.lecture)
        elif self._rangees and self._rangees[-1]:
            self._rangees[-1][-1] = f"{self._rangees[-1][-1]} {texte}".strip()
        else:
            self._dire(texte)

    def _dire(self, texte: str) -> None:
        figure = next((ident for tag, ident in reversed(self._identifiants) if tag == "figure"), self._figure)
        self.lecture.phrases.append(texte)
        self.lecture.figures.setdefault(texte, set()).add(figure)


def _html(contenu: bytes, nom: str) -> Lecture:
    lecteur = _LecteurHtml()
    lecteur.feed(contenu.decode("utf-8"))
    return lecteur.lecture


def _svg(contenu: bytes, nom: str) -> Lecture:
    """Relit une image : le nom du fichier, s'il en a la forme, est celui de sa figure."""
    lecteur = _LecteurHtml(nom if _IDENTIFIANT.match(nom) else "")
    lecteur.feed(contenu.decode("utf-8"))
    return lecteur.lecture


def _lire_js(texte: str, lecture: Lecture) -> None:
    """Relit les objets JSON d'un script ; ce qui n'en est pas reste une phrase."""
    decodeur, place = json.JSONDecoder(), 0
    while trouve := _DEBUT_JSON.search(texte, place):
        try:
            valeur, place = decodeur.raw_decode(texte, trouve.start())
        except ValueError:
            place = trouve.start() + 1
            continue
        _lire_valeur(valeur, "", lecture)
    lecture.phrases.append(texte)


def _lire_valeur(valeur: Any, figure: str, lecture: Lecture) -> None:
    if isinstance(valeur, dict):
        ici = str(valeur.get("id") or figure)
        for cle, contenu in valeur.items():
            _lire_valeur(contenu, cle if isinstance(contenu, dict) and _IDENTIFIANT.match(cle) else ici, lecture)
    elif isinstance(valeur, list):
        objets = [v for v in valeur if isinstance(v, dict)]
        if objets:
            titres = list(dict.fromkeys(nom for objet in objets for nom in objet))
            rangees = [
                [_texte(objet.get(t)) if not isinstance(objet.get(t), dict | list) else "" for t in titres]
                for objet in objets
            ]
            lecture.ajouter_table(figure, [titres, *rangees])
        for contenu in valeur:
            _lire_valeur(contenu, figure, lecture)
    elif isinstance(valeur, str) and valeur:
        if "<" in valeur and ">" in valeur:
            lue = _html(valeur.encode(), "")
            lecture.phrases += lue.phrases
            lecture.tables += lue.tables
        else:
            lecture.phrases.append(valeur)


def _texte(valeur: Any) -> str:
    return "" if valeur is None else str(valeur)


def _json(contenu: bytes, nom: str) -> Lecture:
    lecture = Lecture()
    document = json.loads(contenu)
    _joindre_sources(document)
    _lire_valeur(document, "", lecture)
    return lecture


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


def _js(contenu: bytes, nom: str) -> Lecture:
    lecture = Lecture()
    _lire_js(contenu.decode("utf-8"), lecture)
    return lecture


def _csv(contenu: bytes, nom: str) -> Lecture:
    texte = contenu.decode("utf-8-sig")
    separateur = max(";,\t", key=texte.split("\n", 1)[0].count)
    lecture = Lecture()
    lecture.ajouter_table(nom, list(csv.reader(io.StringIO(texte), delimiter=separateur)))
    return lecture


def _parquet(contenu: bytes, nom: str) -> Lecture:
    import polars as pl

    table = pl.read_parquet(io.BytesIO(contenu))
    lecture = Lecture()
    lecture.ajouter_table(nom, [table.columns, *([_texte(v) for v in ligne] for ligne in table.iter_rows())])
    return lecture


def _xlsx(contenu: bytes, nom: str) -> Lecture:
    from python_calamine import CalamineWorkbook

    lecture = Lecture()
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(contenu))
    for feuille in classeur.sheet_names:
        rangees = [[_texte(v) for v in rangee] for rangee in classeur.get_sheet_by_name(feuille).to_python()]
        lecture.ajouter_table(feuille, rangees)
        # L'en-tête d'une table n'est pas toujours la première rangée : chaque rangée pleine peut en être un.
        for rang in range(1, min(len(rangees), 12)):
            if all(rangees[rang]):
                lecture.tables.append(Table(feuille, tuple(rangees[rang]), tuple(map(tuple, rangees[rang + 1 :]))))
    lecture.phrases += _phrases_xml(contenu)
    return lecture


def _pptx(contenu: bytes, nom: str) -> Lecture:
    lecture = Lecture(phrases=_phrases_xml(contenu))
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        for membre in sorted(archive.namelist()):
            if membre.endswith(".xlsx"):
                incorpore = _xlsx(archive.read(membre), "")
                lecture.phrases += incorpore.phrases
                lecture.tables += [Table("", t.entetes, t.lignes) for t in incorpore.tables]
            elif membre.startswith("ppt/slides/") and membre.endswith(".xml"):
                _tables_de_diapositive(ElementTree.fromstring(archive.read(membre)), lecture)
    return lecture


def _tables_de_diapositive(racine: ElementTree.Element, lecture: Lecture) -> None:
    for table in racine.iter(f"{_ESPACE_A}tbl"):
        rangees = [
            ["".join(t.text or "" for t in cellule.iter(f"{_ESPACE_A}t")) for cellule in rangee.iter(f"{_ESPACE_A}tc")]
            for rangee in table.iter(f"{_ESPACE_A}tr")
        ]
        lecture.ajouter_table("", rangees)


def _phrases_xml(contenu: bytes) -> list[str]:
    """Rend les textes et les attributs parlants de toutes les parties XML d'un fichier bureautique, notes comprises."""
    phrases: list[str] = []
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        for membre in sorted(archive.namelist()):
            if membre.endswith((".xml", ".rels")):
                for element in ElementTree.fromstring(archive.read(membre)).iter():
                    phrases += [element.text.strip()] if element.text and element.text.strip() else []
                    phrases += [v for cle, v in element.attrib.items() if cle in _ATTRIBUTS_LUS and v]
    return phrases


def _pdf(contenu: bytes, nom: str) -> Lecture:
    return Lecture(phrases=list(_pages_pdf(contenu)))


def _pages_pdf(contenu: bytes) -> Iterator[str]:
    if outil := shutil.which("pdftotext"):
        fait = subprocess.run([outil, "-layout", "-", "-"], input=contenu, capture_output=True, check=True)
        yield from fait.stdout.decode("utf-8", "replace").splitlines()
        return
    try:
        from pypdf import PdfReader
    except ImportError as erreur:
        raise ValueError("ni pdftotext (poppler-utils) ni pypdf ne sont installés") from erreur
    for page in PdfReader(io.BytesIO(contenu)).pages:
        yield from page.extract_text().splitlines()


def _brut(contenu: bytes, nom: str) -> Lecture:
    return Lecture(phrases=contenu.decode("utf-8").splitlines())


_LECTEURS: dict[str, Callable[[bytes, str], Lecture]] = {
    ".html": _html,
    ".svg": _svg,
    ".xml": _html,
    ".json": _json,
    ".ipynb": _json,
    ".geojson": _json,
    ".js": _js,
    ".mjs": _js,
    ".csv": _csv,
    ".parquet": _parquet,
    ".xlsx": _xlsx,
    ".pptx": _pptx,
    ".pdf": _pdf,
    ".txt": _brut,
    ".md": _brut,
}
