"""La croissance : une France fictive de 13 à 1 253 EPCI, de cinquante mille à cinq millions de lignes.

Usage : python -m benchmarks.croissance — toutes les tailles, et les deux clés que le banc en tire ;
python -m benchmarks.croissance ÉTAPE DOSSIER — une étape, dans son processus, pour que sa mémoire se mesure.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from benchmarks.france import Taille, charger, monter
from benchmarks.memoire import Cout, mener
from bilan import calculs, chaine
from bilan.carnets.executeur import Reglages, executer
from bilan.entrepot.fichiers import lire_json
from bilan.entrepot.runs import EntrepotRuns
from bilan.projet import Jeu, Projet

FICHES, FRANCE = 52, 1253
DESSINEES = 6
"""Fiches dont on dessine les images à chaque taille : le dessin se compte à part."""

# Les deux tailles de 52 EPCI encadrent la plus grande : leur moyenne efface ce que la machine fait d'autre.
TAILLES = (Taille(13, 1), Taille(FICHES, 1), Taille(208, 10), Taille(FRANCE, 100), Taille(FICHES, 10))


@dataclass(frozen=True)
class Mesure:
    """Ce qu'une taille a coûté, étape par étape (`ETAPES`)."""

    taille: Taille
    couts: Mapping[str, Cout]

    @property
    def pic_mo(self) -> float:
        """Pic de mémoire de l'étape la plus gourmande, en Mo."""
        return max(cout.pic_mo for cout in self.couts.values())

    @property
    def par_fiche_s(self) -> float:
        """Secondes par fiche jouée, les deux ouvriers ensemble, préchauffage compris."""
        return self.couts["jouer"].duree_s / self.taille.epci

    @property
    def calcul_par_fiche_s(self) -> float:
        """Secondes de calcul par fiche, de tous les processus : plan, fraîcheur, exécution, récolte, préchauffage."""
        return self.couts["jouer"].calcul_s / self.taille.epci

    @property
    def calcul_marginal_s(self) -> float:
        """Secondes de calcul d'une fiche de plus : ce que coûte une fiche seule, préchauffage compris, est ôté."""
        return (self.couts["jouer"].calcul_s - self.couts["une"].calcul_s) / (self.taille.epci - 1)

    @property
    def dessin_par_fiche_s(self) -> float:
        """Secondes de calcul pour dessiner les images d'une fiche, chauffe comprise, sur quelques-unes."""
        return self.couts["dessiner"].calcul_s / DESSINEES


def jouer(projet: Projet) -> None:
    """Joue toutes les fiches, par deux ouvriers."""
    _executer(projet, chaine.Demande(jeux=(Jeu.DEMONSTRATION,)))


def rejouer_une(projet: Projet) -> None:
    """Rejoue une seule fiche : ce que coûte l'exécution quel que soit leur nombre, et une fiche."""
    nom = min(EntrepotRuns(projet.entrepot, Jeu.DEMONSTRATION).cles())
    _executer(projet, chaine.Demande(jeux=(Jeu.DEMONSTRATION,), territoires=(nom.split("|")[1],), forcer=True))


def _executer(projet: Projet, demande: chaine.Demande) -> None:
    reglages = Reglages(moteur="bilan", ouvriers=2, forcer=demande.forcer)
    fait = executer(projet, chaine.planifier(projet, demande), reglages)
    assert fait.executions and not fait.echecs, fait.echecs


def dessiner(projet: Projet) -> None:
    """Dessine les images des pages de quelques fiches, dans ce processus ; l'outre-mer n'est pas sur la carte."""
    from bilan.editions.imagerie import imagerie_du_jeu
    from bilan.figures.modele import Figure
    from bilan.referentiel.geometries import Fonds

    traces = Fonds.ouvrir(projet.referentiel, projet.collection.region).epci["epci_siren"]
    runs = EntrepotRuns(projet.entrepot, Jeu.DEMONSTRATION)
    dossiers = [runs.dossier(cle) / "figures" for _nom, cle in sorted(runs.cles().items())[:DESSINEES]]
    figures = [Figure.depuis_json(lire_json(f, {})) for dossier in dossiers for f in sorted(dossier.glob("*.json"))]
    figures = [
        replace(f, donnees=f.donnees.filter(pl.col("epci_siren").is_in(list(traces))))
        if "epci_siren" in f.donnees.columns else f for f in figures
    ]  # fmt: skip
    imagerie = imagerie_du_jeu(projet, Jeu.DEMONSTRATION)
    imagerie.processus = 0
    assert imagerie.preparer(figures)


