"""Ébaucher une correspondance d'après un fichier : ce qui se reconnaît, et le reste à trancher par l'analyste."""

import json
from pathlib import Path

from bilan.collecte.cartes.vocabulaire import Vocabulaire, vocabulaire
from bilan.collecte.lecture.borne import LecteurBorne
from bilan.collecte.lecture.entete import Entete, meilleure_approche
from bilan.collecte.lecture.feuille import Feuille
from bilan.collecte.lecture.ouvrir import ouvrir
from bilan.collecte.valeurs import Refus, code_de_liste, est_absente
from bilan.erreurs import ErreurUsage, plus_proches
from bilan.referentiel.acteurs import normaliser_nom
from bilan.tables.catalogue import CATALOGUE, table
from bilan.tables.colonne import fiche_de

_LIBELLES_MAX = 40


def proposer(chemin: Path, nom_table: str = "flux_bilan") -> str:
    """Rend l'ébauche, en TOML, de la correspondance d'un fichier.

    Ce qui se reconnaît est écrit ; ce qui ne se reconnaît pas est en commentaire avec les trois plus proches : rien
    n'est choisi à la place de l'analyste. Lève `ErreurUsage` si aucun titre n'est trouvé, `DonneesRefusees` si le
    fichier ne s'ouvre pas.
    """
    table(nom_table)
    vocable = vocabulaire(nom_table)
    with LecteurBorne() as lecteur:
        feuilles = ouvrir(chemin, lecteur).feuilles
    approches = [(feuille, entete) for feuille in feuilles if (entete := meilleure_approche(feuille, vocable))]
    if not approches:
        raise ErreurUsage(
            f"Aucun titre n'a été trouvé dans « {chemin.name} » ; donnez un fichier qui porte un "
            "tableau avec ses titres."
        )
    feuille, entete = max(approches, key=lambda couple: couple[1].reconnues)
    lignes = [
        f"# Ébauche d'après « {chemin.name} » : relisez chaque ligne, tranchez ce qui est en commentaire.",
        f"nom = {_ecrire(chemin.stem)}",
        f"table = {_ecrire(nom_table)}",
        'fichiers = ""  # expression régulière du nom',
        f"feuilles = {_ecrire(f'^{feuille.nom}$' if feuille.nom.isalnum() else '')}",
        "emetteurs = []  # SIREN",
        "depuis = 2024-01-01",
        "",
        "[colonnes]",
        *_titres(entete, vocable),
        "",
        "[constantes]",
        '# mode_cumul = "TRIMESTRE"  # ou "CUMUL", si le fichier ne le dit pas',
        *_valeurs(feuille, entete, vocable),
    ]
    return "\n".join(lignes) + "\n"


def _ecrire(texte: str) -> str:
    return json.dumps(texte, ensure_ascii=False)


def _titres(entete: Entete, vocable: Vocabulaire) -> list[str]:
    lignes = []
    for rang, titre in enumerate(entete.titres):
        if not titre:
            continue
        if rang in entete.cibles:
            lignes.append(f"{_ecrire(titre)} = {_ecrire(entete.cibles[rang].colonne)}")
        elif not vocable.est_ecartee(titre):
            proches = ", ".join(vocable.proches(titre))
            lignes.append(f'# {_ecrire(titre)} = ""  # les plus proches : {proches}')
    return lignes


def _valeurs(feuille: Feuille, entete: Entete, vocable: Vocabulaire) -> list[str]:
    lignes: list[str] = []
    for rang, cible in entete.cibles.items():
        permises = fiche_de(CATALOGUE[vocable.table].columns()[cible.colonne]).valeurs
        if permises is None:
            continue
        lus = {ligne[rang].strip() for ligne in feuille.lignes[entete.bas + 1 :] if rang < len(ligne)}
        inconnus = [libelle for libelle in sorted(lus) if not _se_lit(libelle, permises, vocable, cible.colonne)]
        if inconnus:
            lignes += ["", f"[valeurs.{cible.colonne}]"]
        for libelle in inconnus[:_LIBELLES_MAX]:
            proches = ", ".join(plus_proches(normaliser_nom(libelle), permises))
            lignes.append(f'# {_ecrire(libelle)} = ""  # les plus proches : {proches}')
    return lignes


def _se_lit(libelle: str, permises: dict[str, str], vocable: Vocabulaire, colonne: str) -> bool:
    if est_absente(libelle):
        return True
    try:
        code_de_liste(libelle, permises, vocable.valeurs.get(colonne, {}))
    except Refus:
        return False
    return True
