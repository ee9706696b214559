"""Le calcul des mesures d'un jeu, de ce qui a changé depuis l'état comparé, et des mesures du profil public.

Chaque étape se saute quand rien de ce qu'elle lit n'a changé ; rien de lourd ne s'importe alors.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.carnets.empreintes import empreinte_dossier, empreinte_fichier, empreinte_json
from bilan.entrepot import fichiers
from bilan.entrepot.manifeste import Manifeste
from bilan.francais import compter, nombre
from bilan.projet import INTERNE, PUBLIC, Jeu, Projet

if TYPE_CHECKING:
    import polars as pl

    from bilan.entrepot.etats import EtatGarde, EtatPublie
    from bilan.indicateurs.changements import Etat
    from bilan.indicateurs.contexte import Contexte, Tables
    from bilan.secret.masquage import Masquage

Dire = Callable[[str], object]

GRANDE_TABLE = "flux_bilan"
"""Table que les indicateurs parcourent sans la charger : cinq millions de lignes à l'échelle de la France."""

ETAT = "etat.json"
"""Ce dont viennent les mesures d'un jeu, à côté d'elles."""

RECONSTITUEES = ("B1", "E5", "F3", "N2", "V1")
"""Mesures que l'on recalcule telles que connues à une date, quand aucune édition de cette date n'a été gardée."""

_CODE = Path(__file__).parent


def mesurer(projet: Projet, jeu: Jeu, dire: Dire) -> None:
    """Recalcule les mesures d'un jeu et ce qui a changé, si livraisons, code, référentiel ou édition comparée bougent.

    Une valeur qu'une édition publiée disait autrement est marquée révisée.
    """
    declaration = projet.collection.jeux[jeu]
    temoin = projet.entrepot / jeu.value / "mesures_de.json"
    etat, reference = _etat_et_reference(projet, jeu)
    lu = [etat.empreinte, reference.dossier.name if reference else ""]
    if fichiers.lire_json(temoin, None) == lu:
        return
    depart = time.monotonic()
    lignes = _calculer(projet, jeu, etat, reference)
    fichiers.ecrire_json(projet.entrepot / jeu.value / ETAT, asdict(etat))
    fichiers.ecrire_json(temoin, lu)
    duree = nombre(time.monotonic() - depart, 1)
    dire(f"{declaration.titre} : {compter(lignes, 'mesure calculée', 'mesures calculées')} en {duree} secondes.")


def masquer_pour_le_public(projet: Projet, jeu: Jeu, dire: Dire) -> None:
    """Écrit à côté des mesures internes celles du profil public, si ce dont elles viennent a changé."""
    from bilan.entrepot.etats import EntrepotEtats

    temoin = projet.entrepot / jeu.value / "mesures-public_de.json"
    entrees = _entrees_des_mesures(projet, jeu)
    # Ce qu'une autre édition publique a dit ne se reprend pas : cela ne peut plus servir à cacher.
    publies = EntrepotEtats(projet, jeu, PUBLIC).publies_avant(entrees)
    lu = [entrees, *(etat.dossier.name for etat in publies)]
    if fichiers.lire_json(temoin, None) == lu:
        return
    from bilan.entrepot.mesures import EntrepotMesures

    depart = time.monotonic()
    mesures = EntrepotMesures(projet.entrepot, jeu).lire()
    masquage = masquage_de(projet, jeu, mesures, publies)
    EntrepotMesures(projet.entrepot, jeu, PUBLIC).ecrire(masquage.mesures)
    fichiers.ecrire_json(temoin, lu)
    duree = nombre(time.monotonic() - depart, 1)
    cellules = compter(masquage.cellules.height, "cellule masquée", "cellules masquées")
    dire(f"{projet.collection.jeux[jeu].titre}, profil public : {cellules} en {duree} secondes.")


