"""La sortie d'une édition publique : relire ce qui est fini, et ne rien laisser passer que son profil ne permet.

La barrière (`secret.barriere`) ne sait rien de l'édition ; ici se dit ce qu'elle doit y chercher : les cellules que les
figures déclarent masquées, les bailleurs, les boîtes permises, les nomenclatures et la liste privée.
"""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from bilan.editions.annuaire import ouvrir_territoires
from bilan.editions.commentaires import lire_commentaires
from bilan.editions.executions import Edition, Execution, lire_edition
from bilan.entrepot import fichiers
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables
from bilan.erreurs import DonneesRefusees, PublicationRefusee, valeur_inconnue
from bilan.francais import compter
from bilan.projet import INTERNE, PUBLIC, Jeu, Projet
from bilan.referentiel.acteurs import FICHIER_ALIAS, Acteurs, normaliser_nom
from bilan.secret.attendu import (
    CLE_DE_MESURE,
    Attendu,
    CelluleMasquee,
    Endroit,
    LignePubliee,
    ligne_publiee,
    lire_figures,
)
from bilan.secret.barriere import verifier
from bilan.secret.profils import Profil
from bilan.secret.textes import FICHIER as FICHIER_APPROBATIONS
from bilan.secret.textes import TEXTES_LIBRES, Approbations, empreinte, textes_livres
from bilan.tables.catalogue import CATALOGUE
from bilan.tables.colonne import fiche_de
from bilan.tables.mesure import Mesure

LISTE_PRIVEE = "BILAN_LISTE_PRIVEE"
"""Variable d'environnement qui donne le fichier des termes interdits, tenu hors du dépôt."""

_CATEGORIE = "BAILLEUR"
_ANNUAIRE = ("epci_siren", "epci", "epci_court", "communes", "communes_region", "population", "population_region")
_CONSTATS_MONTRES = 10


def attendu_du_site(projet: Projet, jeux: Sequence[Jeu]) -> Attendu:
    """Rend ce que le site public a le droit de dire ; chaque cellule masquée se cherche dans les fichiers de sa page.

    Lève `DonneesRefusees` si une exécution ou la table des acteurs ne se lit pas.
    """
    executions = ((jeu, execution) for jeu in jeux for execution in lire_edition(projet, jeu, PUBLIC).executions)
    return _attendu(projet, jeux, [(execution, f"{jeu}/{execution.page}") for jeu, execution in executions])


def attendu_des_pieces(projet: Projet, edition: Edition) -> Attendu:
    """Rend ce que les pièces d'une édition publique (annexe, fiches, données ouvertes, diaporama) ont le droit de dire.

    Une pièce réunit toutes les pages : la cellule d'une fiche s'y reconnaît au nom ou au code de son territoire.
    """
    return _attendu(projet, [edition.jeu], [(execution, "") for execution in edition.executions])


def refuser_les_fuites(dossier: Path, attendu: Attendu) -> None:
    """Relit tous les fichiers du dossier ; lève `PublicationRefusee`, qui nomme fichiers, figures et cellules."""
    try:
        constats = verifier(dossier, attendu)
    except OSError as erreur:
        raise PublicationRefusee(
            f"La liste privée « {attendu.liste_privee} » ne se lit pas ({erreur.strerror}) ; corrigez {LISTE_PRIVEE} : "
            "rien n'est publié."
        ) from erreur
    if constats:
        reste = len(constats) - _CONSTATS_MONTRES
        suite = f" ; et {compter(reste, 'autre')}" if reste > 0 else ""
        raise PublicationRefusee(
            f"L'édition publique est refusée, {compter(len(constats), 'fuite')} : "
            f"{' ; '.join(map(str, constats[:_CONSTATS_MONTRES]))}{suite}. Rien n'est publié."
        )


def refuser_les_fuites_d_une_piece(projet: Projet, edition: Edition, dossier: Path) -> None:
    """Relit les pièces du dossier si l'édition est publique ; lève `PublicationRefusee` à la première fuite."""
    if edition.profil != INTERNE:
        refuser_les_fuites(dossier, attendu_des_pieces(projet, edition))


def _attendu(projet: Projet, jeux: Sequence[Jeu], pages: Sequence[tuple[Execution, str]]) -> Attendu:
    liste = os.environ.get(LISTE_PRIVEE)
    approbations = lire_approbations(projet)
    if sans := approbations.retenus(c.texte for jeu in jeux for c in lire_commentaires(projet, jeu)):
        raise PublicationRefusee(
            f"{compter(len(sans), 'commentaire')} sans approbation ; relisez-les (« bilan texte lister »), puis "
            "« bilan texte approuver » : rien n'est publié."
        )
    masquees, lignes = _lire_les_pages(projet, pages)
    return Attendu(
        Profil.PUBLIC,
        masquees,
        tuple(sorted({*_noms_des_bailleurs(projet), *_sirens(projet, jeux)})),
        _vocabulaires(),
        frozenset(projet.collection.boites),
        Path(liste) if liste else None,
        lignes,
        tuple(approbations.retenus(_livres(projet, jeux))),
        frozenset(cle for jeu in jeux for cle in _mesures_masquees(projet, jeu)),
    )


def _mesures_masquees(projet: Projet, jeu: Jeu) -> Iterator[tuple[str, ...]]:
    """Rend les clés des mesures masquées du profil public ; aucune si elles n'ont pas été calculées."""
    magasin = EntrepotMesures(projet.entrepot, jeu, PUBLIC)
    if magasin.chemin.is_file():
        yield from magasin.lire().filter(pl.col("statut") == "secret").select(CLE_DE_MESURE).iter_rows()


