"""Savoir qui envoie quoi : l'analyste, le gabarit, la correspondance ou les lignes elles-mêmes. Rien n'est supposé."""

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bilan.collecte import valeurs
from bilan.collecte.anomalies import Anomalie, Gravite, Lieu
from bilan.collecte.cartes.carte import Carte
from bilan.collecte.cartes.vocabulaire import vocabulaire
from bilan.collecte.envoi import Envoi
from bilan.collecte.tableau import Tableau
from bilan.erreurs import ErreurUsage
from bilan.periode import Periode
from bilan.referentiel.nomenclatures import PERIODES_BILAN

if TYPE_CHECKING:
    from bilan.collecte.reception import Demande

_NOM = re.compile(r"(?<!\d)(20\d{2})[ _-]?T([1-4])(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Indices:
    """Ce que le fichier dit de lui-même : la table reconnue, son nom, son estampille, sa correspondance."""

    table: str
    fichier: str
    estampille: dict[str, str]
    carte: Carte | None


def identifier(tableau: Tableau, indices: Indices, demande: "Demande") -> tuple[Envoi | None, list[Anomalie]]:
    """Rend l'envoi, et complète le tableau de ce que l'envoi sait (année, période, SIREN, constantes).

    Dans l'ordre : ce que dit l'analyste, l'estampille du gabarit, la correspondance, les lignes du fichier, et pour la
    période seule le nom du fichier. Ce qui manque, ou se contredit, est une anomalie bloquante.
    """
    constantes = indices.carte.constantes if indices.carte else {}
    for nom, valeur in constantes.items():
        tableau.completer(nom, valeur)
    estampille = indices.estampille
    emetteur = demande.emetteur or estampille.get("emetteur", "") or _unique(tableau, "bailleur_siren")
    periode = (
        demande.periode or estampille.get("periode", "") or _periode_des_lignes(tableau) or _du_nom(indices.fichier)
    )
    anomalies = []
    if not emetteur and (illisible := _siren_illisible(tableau)):
        anomalies.append(illisible)
    elif not emetteur:
        anomalies.append(
            _inconnu(
                indices.fichier,
                "emetteur_inconnu",
                "on ne sait pas qui envoie ce fichier",
                "ajoutez une colonne SIREN du bailleur, ou donnez --emetteur",
            )
        )
    lue = _lire_periode(periode)
    if lue is None:
        anomalies.append(
            _inconnu(
                indices.fichier,
                "periode_inconnue",
                "on ne sait pas de quelle période sont ces chiffres",
                "ajoutez les colonnes Année et Période, ou donnez --periode",
            )
        )
    if anomalies or lue is None:
        return None, anomalies
    _completer(tableau, lue, emetteur, estampille)
    arrete = demande.date_arrete or _date_des_lignes(tableau) or lue.fin
    return Envoi(indices.fichier, indices.table, emetteur, str(lue), arrete, demande.date_connue), []


def _completer(tableau: Tableau, periode: Periode, emetteur: str, estampille: dict[str, str]) -> None:
    tableau.completer("annee", str(periode.annee))
    tableau.completer("periode", f"T{periode.trimestre}" if periode.trimestre else "AN")
    if emetteur.isdecimal():
        tableau.completer("bailleur_siren", emetteur)
    tableau.completer("bailleur_nom", estampille.get("emetteur_nom"))


def _unique(tableau: Tableau, colonne: str) -> str:
    if colonne not in tableau.textes.columns:
        return ""
    try:
        lus = {valeurs.code_siren(texte) for texte in tableau.textes[colonne].drop_nulls().unique()}
    except valeurs.Refus:
        return ""
    return lus.pop() if len(lus) == 1 else ""


def _siren_illisible(tableau: Tableau) -> Anomalie | None:
    if "bailleur_siren" not in tableau.textes.columns:
        return None
    for rang, texte in enumerate(tableau.textes["bailleur_siren"]):
        try:
            valeurs.code_siren(texte or "")
        except valeurs.Refus as dit:
            lieu = tableau.lieu(rang, "bailleur_siren")
            return Anomalie(Gravite.BLOQUANT, "valeur_illisible", dit.constat, dit.correction, lieu, texte)
    return None


def _periode_des_lignes(tableau: Tableau) -> str:
    """Rend la période que disent toutes les lignes : un trimestre, ou l'année si elle y est, entière ou en quatre."""
    if "annee" not in tableau.textes.columns:
        return ""
    annees = tableau.textes["annee"].drop_nulls().unique().to_list()
    if len(annees) != 1:
        return ""
    if "periode" not in tableau.textes.columns:
        return str(annees[0])
    ecrites = {_code_periode(texte) for texte in tableau.textes["periode"].drop_nulls().unique()}
    if len(ecrites) == 1 and (seule := ecrites.pop()) != "AN":
        return f"{annees[0]}{seule}"
    return str(annees[0]) if not ecrites or "AN" in ecrites or len(ecrites) == 4 else ""


def _code_periode(texte: str) -> str:
    commune = vocabulaire("flux_bilan").valeurs["periode"]
    try:
        return valeurs.code_de_liste(texte, PERIODES_BILAN, commune)
    except valeurs.Refus:
        return texte


def _du_nom(fichier: str) -> str:
    trouve = _NOM.search(fichier)
    return f"{trouve[1]}T{trouve[2]}" if trouve else ""


def _lire_periode(texte: str) -> Periode | None:
    try:
        return Periode.lire(texte)
    except ErreurUsage:
        return None


def _date_des_lignes(tableau: Tableau) -> date | None:
    if "date_arrete" not in tableau.textes.columns:
        return None
    try:
        jours = [valeurs.jour(t, tableau.origine_dates) for t in tableau.textes["date_arrete"].drop_nulls().unique()]
    except valeurs.Refus:
        return None
    return max(jours, default=None)


def _inconnu(fichier: str, regle: str, constat: str, correction: str) -> Anomalie:
    return Anomalie(Gravite.BLOQUANT, regle, constat, correction, Lieu(fichier))