def masquage_de(
    projet: Projet, jeu: Jeu, mesures: "pl.DataFrame", publies: "Sequence[EtatGarde]" = ()
) -> "Masquage":
    """Rend ce que le secret fait des mesures internes d'un jeu, connaissant les éditions déjà publiées."""
    import polars as pl

    from bilan.indicateurs.contributions import contributions
    from bilan.secret.histoire import Anterieure
    from bilan.secret.masquage import masquer

    # Deux éditions qui disent la même chose n'apprennent rien de plus qu'une.
    uniques = {fichiers.empreinte_fichier(etat.mesures): etat for etat in publies}
    anterieures = [
        Anterieure(
            pl.read_parquet(etat.mesures),
            contributions(*_tables_et_contexte(projet, jeu, date.fromisoformat(etat.etat.connu_le))),
        )
        for etat in uniques.values()
    ]
    return masquer(
        mesures, contributions(*_tables_et_contexte(projet, jeu)), projet.collection.secret, anterieures
    )


def _entrees_des_mesures(projet: Projet, jeu: Jeu) -> str:
    manifeste = Manifeste.ouvrir(projet.entrepot / jeu.value / "tables" / "manifeste.json")
    return empreinte_json(
        [
            manifeste.empreinte(projet.collection.jeux[jeu].connu_le),
            empreinte_dossier(_CODE),
            empreinte_dossier(projet.referentiel),
            projet.collection.model_dump(mode="json", exclude={"carnets", "stockage", "retention"}),
        ]
    )


def _etat_et_reference(projet: Projet, jeu: Jeu) -> "tuple[EtatPublie, EtatGarde | None]":
    """Rend ce dont viennent les mesures d'aujourd'hui, et l'édition gardée à laquelle elles se comparent."""
    from bilan.entrepot.etats import EntrepotEtats, EtatPublie

    declaration, regles = projet.collection.jeux[jeu], projet.referentiel / "regles.toml"
    geographie = sorted(p for p in projet.referentiel.rglob("*") if p.is_file() and p != regles)
    corrections = sorted(p for d in (projet.publie, projet.demonstration) for p in d.rglob("corrections.toml"))
    entrees = {
        "code": empreinte_dossier(_CODE),
        "regle": empreinte_json([empreinte_fichier(regles), projet.collection.seuils.model_dump()]),
        "geographie": empreinte_json([empreinte_fichier(chemin) for chemin in geographie]),
        "correction": empreinte_json([empreinte_fichier(chemin) for chemin in corrections]),
    }
    etat = EtatPublie(
        jeu.value, declaration.periode, declaration.connu_le.isoformat(), projet.collection.millesime,
        _entrees_des_mesures(projet, jeu), entrees,
    )  # fmt: skip
    au = declaration.compare_au
    return etat, EntrepotEtats(projet, jeu).reference(etat, au.isoformat() if au else None)


def _calculer(projet: Projet, jeu: Jeu, etat: "EtatPublie", reference: "EtatGarde | None") -> int:
    from bilan.entrepot.changements import Comparaison, EntrepotChangements
    from bilan.entrepot.mesures import EntrepotMesures
    from bilan.entrepot.tables import EntrepotTables
    from bilan.indicateurs import changements
    from bilan.indicateurs.calcul import calculer_par_lots

    connu_le = projet.collection.jeux[jeu].connu_le
    magasin = EntrepotMesures(projet.entrepot, jeu)
    lignes, comparaison = changements.aucun(), Comparaison()
    with EntrepotTables(projet.entrepot, jeu).lecture():
        tables, contexte = _tables_et_contexte(projet, jeu)
        # Indicateur après indicateur : à l'échelle de la France, toutes les mesures ne tiendraient pas en mémoire.
        combien = magasin.ecrire(calculer_par_lots(tables, contexte))
        avant = _etat_compare(projet, jeu, reference)
    if avant is not None:
        mesures = magasin.lire()
        apres = changements.Etat(connu_le, tables, tables["livraisons"].lazy().collect(), mesures)
        changees = reference.etat.changees(etat.entrees) if reference else frozenset()
        lignes = changements.comparer(avant, apres, changees).vstack(_perimetres(projet, reference))
        magasin.ecrire(changements.marquer_les_revisees(mesures, avant.mesures))
        par_cause = sorted(lignes.group_by("genre", "cause").len().iter_rows())
        comptes = {f"{genre}|{cause}": n for genre, cause, n in par_cause}
        edition = reference.edition if reference else ""
        de_travail = reference is not None and reference.est_de_travail
        publiee = reference is not None and not de_travail
        comparaison = Comparaison(avant.connu_le.isoformat(), edition, publiee, comptes, de_travail=de_travail)
    EntrepotChangements(projet.entrepot, jeu).ecrire(lignes, comparaison)
    return combien


