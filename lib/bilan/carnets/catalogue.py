"""Le catalogue : ce que les carnets de la collection disent d'eux-mêmes, lu dans leurs métadonnées."""

from typing import Any

from bilan.carnets.cellules import Document, lire_document
from bilan.carnets.contrat import ContratCarnet
from bilan.carnets.empreintes import empreinte_json
from bilan.projet import DeclarationCarnet, Jeu, Projet

COLONNES = ("nom", "titre", "objet", "repete", "parametres", "page", "jeux", "mesures", "figures")
"""Colonnes du catalogue, dans leur ordre ; « figures » compte les figures permises."""

_REPETITIONS = {
    "region": "une fois", "epci": "une fois par EPCI", "departement": "une fois par département",
    "bailleur": "une fois par bailleur",
}
_EDITIONS = {Jeu.REEL: "chiffres publiés", Jeu.DEMONSTRATION: "démonstration"}


def lignes_du_catalogue(projet: Projet) -> list[dict[str, Any]]:
    """Rend une ligne par carnet déclaré, aux `COLONNES` ; lève `DonneesRefusees` si un carnet ne se lit pas."""
    return [_ligne(projet, declaration) for declaration in projet.collection.carnets]


def empreinte_des_carnets(projet: Projet) -> str:
    """Rend l'empreinte de ce que les carnets de la collection exécutent et déclarent, sorties exclues."""
    documents = (lire_document(projet.notebooks / f"{c.nom}.ipynb") for c in projet.collection.carnets)
    return empreinte_json([(document.nom, document.empreinte) for document in documents])


def objet(document: Document) -> str:
    """Rend l'objet d'un carnet : le premier paragraphe de sa fiche, sous son titre."""
    paragraphes = document.cellules[0].source.split("\n\n") if document.cellules else []
    return next((p.strip() for p in paragraphes if p.strip() and not p.startswith("#")), "")


def _ligne(projet: Projet, declaration: DeclarationCarnet) -> dict[str, Any]:
    document = lire_document(projet.notebooks / f"{declaration.nom}.ipynb")
    contrat = ContratCarnet.de(document)
    return {
        "nom": declaration.nom,
        "titre": contrat.titre,
        "objet": objet(document),
        "repete": _REPETITIONS[declaration.par],
        "parametres": ", ".join(document.valeurs_par_defaut),
        "page": declaration.page,
        "jeux": ", ".join(_EDITIONS[jeu] for jeu in declaration.jeux)
        + ("" if "public" in declaration.profils else ", profil interne"),
        "mesures": ", ".join(contrat.mesures) or "aucune",
        "figures": float(len(contrat.figures_permises)),
    }
