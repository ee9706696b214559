"""Ce qu'un carnet dépose dans ses sorties : des messages à nous, que la récolte relit, et leur aperçu.

Tout ce qui paraît se récolte dans le carnet exécuté : la page est une fonction de ce seul fichier.
"""

import os
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from bilan.carnets.moteur import VARIABLE_EXECUTION
from bilan.figures.formes import Carte
from bilan.figures.modele import MIME_FIGURE, Figure
from bilan.francais import compter

if TYPE_CHECKING:
    from bilan.referentiel.geometries import Fonds

MIME_TEXTE = "application/vnd.bilan.texte+json"
MIME_CONTROLE = "application/vnd.bilan.controle+json"
MIME_LECTURES = "application/vnd.bilan.lectures+json"

LIGNES_APERCU = 20

Paquet = dict[str, Any]
Emetteur = Callable[[Paquet], None]


def emettre_dans_le_carnet(paquet: Paquet) -> None:
    """Dépose `paquet` (type MIME → contenu) dans les sorties de la cellule en cours."""
    from IPython.display import publish_display_data

    publish_display_data(paquet)


def paquet_figure(figure: Figure, fonds: Callable[[], "Fonds"]) -> Paquet:
    """Rend la figure et son aperçu : dessinée pour l'analyste, en simple table pendant une exécution.

    `fonds` n'est appelé que si l'aperçu est une carte.
    """
    # JupyterLab préfère le HTML au Vega-Lite : la table ne va qu'aux sorties sans dessin.
    apercu = _dessin(figure, fonds) or {"text/html": _table(figure)}
    return {MIME_FIGURE: figure.en_json(), **apercu, "text/plain": figure.titre}


def paquet_texte(texte: dict[str, Any]) -> Paquet:
    """Rend une phrase publiée et son aperçu."""
    return {MIME_TEXTE: texte, "text/html": f"<p>{escape(texte['texte'])}</p>", "text/plain": texte["texte"]}


def paquet_controle(controle: dict[str, Any]) -> Paquet:
    """Rend le verdict d'un contrôle et son aperçu."""
    signe = "✔" if controle["ok"] else "✘"
    detail = f" : {controle['detail']}" if controle["detail"] else ""
    ligne = f"{signe} {controle['libelle']}{detail}"
    return {MIME_CONTROLE: controle, "text/html": f"<p>{escape(ligne)}</p>", "text/plain": ligne}


def paquet_lectures(lectures: dict[str, Any]) -> Paquet:
    """Rend le bilan de fin d'un carnet : ce qu'il a lu, ce qu'il a produit."""
    resume = (
        f"Produit : {compter(len(lectures['figures']), 'figure')}, {compter(lectures['textes'], 'texte')}, "
        f"{compter(lectures['controles'], 'contrôle')}."
    )
    return {MIME_LECTURES: lectures, "text/html": f"<p>{escape(resume)}</p>", "text/plain": resume}


def _dessin(figure: Figure, fonds: Callable[[], "Fonds"]) -> Paquet:
    # Une exécution ne dessine pas : les images se font plus tard, dans un seul processus chaud.
    if os.environ.get(VARIABLE_EXECUTION):
        return {}
    from bilan.figures.apercu import apercu

    return apercu(figure, fonds() if isinstance(figure.forme, Carte) else None)


def _table(figure: Figure) -> str:
    tete = "".join(f"<th scope='col'>{escape(c.titre)}</th>" for c in figure.colonnes)
    noms = [c.nom for c in figure.colonnes]
    lignes = figure.donnees.head(LIGNES_APERCU).rows(named=True)
    corps = "".join("<tr>" + "".join(f"<td>{escape(str(ligne[n]))}</td>" for n in noms) + "</tr>" for ligne in lignes)
    legende = escape(f"{figure.titre} ({figure.donnees.height} lignes)")
    return f"<table><caption>{legende}</caption><thead><tr>{tete}</tr></thead><tbody>{corps}</tbody></table>"
