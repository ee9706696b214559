"""La barrière : relit les fichiers finis d'une édition et refuse ce qui ne doit pas sortir.

Elle ne sait rien de la façon dont l'édition a été faite : elle ouvre ce qui sera publié, comme le ferait un lecteur
curieux, et compare à ce que les figures publient et déclarent masqué. Un constat suffit à refuser la publication.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bilan.secret.attendu import CLE_DE_MESURE, Attendu, normaliser
from bilan.secret.fuites import Fuites
from bilan.secret.lecteurs import lire
from bilan.secret.lecture import Lecture
from bilan.secret.personnes import personnes

_EXTRAIT = 40
_TERMES = ("numerateur", "denominateur", "valeur")


@dataclass(frozen=True, slots=True, order=True)
class Constat:
    """Ce qui ne doit pas sortir : le fichier (chemin dans le dossier) et la raison, en une phrase."""

    fichier: str
    message: str

    def __str__(self) -> str:
        return f"{self.fichier} : {self.message}"


def verifier(dossier: Path, attendu: Attendu) -> list[Constat]:
    """Relit tous les fichiers du dossier et rend ce qui ne doit pas sortir, trié par fichier ; vide si tout est bon.

    Un fichier d'un genre inconnu, ou illisible, est un constat : ce qui n'a pas été lu ne passe pas.
    """
    constats: list[Constat] = []
    fuites = Fuites(attendu)
    for chemin in sorted(c for c in dossier.rglob("*") if c.is_file()):
        nom = chemin.relative_to(dossier).as_posix()
        try:
            lecture = lire(chemin)
        except Exception as erreur:
            # Un fichier abîmé échoue de mille façons selon son lecteur ; toutes valent refus.
            constats.append(Constat(nom, f"le fichier ne se lit pas ({erreur}) ; refaites-le ou retirez-le"))
            continue
        if lecture is None:
            constats.append(Constat(nom, "la barrière ne sait pas lire ce genre de fichier ; retirez-le de l'édition"))
            continue
        if chemin.suffix == ".png" and not chemin.with_suffix(".svg").is_file():
            constats.append(Constat(nom, "une image sans son SVG ne se relit pas ; donnez-le à côté, ou retirez-la"))
        messages = {*personnes(lecture, attendu, nom), *fuites.dans(lecture, nom)}
        messages |= {*_hors_nomenclature(lecture, attendu), *_textes_libres(lecture, attendu)}
        messages |= {*_mesures_lisibles(lecture, attendu)}
        constats += [Constat(nom, message) for message in sorted(messages)]
    return constats


def _hors_nomenclature(lecture: Lecture, attendu: Attendu) -> Iterator[str]:
    """Relit les tables ouvertes : celles dont toutes les colonnes sont du catalogue, et non celles d'une image."""
    for table in lecture.tables:
        if not attendu.vocabulaires.keys() >= set(table.entetes):
            continue
        for rang, titre in enumerate(table.entetes):
            permis = attendu.vocabulaires[titre]
            if permis is None:
                continue
            libres = {ligne[rang] for ligne in table.lignes if rang < len(ligne)} - permis - {""}
            if libres:
                yield f"la colonne « {titre} » porte un texte hors de sa nomenclature ; retirez ce texte libre"


def _mesures_lisibles(lecture: Lecture, attendu: Attendu) -> Iterator[str]:
    """Relit les tables de mesures : une ligne masquée n'y a ni valeur ni termes."""
    for table in lecture.tables:
        rangs = {titre: rang for rang, titre in enumerate(table.entetes)}
        termes = [rangs[nom] for nom in _TERMES if nom in rangs]
        if not termes or not rangs.keys() >= set(CLE_DE_MESURE):
            continue
        cles = [rangs[nom] for nom in CLE_DE_MESURE]
        for ligne in table.lignes:
            cle = tuple(ligne[rang] for rang in cles)
            if cle in attendu.mesures and any(ligne[rang] for rang in termes):
                yield f"une mesure masquée y est lisible ({', '.join(cle)}) ; laissez vides sa valeur et ses termes"


def _textes_libres(lecture: Lecture, attendu: Attendu) -> Iterator[str]:
    for phrase in dict.fromkeys(lecture.phrases if attendu.textes else ()):
        if texte := attendu.texte_libre(normaliser(phrase)):
            extrait = texte[:_EXTRAIT]
            yield f"le texte libre « {extrait} » y est écrit sans approbation ; relisez-le (« bilan texte lister »)"
