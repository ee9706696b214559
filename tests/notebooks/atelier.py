"""Jouer les carnets sur place, sans noyau : les figures qu'ils publient, pour les relire et les voir."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pytest

import bilan.carnets
from bilan.carnets.cellules import lire_document
from bilan.carnets.contrat import ContratCarnet
from bilan.carnets.ouverture import Carnet
from bilan.entrepot.mesures import EntrepotMesures
from bilan.figures.modele import Figure
from bilan.projet import DeclarationCarnet, Jeu, Projet
from bilan.referentiel.territoires import Territoires

Avancer = Callable[[str], object]


@dataclass(frozen=True)
class Jouee:
    """Une figure publiée, et d'où elle vient."""

    carnet: str
    jeu: Jeu
    profil: str
    territoire: str
    figure: Figure

    def __str__(self) -> str:
        return f"{self.carnet} {self.territoire} {self.figure.id} ({self.jeu.value}, {self.profil})"


def jouer_tout(projet: Projet, par_maille: int = 1) -> Iterator[Jouee]:
    """Rend les figures de tous les carnets, jeux et profils ; `par_maille` territoires d'une fiche répétée."""
    for declaration in projet.collection.carnets:
        for jeu in declaration.jeux:
            for profil in declaration.profils:
                for territoire in territoires(projet, declaration, jeu)[:par_maille]:
                    try:
                        figures = jouer(projet, declaration, jeu, profil, territoire)
                    except Exception as erreur:
                        ou = f"{declaration.nom} {territoire} ({jeu.value}, {profil})"
                        raise AssertionError(f"Le carnet {ou} ne se joue pas : {erreur!r}") from erreur
                    yield from (Jouee(declaration.nom, jeu, profil, territoire, f) for f in figures)


def territoires(projet: Projet, declaration: DeclarationCarnet, jeu: Jeu) -> list[str]:
    """Rend les territoires d'un carnet, les plus parlants d'abord : à cheval, puis non soumis, puis les autres."""
    region = projet.collection.region
    if declaration.par == "region":
        return [region]
    referentiel = Territoires.ouvrir(projet.referentiel, millesime=projet.collection.millesime, region=region)
    if declaration.par == "epci":
        tries = referentiel.epci.sort("deborde_region", "est_soumis", "population", descending=True)
        soumis, autres = tries.filter("est_soumis"), tries.filter(~pl.col("est_soumis"))
        premiers = [*soumis["epci_siren"][:1], *autres["epci_siren"][:1]]
        return [*premiers, *(s for s in tries["epci_siren"] if s not in premiers)]
    if declaration.par == "departement":
        return referentiel.departements["code_departement"].to_list()
    mesures = EntrepotMesures(projet.entrepot, jeu).lire(territoire_type="bailleur")
    return mesures["territoire"].unique().sort().to_list()


def jouer(
    projet: Projet, declaration: DeclarationCarnet, jeu: Jeu, profil: str, territoire: str, **autres: Any
) -> list[Figure]:
    """Rend les figures que le carnet publie avec ces paramètres, dans leur ordre ; un contrôle manqué échoue.

    `autres` donne des paramètres propres au carnet.
    """
    document = lire_document(projet.notebooks / f"{declaration.nom}.ipynb")
    contrat, figures = ContratCarnet.de(document), []
    edition = projet.collection.jeux[jeu]
    parametres: dict[str, Any] = {
        "jeu": jeu.value, "periode": edition.periode, "region": projet.collection.region,
        "connu_le": edition.connu_le.isoformat(), "profil": profil, declaration.par: territoire,
        **autres,
    }  # fmt: skip

    class _Essai(Carnet):
        def figure(self, figure: Figure) -> None:
            super().figure(figure)
            figures.append(replace(figure, fictif=jeu.est_fictif))

        def controle(self, libelle: str, condition: bool, detail: str = "") -> None:
            if not condition:
                raise AssertionError(f"{libelle} ({detail})")

    def ouvrir(nom: str, **donnes: Any) -> Carnet:
        return _Essai(projet, nom, contrat, donnes, emettre=lambda paquet: None)

    with pytest.MonkeyPatch.context() as remplace:
        remplace.setenv("BILAN_EXECUTION", "1")
        remplace.setattr(bilan.carnets, "ouvrir", ouvrir)
        noms: dict[str, Any] = {}
        for cellule in document.cellules:
            if cellule.est_code:
                exec(compile(cellule.source, f"{declaration.nom}.ipynb", "exec"), noms)
                noms |= {nom: valeur for nom, valeur in parametres.items() if "carnet" not in noms}
    return figures