def lire_approbations(projet: Projet) -> Approbations:
    """Rend les approbations du projet ; lève `DonneesRefusees` si leur fichier est mal rempli."""
    return Approbations.lire(projet.racine / "data" / FICHIER_APPROBATIONS)


def textes_a_relire(projet: Projet, jeux: Sequence[Jeu] = tuple(Jeu)) -> list[str]:
    """Rend les textes libres des livraisons et les commentaires que personne n'a approuvés, triés."""
    commentaires = (c.texte for jeu in jeux for c in lire_commentaires(projet, jeu))
    return lire_approbations(projet).retenus([*_livres(projet, jeux), *commentaires])


def approuver_textes(projet: Projet, debuts: Iterable[str] | None, role: str, jour: date) -> int:
    """Approuve les textes à relire dont l'empreinte commence ainsi, tous sans `debuts` ; rend leur nombre.

    Lève `ErreurUsage` si un début ne désigne pas un texte et un seul, ou si le rôle n'en est pas un.
    """
    connus = {empreinte(texte): texte for texte in textes_a_relire(projet)}
    choisis = set(connus.values()) if debuts is None else {_designe(connus, debut) for debut in debuts}
    approbations = lire_approbations(projet).avec(choisis, role, jour)
    fichiers.ecrire(approbations.chemin, approbations.en_csv())
    return len(choisis)


def _designe(connus: Mapping[str, str], debut: str) -> str:
    trouves = [texte for cle, texte in connus.items() if cle.startswith(debut)]
    if len(trouves) != 1:
        raise valeur_inconnue("l'empreinte", debut, [cle[:12] for cle in connus])
    return trouves[0]


def _livres(projet: Projet, jeux: Sequence[Jeu]) -> set[str]:
    """Rend les textes libres des livraisons connues."""
    livres: set[str] = set()
    for jeu in jeux:
        entrepot, connu_le = EntrepotTables(projet.entrepot, jeu), projet.collection.jeux[jeu].connu_le
        livres |= textes_livres({nom: entrepot.lire(nom, connu_le) for nom in TEXTES_LIBRES})
    return livres


def _lire_les_pages(
    projet: Projet, pages: Sequence[tuple[Execution, str]]
) -> tuple[tuple[CelluleMasquee, ...], tuple[LignePubliee, ...]]:
    """Rend les cellules masquées et les lignes publiées des pages, chacune avec son chemin dans l'édition."""
    fiches = any(execution.est_fiche for execution, _ in pages)
    annuaire = _annuaire(projet) if fiches else []
    noms = {e["epci_siren"]: (e["epci"], e["epci_court"]) for e in annuaire}
    masquees: list[CelluleMasquee] = []
    comptes = (len(annuaire), sum(bool(e["est_soumis"]) for e in annuaire))
    lignes = [ligne_publiee((*(e[nom] for nom in _ANNUAIRE), *e["departements"], *comptes)) for e in annuaire]
    for execution, page in pages:
        code = execution.run.territoire
        territoire = (code, *noms.get(code, ())) if execution.est_fiche else ()
        lues = lire_figures((f.en_json() for f in execution.figures.values()), Endroit(page, territoire))
        masquees += lues[0]
        lignes += lues[1]
    return tuple(masquees), tuple(lignes)


def _annuaire(projet: Projet) -> list[dict[str, Any]]:
    """Rend l'annuaire des EPCI, public : à côté d'un nom se lisent ses départements, ses communes et ses habitants."""
    return ouvrir_territoires(projet).epci.to_dicts()


def _noms_des_bailleurs(projet: Projet) -> Iterator[str]:
    """Rend les noms des bailleurs du référentiel, leurs graphies, et ceux de la démonstration avec leur SIREN."""
    acteurs = Acteurs.ouvrir(projet.referentiel)
    yield from (structure.nom for structure in acteurs.structures if structure.categorie == _CATEGORIE)
    for ligne in _lire(projet.referentiel / FICHIER_ALIAS):
        structure = acteurs.par_graphie[normaliser_nom(ligne["graphie"])]
        if structure.categorie == _CATEGORIE:
            yield ligne["graphie"]
    for ligne in _lire(projet.demonstration / "bailleurs.csv"):
        yield from (ligne["siren"], ligne["nom"])


def _lire(chemin: Path) -> list[dict[str, str]]:
    try:
        with chemin.open(encoding="utf-8", newline="") as fichier:
            return list(csv.DictReader(fichier, delimiter=";"))
    except OSError as erreur:
        raise DonneesRefusees(
            f"La liste « {chemin} » ne se lit pas ({erreur.strerror}) ; sans elle, aucun bailleur ne peut être cherché."
        ) from erreur


def _sirens(projet: Projet, jeux: Sequence[Jeu]) -> Iterator[str]:
    for jeu in jeux:
        cles = EntrepotMesures(projet.entrepot, jeu).empreintes()
        yield from {territoire for _, genre, territoire, _ in cles if genre == "bailleur"}


def _vocabulaires() -> dict[str, frozenset[str] | None]:
    """Rend, par nom de colonne du catalogue, les seuls textes permis : ceux des nomenclatures de toutes les tables.

    Une colonne qui n'a pas de nomenclature dans l'une d'elles (« periode ») n'en a pas ici.
    """
    permis: dict[str, set[str]] = {}
    ouverts: set[str] = set()
    schemas: list[type[dy.Schema]] = [Mesure, *CATALOGUE.values()]
    for schema in schemas:
        for nom, colonne in schema.columns().items():
            valeurs = fiche_de(colonne).valeurs
            permis.setdefault(nom, set()).update(valeurs or ())
            if not valeurs:
                ouverts.add(nom)
    return {nom: None if nom in ouverts else frozenset(textes) for nom, textes in permis.items()}
