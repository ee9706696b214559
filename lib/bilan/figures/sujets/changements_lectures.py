"""Les phrases de lecture des tableaux de changements : leur première ligne, dite en français."""

from bilan.figures.sujets.descriptions import en_phrase
from bilan.figures.sujets.mesures import Ligne
from bilan.figures.tableau import cellule
from bilan.francais import INSECABLE, accord, compter, nombre


def lire_statut(ligne: Ligne) -> str:
    """Rend « CA Cannes Pays de Lérins, PPGDID : en cours, puis adopté (arrêté du 31/12/2024). »."""
    avant, apres = (en_phrase(cellule(ligne[nom])) for nom in ("avant", "apres"))
    arrete = cellule(ligne["arrete"], "date")
    return f"{ligne['epci']}, {en_phrase(ligne['etape'])} : {avant}, puis {apres} (arrêté du {arrete})."


def lire_conventions(ligne: Ligne) -> str:
    """Rend « Commune : 72 conventions signées depuis, 0 signée avant et apprise depuis, 0 retirée. »."""
    apprises, retirees = ligne["apprises"], ligne["retirees"]
    return (
        f"{ligne['reservataire']} : {compter(ligne['signees'], 'convention signée', 'conventions signées')} depuis, "
        f"{nombre(apprises)} {accord(apprises, 'signée avant et apprise', 'signées avant et apprises')} depuis, "
        f"{nombre(retirees)} {accord(retirees, 'retirée')}."
    )


def lire_valeur(ligne: Ligne) -> str:
    """Rend « Var, conventions signées (EPCI), 2024 : de 41,5 à 68,3 %. »."""
    quoi = en_phrase(ligne["indicateur"])
    if ligne["modalite"] != "Ensemble":
        quoi += f" ({ligne['modalite']})"
    valeurs = f"de {nombre(ligne['avant'], 1)} à {nombre(ligne['apres'], 1)}{INSECABLE}{ligne['unite']}"
    return f"{ligne['territoire']}, {quoi}, {ligne['periode']} : {valeurs}."


def lire_livraison(ligne: Ligne) -> str:
    """Rend « Bilan du flux : 55 fichiers nouveaux, 0 remplacé, 1 retiré. »."""
    remplacees, retirees = ligne["remplacees"], ligne["retirees"]
    return (
        f"{ligne['table']} : {compter(ligne['nouvelles'], 'fichier nouveau', 'fichiers nouveaux')}, "
        f"{nombre(remplacees)} {accord(remplacees, 'remplacé')}, {nombre(retirees)} {accord(retirees, 'retiré')}."
    )


def lire_perimetre(ligne: Ligne) -> str:
    """Rend « Commune déplacée, Biot (06018) : CA d'avant, puis CA d'après. »."""
    avant, apres = (cellule(ligne[nom]) for nom in ("avant", "apres"))
    return f"{ligne['nature']}, {ligne['nom']} ({ligne['code']}) : {avant}, puis {apres}."
