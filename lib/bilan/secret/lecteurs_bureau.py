"""La lecture des fichiers bureautiques : classeurs, diaporamas, leurs classeurs incorporés et leurs graphiques."""

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from bilan.secret.lecture import ATTRIBUTS_LUS, Lecture, Table, en_texte

_ESPACE_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ESPACE_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_RANGEES_DE_TITRES = 12
_PARAGRAPHES = (f"{_ESPACE_A}p", "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}si")


def xlsx(contenu: bytes, nom: str) -> Lecture:
    """Lit un classeur : une table par feuille, ses textes, ses propriétés, ses commentaires et ses graphiques."""
    from python_calamine import CalamineWorkbook

    lecture = Lecture()
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(contenu))
    for feuille in classeur.sheet_names:
        rangees = [[en_texte(v) for v in rangee] for rangee in classeur.get_sheet_by_name(feuille).to_python()]
        lecture.ajouter_table(feuille, rangees)
        # L'en-tête d'une table n'est pas toujours la première rangée : chaque rangée pleine peut en être un.
        for rang in range(1, min(len(rangees), _RANGEES_DE_TITRES)):
            if all(rangees[rang]):
                lecture.tables.append(Table(feuille, tuple(rangees[rang]), tuple(map(tuple, rangees[rang + 1 :]))))
    lecture.joindre(_parties(contenu))
    return lecture


def pptx(contenu: bytes, nom: str) -> Lecture:
    """Lit un diaporama : ses textes, ses notes, ses tables, ses graphiques et leurs classeurs incorporés."""
    lecture = _parties(contenu)
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        for membre in sorted(archive.namelist()):
            if membre.endswith(".xlsx"):
                incorpore = xlsx(archive.read(membre), "")
                incorpore.tables = [Table("", t.entetes, t.lignes) for t in incorpore.tables]
                lecture.joindre(incorpore)
    return lecture


def _parties(contenu: bytes) -> Lecture:
    """Rend ce que disent toutes les parties XML d'un fichier bureautique, notes et propriétés comprises."""
    lecture = Lecture()
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        for membre in sorted(archive.namelist()):
            if membre.endswith((".xml", ".rels")):
                racine = ElementTree.fromstring(archive.read(membre))
                lecture.phrases += _phrases(racine)
                for rangees in (*_tables(racine), *_graphiques(racine)):
                    lecture.ajouter_table("", rangees)
    return lecture


def _phrases(racine: ElementTree.Element) -> Iterator[str]:
    """Rend chaque paragraphe d'un tenant, puis les autres textes et les attributs parlants."""
    dits: set[ElementTree.Element] = set()
    for element in racine.iter():
        if element.tag in _PARAGRAPHES:
            dits.update(element.iter())
            if paragraphe := "".join(texte.text or "" for texte in element.iter() if texte.tag.endswith("}t")).strip():
                yield paragraphe
        elif element not in dits and element.text and element.text.strip():
            yield element.text.strip()
        yield from (valeur for cle, valeur in element.attrib.items() if cle in ATTRIBUTS_LUS and valeur)


def _tables(racine: ElementTree.Element) -> Iterator[list[list[str]]]:
    for table in racine.iter(f"{_ESPACE_A}tbl"):
        yield [
            ["".join(t.text or "" for t in cellule.iter(f"{_ESPACE_A}t")) for cellule in rangee.iter(f"{_ESPACE_A}tc")]
            for rangee in table.iter(f"{_ESPACE_A}tr")
        ]


def _graphiques(racine: ElementTree.Element) -> Iterator[list[list[str]]]:
    """Rend la table que garde un graphique à côté de son classeur : une rangée par catégorie, une colonne par série."""
    series = []
    for serie in racine.iter(f"{_ESPACE_C}ser"):
        nom = " ".join(v.text or "" for tx in serie.findall(f"{_ESPACE_C}tx") for v in tx.iter(f"{_ESPACE_C}v"))
        series.append((nom, _points(serie, "cat", "xVal"), _points(serie, "val", "yVal")))
    rangs = sorted({rang for _, _, valeurs in series for rang in valeurs}, key=int)
    if rangs:
        categories = {rang: nom for _, noms, _ in series for rang, nom in noms.items()}
        corps = [[categories.get(rang, ""), *(valeurs.get(rang, "") for _, _, valeurs in series)] for rang in rangs]
        yield [["", *(nom for nom, _, _ in series)], *corps]


def _points(serie: ElementTree.Element, *genres: str) -> dict[str, str]:
    return {
        point.attrib["idx"]: " ".join(v.text or "" for v in point.iter(f"{_ESPACE_C}v"))
        for genre in genres
        for partie in serie.findall(f"{_ESPACE_C}{genre}")
        for point in partie.iter(f"{_ESPACE_C}pt")
    }