ETAPES: dict[str, Callable[[Projet], None]] = {
    "charger": charger,
    "mesurer": lambda projet: calculs.mesurer(projet, Jeu.DEMONSTRATION, print),
    "jouer": jouer,
    "une": rejouer_une,
    "dessiner": dessiner,
}


def mesurer(projet: Projet, tailles: Sequence[Taille]) -> list[Mesure]:
    """Monte une France de chaque taille, mène ses étapes, et rend ce qu'elles ont coûté, de la plus petite."""
    mesures = []
    for taille in tailles:
        with tempfile.TemporaryDirectory() as dossier:
            mesures.append(_mesurer_une_taille(projet, taille, Path(dossier) / "france"))
        print(_en_ligne(mesures[-1]), flush=True)
    return sorted(mesures, key=lambda mesure: (mesure.taille.epci, mesure.taille.facteur))


def _mesurer_une_taille(projet: Projet, taille: Taille, dossier: Path) -> Mesure:
    monter(projet, taille, dossier)
    commande = [sys.executable, "-m", "benchmarks.croissance"]
    return Mesure(taille, {e: mener([*commande, e, str(dossier)], projet.racine) for e in ETAPES})


def _en_ligne(mesure: Mesure) -> str:
    etapes = ", ".join(
        f"{etape} {cout.duree_s:.1f} s (calcul {cout.calcul_s:.1f} s, {cout.pic_mo:.0f} Mo)"
        for etape, cout in mesure.couts.items()
    )
    return (
        f"{mesure.taille.epci} EPCI, {mesure.taille.lignes} lignes : {mesure.par_fiche_s:.3f} s par fiche, calcul "
        f"{mesure.calcul_par_fiche_s:.3f} s dont {mesure.calcul_marginal_s:.3f} s sans le préchauffage ; {etapes}"
    )


def cles(mesures: Sequence[Mesure]) -> dict[str, float]:
    """Rend ce que le banc retient de la croissance.

    Un coût est en secondes de calcul, que la charge de la machine ne déforme pas ; celui de 52 EPCI est la moyenne de
    ses deux volumes.
    """
    return {
        "cout_1253_sur_52": _rapport(mesures, lambda mesure: mesure.calcul_par_fiche_s),
        "cout_1253_sur_52_sans_prechauffage": _rapport(mesures, lambda mesure: mesure.calcul_marginal_s),
        "cout_1253_sur_52_duree": _rapport(mesures, lambda mesure: mesure.par_fiche_s),
        "dessin_1253_sur_52": _rapport(mesures, lambda mesure: mesure.dessin_par_fiche_s),
        "memoire_pic_mo": round(max(mesure.pic_mo for mesure in mesures)),
    }


def _rapport(mesures: Sequence[Mesure], cout: Callable[[Mesure], float]) -> float:
    grande, petites = ([cout(m) for m in mesures if m.taille.epci == epci] for epci in (FRANCE, FICHES))
    return round(statistics.mean(grande) / statistics.mean(petites), 2)


def main() -> None:
    """Mène une étape dans ce processus ; sans étape, mesure toutes les tailles et imprime les clés."""
    if len(sys.argv) > 1:
        ETAPES[sys.argv[1]](Projet(Path(sys.argv[2])))
        return
    for cle, valeur in cles(mesurer(Projet.trouver(), TAILLES)).items():
        print(f"{cle} : {valeur}")


if __name__ == "__main__":
    main()
