"""L'édition d'un comité passé : refaite telle qu'on savait les choses à une date, versée au dépôt, et vérifiée.

Une édition versée garde ses pièces (synthèse, diaporama, annexe, carte), le relevé de ses figures et l'état de ses
mesures : on peut y revenir, s'y comparer, et prouver que le code fait toujours les mêmes chiffres.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bilan.chaine import Demande, executer
from bilan.editions.executions import Edition, lire_edition
from bilan.editions.imagerie import imagerie_du_jeu
from bilan.editions.pieces import Pieces
from bilan.editions.sortie import refuser_les_fuites_d_une_piece
from bilan.entrepot import etats, fichiers
from bilan.entrepot.mesures import EntrepotMesures
from bilan.erreurs import DonneesRefusees
from bilan.figures import tableau
from bilan.francais import compter
from bilan.projet import FICHIER_COLLECTION, INTERNE, PUBLIC, Jeu, Projet, nom_de_profil

RELEVE = "figures.json"
CARTE = "cotation-carte-etats"
_HORS_COMITE = frozenset({"00_catalogue", "80_ce_qui_a_change"})
"""Carnets dont les figures parlent du projet ou d'une autre édition, non du bilan de ce comité."""
_LIES = (
    "data/referentiel", "data/publie", "data/demonstration/bailleurs.csv", "data/approbations.csv", "notebooks",
    "reports/gabarits", "copil.toml", "requirements.lock",
)  # fmt: skip
Releve = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Comite:
    """Comité dont on refait l'édition : la période de son bilan, la date de ce que l'on en savait, et le profil."""

    periode: str
    connu_le: date
    profil: str = INTERNE


def editer(projet: Projet, comite: Comite, dossier: Path, dire: Callable[[str], object]) -> None:
    """Refait l'édition réelle du comité et l'écrit dans `dossier`, relevé de ses figures compris.

    Les mêmes données et le même code donnent les mêmes fichiers, octet pour octet. Une édition publique est relue par
    la barrière avant que rien ne s'écrive dans `dossier`, et compte dès lors parmi ce que le public connaît : lève
    `PublicationRefusee` à la première fuite.
    """
    with _refaire(projet, comite, dire) as refait, tempfile.TemporaryDirectory() as a_cote:
        neuf = Path(a_cote)
        edition = lire_edition(refait, Jeu.REEL, comite.profil)
        _pieces(refait, edition, neuf)
        fichiers.ecrire_json(neuf / RELEVE, _relever(edition))
        refuser_les_fuites_d_une_piece(refait, edition, neuf)
        _garder_l_etat(projet, refait, comite.profil, neuf)
        for chemin in sorted(c for c in neuf.rglob("*") if c.is_file()):
            fichiers.ecrire(dossier / chemin.relative_to(neuf), chemin.read_bytes())
    dire(f"{compter(len(list(dossier.iterdir())), 'pièce')} dans « {dossier} ».")


def verifier(projet: Projet, comite: Comite, dossier: Path, dire: Callable[[str], object]) -> list[str]:
    """Refait les figures du comité et rend celles qui ne sont plus celles de `dossier`, une phrase chacune.

    Lève `DonneesRefusees` si le dossier n'a pas de relevé.
    """
    garde: Releve | None = fichiers.lire_json(dossier / RELEVE, None)
    if garde is None:
        raise DonneesRefusees(f"Le dossier « {dossier} » n'a pas de relevé « {RELEVE} » ; refaites-le d'abord.")
    with _refaire(projet, comite, dire) as refait:
        return ecarts(garde, _relever(lire_edition(refait, Jeu.REEL, comite.profil)))


def ecarts(avant: Mapping[str, Any], apres: Mapping[str, Any]) -> list[str]:
    """Rend ce qui diffère entre deux relevés de figures : figure disparue, nouvelle, ou ses cases changées."""
    phrases = []
    for ident in sorted(avant.keys() | apres.keys()):
        if ident not in apres:
            phrases.append(f"{ident} : n'existe plus.")
        elif ident not in avant:
            phrases.append(f"{ident} : nouvelle.")
        elif avant[ident] != apres[ident]:
            phrases.append(f"{ident} : {_premier_ecart(avant[ident], apres[ident])}.")
    return phrases


def _premier_ecart(avant: Mapping[str, Any], apres: Mapping[str, Any]) -> str:
    if avant["titre"] != apres["titre"]:
        return f"« {avant['titre']} » devient « {apres['titre']} »"
    if len(avant["lignes"]) != len(apres["lignes"]):
        return f"{len(avant['lignes'])} lignes deviennent {len(apres['lignes'])}"
    lignes = zip(avant["lignes"], apres["lignes"], strict=True)
    vieille, neuve = next(((v, n) for v, n in lignes if v != n), (avant["colonnes"], apres["colonnes"]))
    return f"« {' | '.join(vieille)} » devient « {' | '.join(neuve)} »"


