"""Un petit projet dans un dossier temporaire : deux carnets, trois EPCI, des mesures inventées."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import polars as pl
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bilan.carnets import affichage, moteurs
from bilan.carnets.executeur import BilanExecution, Reglages, executer
from bilan.carnets.moteur import Echec, Resultat
from bilan.carnets.perimetre import Perimetre
from bilan.carnets.plan import Plan, Selection, Tache, etablir
from bilan.entrepot.mesures import EntrepotMesures
from bilan.projet import Jeu, Projet

COLLECTION = """\
region = "93"
millesime = 2026
contact = "boîte de test"

[jeux.reel]
titre = "Réel"
periode = "2023"
connu_le = 2024-12-31

[jeux.demonstration]
titre = "Démonstration"
periode = "2024"
connu_le = 2025-03-31
"""

PARAMETRES = {
    "jeu": ("jeu", "demonstration"), "periode": ("periode", "2024"), "region": ("region", "93"),
    "connu_le": ("date", "2025-03-31"), "profil": ("profil", "interne"),
}
OUVRIR = (
    "from bilan.carnets import ouvrir\n"
    "carnet = ouvrir(NOM, jeu=jeu, periode=periode, region=region, connu_le=connu_le, profil=profil)"
)
OUVRIR_FICHE = OUVRIR[:-1] + ", epci=epci)"
FIGURE = """\
from bilan.figures.formes import Tableau
from bilan.figures.modele import Colonne, Figure
lignes = carnet.mesures("F3", territoire_type="epci"{filtre}).select("territoire", "valeur").sort("territoire")
carnet.figure(Figure(
    id="flux", titre="Flux", sous_titre="", forme=Tableau(), donnees=lignes,
    colonnes=(Colonne("territoire", "EPCI"), Colonne("valeur", "Part", "pourcent")),
    lecture="Lecture.", champ="Champ.", source=carnet.source("Test"), alt="Table.",
    vide="Aucune mesure.",
))
"""
EPCI = {"200000001": "CA des Calanques", "200000002": "CC du Verdon", "200000003": "Métropole d'Essai"}


def carnet_minimal(
    *cellules: str, contrat: dict | None = None, parametres: dict | None = None
) -> nbformat.NotebookNode:
    """Rend un carnet en règle : fiche, paramètres, puis ces cellules de code, puis `terminer`."""
    voulus = PARAMETRES if parametres is None else parametres
    defauts = "\n".join(f"{nom}: str = {valeur!r}" for nom, (_type, valeur) in voulus.items())
    bilan = {
        "titre": "Carnet d'essai", "parametres": {nom: {"type": genre} for nom, (genre, _v) in voulus.items()},
        **(contrat or {}),
    }
    carnet = new_notebook(metadata={
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"}, "bilan": bilan,
    })
    carnet.cells = [
        new_markdown_cell("# Carnet d'essai"), new_code_cell(defauts, metadata={"tags": ["parameters"]}),
        *(new_code_cell(c) for c in cellules),
    ]
    return carnet


def mesures(valeurs: dict[str, float], indicateur: str = "F3", jeu: str = "demonstration") -> pl.DataFrame:
    """Rend une table de mesures : une valeur par EPCI."""
    return pl.DataFrame([
        {
            "jeu": jeu, "indicateur": indicateur, "territoire_type": "epci", "territoire": siren,
            "ventilation": "ensemble", "modalite": "ensemble", "periode": "2024", "numerateur": valeur,
            "denominateur": 100.0, "valeur": valeur, "unite": "%", "statut": "observe", "couverture": 1.0,
            "repondants": 3, "attendus": 3, "maturite": "definitif",
        } for siren, valeur in valeurs.items()
    ])


class MoteurDirect:
    """Moteur de test : joue les cellules dans ce processus, sans noyau, et écrit une vraie copie exécutée."""

    nom = "direct"

    def __init__(self) -> None:
        self.jouees: list[str] = []

    def executer(self, tache: Tache, destination: Path) -> Resultat:
        self.jouees.append(tache.nom)
        carnet = nbformat.read(tache.source, as_version=4)
        espace: dict[str, object] = {}
        echec = None
        with pytest.MonkeyPatch.context() as mp:
            mp.setenv("BILAN_RACINE", str(tache.source.parents[1]))
            for numero, cellule in enumerate(carnet.cells, start=1):
                if cellule.cell_type != "code" or echec:
                    continue
                mp.setattr(affichage, "emettre_dans_le_carnet", _deposer_dans(cellule))
                try:
                    exec(cellule.source, espace)
                except Exception as erreur:
                    echec = Echec(numero, cellule.source, f"{type(erreur).__name__} : {erreur}")
                if "parameters" in cellule.metadata.get("tags", ()):
                    espace |= tache.parametres
        destination.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(carnet, destination)
        return Resultat(destination, "2025-01-01T00:00:00+00:00", 0.1, echec, 50.0)

    def fermer(self) -> None:
        pass


def _deposer_dans(cellule: nbformat.NotebookNode) -> Callable[[dict], None]:
    # Par JSON, comme à travers un noyau : ce qui ne s'écrit pas doit échouer ici aussi.
    return lambda paquet: cellule.outputs.append(new_output("display_data", data=json.loads(json.dumps(paquet))))


@dataclass
class Maquette:
    """Projet temporaire, et de quoi le modifier."""

    projet: Projet
    carnets: list[str] = field(default_factory=list)
    dits: list[str] = field(default_factory=list, repr=False)
    moteur: MoteurDirect = field(default_factory=MoteurDirect)
    perimetre: Perimetre = field(default_factory=lambda: Perimetre("93", 2026, {"93": "PACA"}, {}, EPCI))

    @property
    def racine(self) -> Path:
        return self.projet.racine

    def ecrire(self, nom: str, carnet: nbformat.NotebookNode) -> Path:
        """Écrit un carnet dans notebooks/, son propre nom mis à la place de NOM."""
        for cellule in carnet.cells:
            cellule.source = cellule.source.replace("ouvrir(NOM", f"ouvrir({nom!r}")
        chemin = self.projet.notebooks / f"{nom}.ipynb"
        nbformat.write(carnet, chemin)
        return chemin

    def declarer(self, nom: str, **options: object) -> None:
        """Ajoute un carnet à la collection."""
        voulu = {"nom": nom, "jeux": ["demonstration"], "page": nom, **options}
        lignes = "\n".join(f"{n} = {json.dumps(v)}" for n, v in voulu.items())
        self.carnets.append(f"\n[[carnets]]\n{lignes}\n")
        (self.racine / "collection.toml").write_text(COLLECTION + "".join(self.carnets), encoding="utf-8")
        self.projet = Projet(self.racine)

    def plan(self) -> Plan:
        """Rend le plan de toute la collection."""
        return etablir(self.projet, Selection(), self.perimetre)

    def jouer(self, **reglages: object) -> BilanExecution:
        """Joue toute la collection, dans ce processus sauf si un moteur est nommé."""
        with pytest.MonkeyPatch.context() as mp:
            if "moteur" not in reglages:
                mp.setattr(moteurs, "fabriquer", lambda *_: self.moteur)
                reglages["ouvriers"] = 1
            return executer(self.projet, self.plan(), Reglages(**{"dire": self.dits.append, **reglages}))

    def mesurer(self, valeurs: dict[str, float], **options: str) -> None:
        """Remplace les mesures du jeu de démonstration."""
        EntrepotMesures(self.projet.entrepot, Jeu.DEMONSTRATION).ecrire(mesures(valeurs, **options))
