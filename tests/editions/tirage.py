"""Un tirage de toutes les éditions d'un projet d'essai, à refaire dans un autre processus pour comparer les octets."""

import dataclasses
import hashlib
import json
import sys
from pathlib import Path

import polars as pl
from conftest import RACINE, Magasin, atelier_d_essai, carte, tableau
from exemples_diaporama import PLAN, toutes

from bilan.editions.diaporama import construire as construire_le_diaporama
from bilan.editions.kit import Fabrique
from bilan.editions.site import construire as construire_le_site
from bilan.entrepot.mesures import EntrepotMesures
from bilan.projet import Jeu, Projet
from bilan.tables.mesure import Mesure

_SIREN = "200054807"


def preparer(projet: Projet) -> None:
    """Donne au projet d'essai le vrai référentiel, un plan de diaporama, des mesures, et une figure de chaque forme."""
    projet.referentiel.rmdir()
    projet.referentiel.symlink_to(RACINE / "data" / "referentiel", target_is_directory=True)
    (projet.reports / "gabarits" / "fiches").symlink_to(RACINE / "reports" / "gabarits" / "fiches")
    (projet.racine / "copil.toml").write_text(PLAN, encoding="utf-8")
    magasin, jeu = Magasin(projet), Jeu.DEMONSTRATION
    magasin.ecrire(jeu, "90_copil", "copil", toutes())
    magasin.ecrire(jeu, "70_fiche_epci", f"epci/{_SIREN}", [tableau("fiche-chiffres"), carte("fiche-situation")],
                   territoire=_SIREN)
    ligne = {"jeu": jeu.value, "indicateur": "P1", "territoire_type": "region", "territoire": "93", "periode": "2024",
             "ventilation": "ensemble", "modalite": "ensemble", "numerateur": 1.0, "denominateur": 3.0,
             "valeur": 100 / 3, "unite": "%", "statut": "observe", "maturite": "definitif"}
    inconnues = (pl.lit(None).alias(nom) for nom in ("couverture", "repondants", "attendus"))
    mesures = pl.DataFrame([ligne]).with_columns(inconnues)
    EntrepotMesures(projet.entrepot, jeu).ecrire(Mesure.validate(mesures.select(Mesure.column_names()), cast=True))


def tirer(projet: Projet, dossier: Path) -> dict[str, str]:
    """Fait dans `dossier` le site et toutes les pièces du kit ; rend l'empreinte de chaque fichier."""
    jeu, atelier = Jeu.DEMONSTRATION, atelier_d_essai(projet)
    construire_le_site(projet, [jeu], dossier / "site", atelier)
    construire_le_diaporama(projet, jeu, dossier / "copil.pptx")
    ouverte = Fabrique.ouvrir(projet, jeu)
    pieces = dataclasses.replace(ouverte.pieces, annuaire=atelier.annuaire)
    fabrique = dataclasses.replace(ouverte, dossier=dossier, imagerie=atelier.imageries[jeu], pieces=pieces)
    for piece in (fabrique.fiches, fabrique.annexe, fabrique.ouvertes):
        piece()
    return {chemin.relative_to(dossier).as_posix(): hashlib.sha256(chemin.read_bytes()).hexdigest()
            for chemin in sorted(dossier.rglob("*")) if chemin.is_file()}


if __name__ == "__main__":
    print(json.dumps(tirer(Projet(Path(sys.argv[1])), Path(sys.argv[2]))))