def _relever(edition: Edition) -> Releve:
    """Rend, par page et figure, le titre, les colonnes et les cases lues."""
    return {
        f"{execution.page}/{figure.id}": {
            "titre": figure.titre,
            "colonnes": [tableau.entete(colonne) for colonne in figure.colonnes],
            "lignes": [list(ligne) for ligne in tableau.lignes(figure)],
        }
        for execution in edition.pages
        for figure in execution.figures.values()
    }


def _pieces(projet: Projet, edition: Edition, dossier: Path) -> None:
    imagerie, pieces = imagerie_du_jeu(projet, edition.jeu, edition.profil), Pieces.du_projet(projet)
    pieces.serie(edition, imagerie, document_de_travail=False).imprimer(dossier)
    pieces.ecrire_diaporama(edition, dossier / "diaporama.pptx")
    pieces.ecrire_annexe(edition, dossier / "annexe.xlsx")
    carte = next(figure for execution in edition.pages for figure in execution.figures.values() if figure.id == CARTE)
    dessin = imagerie.dessin(carte, complet=True)
    fichiers.ecrire(dossier / f"{CARTE}.png", dessin.png)
    if edition.profil != INTERNE:  # une image PNG ne se relit pas : le même dessin, lui, se relit
        fichiers.ecrire(dossier / f"{CARTE}.svg", dessin.svg.encode())


def _garder_l_etat(projet: Projet, refait: Projet, profil: str, dossier: Path) -> None:
    """Écrit dans `dossier` l'état de l'édition ; celui d'une publique se garde aussi dans l'entrepôt du projet."""
    etat = etats.EtatPublie(**fichiers.lire_json(refait.entrepot / Jeu.REEL / "etat.json", {}))
    mesures = EntrepotMesures(refait.entrepot, Jeu.REEL, profil).chemin
    etats.ecrire(dossier / nom_de_profil("etat", profil) / Jeu.REEL, etat, mesures)
    if profil != INTERNE:
        etats.EntrepotEtats(projet, Jeu.REEL, profil).retenir(etat, mesures)


@contextmanager
def _refaire(projet: Projet, comite: Comite, dire: Callable[[str], object]) -> Iterator[Projet]:
    """Donne un projet à part où les carnets régionaux ont été joués tel que connu à la date dite."""
    carnets = tuple(
        c.nom for c in projet.collection.carnets
        if Jeu.REEL in c.jeux and c.par == "region" and c.nom not in _HORS_COMITE
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as temporaire:
        racine = Path(temporaire)
        for lien in _LIES:
            (racine / lien).parent.mkdir(parents=True, exist_ok=True)
            (racine / lien).symlink_to(projet.racine / lien)
        collection = (projet.racine / FICHIER_COLLECTION).read_text(encoding="utf-8")
        (racine / FICHIER_COLLECTION).write_text(_au_jour(collection, comite), encoding="utf-8")
        refait = Projet(racine)
        _lier_le_deja_public(projet, refait)
        executer(refait, Demande((Jeu.REEL,), carnets, profil=comite.profil, publier=False), dire)
        yield refait


def _lier_le_deja_public(projet: Projet, refait: Projet) -> None:
    """Donne au projet à part les états publics déjà connus : ce qu'ils montrent ne peut plus rien cacher."""
    racine = etats.EntrepotEtats(refait, Jeu.REEL, PUBLIC).racine
    racine.mkdir(parents=True)
    for rang, garde in enumerate(etats.EntrepotEtats(projet, Jeu.REEL, PUBLIC).publies_avant(""), start=1):
        (racine / f"{rang:06d}-{garde.etat.connu_le}").symlink_to(garde.dossier)


def _au_jour(collection: str, comite: Comite) -> str:
    """Rend la collection où le jeu réel est celui du comité, qui ne se compare à rien."""
    debut, entete, reste = collection.partition("[jeux.reel]\n")
    table, suite = re.split(r"(?m)^(?=\[)", reste, maxsplit=1)
    titre = next(ligne for ligne in table.splitlines() if ligne.startswith("titre"))
    voulue = f'{titre}\nperiode = "{comite.periode}"\nconnu_le = {comite.connu_le.isoformat()}\n\n'
    return f"{debut}{entete}{voulue}{suite}"
