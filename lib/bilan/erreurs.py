"""Les ennuis que l'on sait nommer : une phrase en français et un code de sortie chacun."""

import errno
from collections.abc import Iterable, Mapping
from enum import IntEnum

from rapidfuzz import fuzz, process, utils


class CodeSortie(IntEnum):
    """Codes de sortie de la commande `bilan`, documentés dans le README."""

    SUCCES = 0
    INATTENDU = 1
    USAGE = 2
    DONNEES_REFUSEES = 3
    VERROU = 4
    PUBLICATION_REFUSEE = 5
    ALERTE = 6
    STOCKAGE = 7


class ErreurBilan(Exception):
    """Erreur attendue : son message dit ce qui a été donné, ce qui était attendu et que faire.

    L'attribut de classe `code_sortie` est celui que rend la commande `bilan`.
    """

    code_sortie = CodeSortie.INATTENDU

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def _render_traceback_(self) -> list[str]:
        # IPython appelle cette méthode : dans un carnet, l'analyste lit une phrase, pas quarante lignes de pile.
        return [self.message]


class ErreurUsage(ErreurBilan):
    """Paramètre, commande ou nom inconnu : rien n'a été commencé."""

    code_sortie = CodeSortie.USAGE


class DonneesRefusees(ErreurBilan):
    """Fichier absent, abîmé ou refusé par les contrôles : rien n'a été écrit."""

    code_sortie = CodeSortie.DONNEES_REFUSEES


class VerrouTenu(ErreurBilan):
    """Une autre commande travaille déjà dans le même dossier."""

    code_sortie = CodeSortie.VERROU


class PublicationRefusee(ErreurBilan):
    """L'édition construite n'a pas passé ses contrôles : la précédente reste en place."""

    code_sortie = CodeSortie.PUBLICATION_REFUSEE


class AlerteSante(ErreurBilan):
    """Quelque chose se tait ou manque : la dernière réussite est trop ancienne, des envois absents, le disque plein."""

    code_sortie = CodeSortie.ALERTE


class StockageIndisponible(ErreurBilan):
    """Le stockage distant ne répond pas ou refuse : ce qui est fait ici y reste, rien n'est perdu."""

    code_sortie = CodeSortie.STOCKAGE


class StockageDivergent(StockageIndisponible):
    """Des livraisons ont changé ici et au stockage : une personne choisit, rien n'est tranché d'office."""


class ExecutionEchouee(ErreurBilan):
    """Au moins un carnet a échoué ; les autres ont été menés à terme."""


def plus_proches(donne: str, permis: Iterable[str], nombre: int = 3) -> list[str]:
    """Rend les `nombre` valeurs permises qui ressemblent le plus à `donne`, la plus proche d'abord.

    La ressemblance sert à proposer, jamais à choisir à la place de l'utilisateur.
    """
    trouves = process.extract(
        donne, sorted(permis), scorer=fuzz.WRatio, processor=utils.default_process, limit=nombre
    )
    return [valeur for valeur, _score, _rang in trouves]


def valeur_inconnue(quoi: str, donne: str, permis: Iterable[str]) -> ErreurUsage:
    """Rend l'erreur d'usage qui dit ce qui a été donné et les trois valeurs permises les plus proches.

    `quoi` s'écrit avec son article : « l'EPCI », « la période ».
    """
    proches = ", ".join(f"« {valeur} »" for valeur in plus_proches(donne, permis))
    suite = f"les plus proches parmi les valeurs permises : {proches}" if proches else "aucune valeur n'est permise"
    # « l'EPCI », « l'indicateur », « l'état » : aucun nom élidé que l'on nomme ici n'est féminin.
    inconnu = "inconnue" if quoi.startswith("la ") else "inconnu"
    return ErreurUsage(f"{quoi[:1].upper()}{quoi[1:]} « {donne} » est {inconnu} ; {suite}.")


def code_inconnu(quoi: str, donne: str, noms: Mapping[str, str]) -> ErreurUsage:
    """Rend l'erreur d'usage d'un code absent de `noms` (code → nom) ; « Nice » propose la métropole.

    Les trois propositions se cherchent parmi les codes si l'on a donné des chiffres, parmi les noms sinon.
    """
    cles = {code: code for code in noms} if donne.isdecimal() else {nom: code for code, nom in noms.items()}
    contiennent = [cle for cle in cles if donne.casefold() in cle.casefold()]
    proches = dict.fromkeys([*contiennent, *plus_proches(donne, cles)])
    return valeur_inconnue(quoi, donne, [f"{cles[cle]} ({noms[cles[cle]]})" for cle in list(proches)[:3]])


_PLEIN = {
    errno.ENOSPC: "Le disque est plein",
    errno.EDQUOT: "Le quota de disque est atteint",
    errno.EFBIG: "Un fichier dépasse la taille que ce disque permet",
}


def manque_de_place(erreur: BaseException) -> str:
    """Rend, en français, ce dont l'écriture a manqué ; vide si l'erreur est autre.

    Polars, xlsxwriter et SQLite ne donnent le numéro du système que dans leur texte, ou pas du tout.
    """
    dit = str(erreur).replace("database or disk is full", f"[Errno {errno.ENOSPC}]")
    for numero, phrase in _PLEIN.items():
        if getattr(erreur, "errno", None) == numero or f"[Errno {numero}]" in dit or f"(os error {numero})" in dit:
            return phrase
    return ""