def _etat_compare(projet: Projet, jeu: Jeu, reference: "EtatGarde | None") -> "Etat | None":
    """Rend l'état auquel se comparer : celui d'une édition gardée, ou reconstitué à la date que dit la collection."""
    import polars as pl

    from bilan.indicateurs.calcul import calculer
    from bilan.indicateurs.changements import Etat

    connu_le = date.fromisoformat(reference.etat.connu_le) if reference else projet.collection.jeux[jeu].compare_au
    if connu_le is None:
        return None
    tables, contexte = _tables_et_contexte(projet, jeu, connu_le)
    mesures = pl.read_parquet(reference.mesures) if reference else calculer(tables, contexte, RECONSTITUEES)
    return Etat(connu_le, tables, tables["livraisons"].lazy().collect(), mesures)


def _perimetres(projet: Projet, reference: "EtatGarde | None") -> "pl.DataFrame":
    from bilan.indicateurs import changements
    from bilan.referentiel.changements import changements_de_perimetre
    from bilan.referentiel.territoires import Territoires

    millesime, region = projet.collection.millesime, projet.collection.region
    if reference is None or reference.etat.millesime == millesime:
        return changements.aucun()
    avant, apres = (
        Territoires.ouvrir(projet.referentiel, millesime=annee, region=region)
        for annee in (reference.etat.millesime, millesime)
    )
    return changements.perimetres(changements_de_perimetre(avant, apres))


def _tables_et_contexte(projet: Projet, jeu: Jeu, au: date | None = None) -> "tuple[Tables, Contexte]":
    from bilan.entrepot.tables import EntrepotTables
    from bilan.indicateurs.calcul import Contexte, periodes_presentes
    from bilan.referentiel.regles import Regles
    from bilan.referentiel.territoires import Territoires
    from bilan.tables.catalogue import CATALOGUE

    collection, connu_le = projet.collection, au or projet.collection.jeux[jeu].connu_le
    territoires = Territoires.ouvrir(projet.referentiel, millesime=collection.millesime, region=collection.region)
    territoires.verifier_nombre_soumis(collection.nombre_epci_soumis)
    entrepot = EntrepotTables(projet.entrepot, jeu)
    tables: Tables = {
        **{nom: entrepot.lire(nom, connu_le) for nom in CATALOGUE if nom != GRANDE_TABLE},
        GRANDE_TABLE: entrepot.parcourir(GRANDE_TABLE, connu_le),
        "livraisons": entrepot.livraisons(connu_le),
    }
    regles = Regles.ouvrir(projet.referentiel)
    periodes = periodes_presentes(tables, regles, connu_le)
    return tables, Contexte.des_territoires(territoires, jeu, regles, periodes, connu_le)


def retenir(projet: Projet, jeu: Jeu, profil: str = INTERNE, document_de_travail: bool = False) -> None:
    """Garde l'état de l'édition mise en place : la suivante de ce profil s'y comparera, s'il est publié d'abord."""
    from bilan.entrepot.etats import EntrepotEtats, EtatPublie
    from bilan.entrepot.mesures import EntrepotMesures

    contenu = fichiers.lire_json(projet.entrepot / jeu.value / ETAT, None)
    mesures = EntrepotMesures(projet.entrepot, jeu, profil).chemin
    if contenu is not None and mesures.is_file():
        EntrepotEtats(projet, jeu, profil).retenir(EtatPublie(**contenu), mesures, document_de_travail)
