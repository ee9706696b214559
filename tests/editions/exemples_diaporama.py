"""Un projet d'essai dont les figures ont toutes les formes."""

import dataclasses
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from bilan.entrepot.runs import EntrepotRuns, Run
from bilan.figures import formes
from bilan.figures.modele import Colonne, Figure
from bilan.projet import Jeu, Projet

RACINE = Path(__file__).parents[2]

PLAN = """
titre = "Comité d'essai"
[[sections]]
titre = "Communication"
diapositives = [{ titre = "Le contexte" }]
[[sections]]
titre = "Bilan régional"
diapositives = [
    { titre = "En deux chiffres", figures = ["chiffre-un", "chiffre-deux"] },
    { figures = ["barres"] }, { figures = ["atteinte"] }, { figures = ["empilees"] }, { figures = ["courbe"] },
    { figures = ["paires"] }, { figures = ["tableau"] }, { figures = ["frise"] }, { figures = ["carte"] },
    { figures = ["cercles"] }, { figures = ["vide"] }, { figures = ["inconnue"] },
]
"""

_TEXTES = {
    "sous_titre": "EPCI soumis, 31 décembre 2024", "lecture": "à Nice, 62,5\u202f% des attributions.",
    "champ": "EPCI soumis à la réforme.", "source": "DREAL, remontées des EPCI, extraction du 31/03/2025.",
}
_SIRENS = ("200054807", "200030195", "200067825", "240400440")
_NOM, _N = Colonne("nom", "Nom"), Colonne("n", "Nombre", "nombre")


def figure(ident: str, forme: formes.Forme, donnees: dict[str, list[Any]], *colonnes: Colonne, **autres: Any) -> Figure:
    """Rend une figure d'essai au titre propre."""
    textes = _TEXTES | {"titre": f"Ce que dit la figure {ident}", "alt": f"Description de la figure {ident}."} | autres
    table = pl.DataFrame(donnees)
    visibles = colonnes or tuple(c for c in (_NOM, _N) if c.nom in table.columns)
    return Figure(ident, forme=forme, donnees=table, colonnes=visibles, **textes)


def barres(effective: float = 9.0) -> Figure:
    """Rend trois barres, la dernière absente pour cause de secret."""
    donnees = {"nom": ["Effective", "Prévue", "Plus tard"], "n": [effective, 13.0, None],
               "absence": [None, None, "secret"]}
    return figure("barres", formes.Barres("nom", "n"), donnees, _NOM, Colonne("n", "EPCI", "nombre", absence="absence"))


def carte(classe_de_nice: str = "Prévue") -> Figure:
    """Rend une carte de quatre EPCI : les autres sont non transmis."""
    donnees = {"siren": list(_SIRENS), "nom": ["Aix-Marseille", "Nice", "Gap", "Ubaye"],
               "classe": ["En service", classe_de_nice, "En service", None],
               "absence": [None, None, None, "sans_objet"]}
    forme = formes.Choroplethe("siren", "classe", "absence", ("En service", "Prévue"), "avancement")
    return figure("carte", forme, donnees, _NOM, Colonne("classe", "Cotation"))


def toutes() -> list[Figure]:
    """Rend une figure de chaque forme."""
    jours = [date(2024, 1, 15), date(2025, 6, 30), None]
    taux = {"nom": ["État", "Région"], "n": [93.36505, 50.0]}
    promis = {"nom": ["État", "Région", "EPCI"], "n": [93.4, 50.0, 0.4], "r": [100.0, None, 1.0]}
    croise = {"nom": ["Var", "Var", "Vaucluse"], "s": ["fait", "prévu", "fait"], "n": [40.0, 60.0, 1.0]}
    return [
        figure("chiffre-un", formes.ChiffreCle("n", "EPCI en service", complement="sur 26"), {"n": [9.0]}, _N),
        figure("chiffre-deux", formes.ChiffreCle("n", "de conventions signées", "pourcent"), {"n": [71.04]}, _N),
        barres(),
        figure("atteinte", formes.Barres("nom", "n", "pourcent", formes.Reference(100.0, "Objectif"), "nom"), taux),
        figure("empilees", formes.BarresEmpilees("nom", "s", "n", ("fait", "prévu"), "avancement"), croise),
        figure("courbe", formes.Courbe("nom", "n", "s"), croise),
        figure("paires", formes.Points("nom", "n", "r", "Part reçue", "Taux promis"), promis),
        figure("tableau", formes.Tableau(),
               {"nom": [f"Ligne {r}" for r in range(40)], "n": [float(r) for r in range(40)]}),
        figure("frise", formes.Frise("nom", "etape", "jour", "s"),
               {"nom": ["Nice", "Gap", "Ubaye"], "etape": ["Cotation"] * 3, "jour": jours,
                "s": ["fait", "prévu", "prévu"]}, _NOM),
        carte(),
        figure("cercles", formes.Cercles("siren", "n", "Logements"),
               {"siren": list(_SIRENS), "nom": ["A", "B", "C", "D"], "n": [1000.0, 250.0, 10.0, None]}),
        figure("vide", formes.Barres("nom", "n"), {"nom": [], "n": []},
               vide="Aucun bilan n'a été versé."),
    ]


def executer(projet: Projet, figures: list[Figure], jeu: Jeu = Jeu.DEMONSTRATION, cle: str = "0f3a") -> None:
    """Écrit l'exécution qui fait ces figures."""
    fictives = [dataclasses.replace(f, fictif=jeu.est_fictif) for f in figures]
    run = Run(cle, "90_copil", "copil", "93", jeu.value, "2024", "2025-03-31", "interne", {}, "Synthèse", "ok",
              blocs=[{"type": "figure", "id": f.id} for f in fictives])
    magasin = EntrepotRuns(projet.entrepot, jeu)
    dossier = magasin.dossier(cle) / "figures"
    dossier.mkdir(parents=True, exist_ok=True)
    for f in fictives:
        (dossier / f"{f.id}.json").write_text(json.dumps(f.en_json(), default=str), encoding="utf-8")
    magasin.enregistrer(run)


def projet_neuf(racine: Path) -> Projet:
    """Rend un projet d'essai : la collection et le référentiel du vrai, son propre plan."""
    (racine / "data").mkdir(parents=True)
    shutil.copy(RACINE / "collection.toml", racine / "collection.toml")
    (racine / "data" / "referentiel").symlink_to(RACINE / "data" / "referentiel")
    (racine / "copil.toml").write_text(PLAN, encoding="utf-8")
    return Projet(racine)


def trouver(presentation: Any, nom: str) -> Any:
    """Rend l'objet qui porte ce nom, dans n'importe quelle diapositive."""
    return next(f for d in presentation.slides for f in d.shapes if f.name == nom)
