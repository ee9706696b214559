"""Le catalogue des carnets : ce que chacun montre, avec quels paramètres, et sur quelles pages."""

import polars as pl

from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.francais import compter


def carnets(donnees: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le catalogue ; `donnees` est celui que rend `Carnet.catalogue` (une ligne par carnet)."""
    repetes = donnees.filter(pl.col("repete") != "une fois").height
    tete = donnees.row(0, named=True)
    return Figure(
        id="catalogue-carnets",
        titre=f"{compter(donnees.height, 'carnet')}, dont {repetes} "
        f"{'répétés par territoire' if repetes > 1 else 'répété par territoire'}",
        sous_titre="Carnets de la collection, dans l'ordre de lecture",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("nom", "Carnet"),
            Colonne("objet", "Objet"),
            Colonne("repete", "Joué"),
            Colonne("parametres", "Paramètres"),
            Colonne("page", "Page"),
            Colonne("jeux", "Éditions"),
            Colonne("mesures", "Mesures lues"),
            Colonne("figures", "Figures", "nombre"),
        ),
        lecture=f"Le carnet {tete['nom']} est joué {tete['repete']} ; page : {tete['page']}.",
        champ="Carnets déclarés dans collection.toml.",
        source=contexte.source("Métadonnées des carnets et collection.toml"),
        alt=decrire_lignes(donnees, "nom", {"page": "texte"}),
        note="Le tableau se lit dans les métadonnées de chaque carnet : il ne peut pas s'en écarter. Une page "
        "« dossier/{territoire} » existe pour chaque territoire.",
    )
