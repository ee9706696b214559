"""La chaîne : données, mesures, carnets, site ; chaque maillon se saute quand rien de ce qu'il lit n'a changé.

Rien de lourd ne s'importe ici : le chemin « rien n'a changé » ne charge ni polars, ni altair, ni geopandas.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.calculs import masquer_pour_le_public, mesurer, retenir
from bilan.carnets.empreintes import empreinte_dossier, empreinte_fichier, empreinte_json
from bilan.carnets.verrou import verrou_execution
from bilan.entrepot import fichiers
from bilan.erreurs import ErreurUsage, ExecutionEchouee, PublicationRefusee
from bilan.francais import compter, nombre
from bilan.projet import INTERNE, PROFILS, Jeu, Projet, nom_de_profil

if TYPE_CHECKING:
    from bilan.carnets.journal import Execution
    from bilan.carnets.plan import Plan

Dire = Callable[[str], object]

TOUS = "tous"
"""Les deux profils l'un après l'autre, dans la même commande."""

_CODE = Path(__file__).parent


@dataclass(frozen=True)
class Demande:
    """Ce qu'on demande à la chaîne ; vide, toute la collection.

    `moteur` vaut « bilan », « standard » ou None (le plus rapide qui marche ici) ; `ouvriers` None vaut
    autant que de cœurs ; `profil` vaut « interne », « public » (mesures masquées avant les carnets) ou « tous ».
    Avec `publier`, le site se met en place en document de travail ; sans, celui en place reste. `ordonnanceur` est
    l'adresse d'une grappe Dask qui joue les carnets à la place de cette machine, `depot` l'adresse fsspec que ses
    ouvriers partagent.
    """

    jeux: tuple[Jeu, ...] = tuple(Jeu)
    carnets: tuple[str, ...] = ()
    territoires: tuple[str, ...] = ()
    periode: str | None = None
    region: str | None = None
    moteur: str | None = None
    ouvriers: int | None = None
    forcer: bool = False
    profil: str = INTERNE
    publier: bool = True
    ordonnanceur: str | None = None
    depot: str | None = None

    @property
    def par_profil(self) -> "tuple[Demande, ...]":
        """La demande de chaque profil voulu."""
        profils = PROFILS if self.profil == TOUS else (self.profil,)
        return tuple(replace(self, profil=profil) for profil in profils)


def executer(projet: Projet, demande: Demande, dire: Dire) -> Path:
    """Mène la chaîne d'un bout à l'autre et rend le chemin de la page d'entrée du site.

    Lève `ErreurUsage` avant tout calcul si la demande est mal formée, `DonneesRefusees` si une livraison est
    refusée, `VerrouTenu` si une autre commande travaille, `PublicationRefusee` si le site ne passe pas ses
    contrôles, et, une fois le site construit, `ExecutionEchouee` si un carnet a échoué.
    """
    for une in demande.par_profil:
        planifier(projet, une)  # une demande mal formée s'arrête ici, avant tout calcul
    with verrou_execution(projet):
        for jeu in demande.jeux:
            preparer(projet, jeu, dire)
        return _executer_chaque_profil(projet, demande, dire)


def _executer_chaque_profil(projet: Projet, demande: Demande, dire: Dire) -> Path:
    """Mène chaque profil à son terme, même si un autre a échoué ; rend la page d'entrée du premier.

    Lève à la fin ce qu'a levé le premier qui a échoué ; son message dit les autres échecs.
    """
    entrees, echecs = [], []
    for une in demande.par_profil:
        try:
            entrees.append(_executer_un_profil(projet, une, dire))
        except (ExecutionEchouee, PublicationRefusee) as erreur:
            echecs.append(erreur)
    if echecs:
        raise type(echecs[0])(" ".join(erreur.message for erreur in echecs)) from echecs[0]
    return entrees[0]


def _executer_un_profil(projet: Projet, demande: Demande, dire: Dire) -> Path:
    """Joue les carnets d'un profil et publie son site, à part de celui de l'autre."""
    from bilan.carnets.executeur import Reglages
    from bilan.carnets.executeur import executer as executer_carnets

    depart = time.monotonic()
    if demande.profil != INTERNE:
        for jeu in demande.jeux:
            masquer_pour_le_public(projet, jeu, dire)
    reglages = Reglages(
        demande.moteur, demande.ouvriers or 0, demande.forcer, dire, demande.ordonnanceur, demande.depot
    )
    # Les bailleurs viennent des livraisons : le plan qui vaut est celui d'après leur chargement.
    fait = executer_carnets(projet, planifier(projet, demande), reglages)
    entree = projet.reports / nom_de_profil("courant", demande.profil) / "index.html"
    if demande.publier:
        entree = publier(projet, dire, demande.profil, document_de_travail=True)
    dire(
        f"{compter(len(fait.executions), 'carnet joué', 'carnets joués')}, {nombre(fait.a_jour)} à jour, "
        f"{compter(len(fait.echecs), 'échec')}, en {nombre(time.monotonic() - depart, 1)} secondes."
    )
    if demande.publier:
        dire(f"À ouvrir : {entree}")
    if fait.echecs:
        noms = ", ".join(e.tache for e in fait.echecs[:5])
        raise ExecutionEchouee(
            f"{compter(len(fait.echecs), 'carnet a échoué', 'carnets ont échoué')} ({noms}) ; leurs pages le disent et "
            "situent la cellule : corrigez, puis relancez la même commande."
        )
    return entree


def planifier(projet: Projet, demande: Demande) -> "Plan":
    """Rend le plan de la demande ; lève `ErreurUsage` avec toutes ses fautes, avant tout calcul."""
    from bilan.carnets.plan import Selection, etablir

    _verifier_region(projet, demande.region)
    choix = (demande.jeux, demande.carnets, demande.territoires, demande.periode)
    return etablir(projet, Selection(*choix, profil=demande.profil))


def prevoir(projet: Projet, demande: Demande, territoire: str | None = None) -> list[str]:
    """Rend ce que `executer` rejouerait et pourquoi, une ligne par tâche ; pour un seul `territoire` s'il est dit."""
    from bilan.carnets.examen import examiner, pourquoi
    from bilan.carnets.journal import Journal

    journal = Journal.ouvrir(projet.entrepot)
    try:
        plans = [planifier(projet, une) for une in demande.par_profil]
        examinees = [e for plan in plans for e in examiner(projet, plan, journal, demande.forcer)]
    finally:
        journal.fermer()
    if territoire is not None:
        return pourquoi(examinees, territoire)
    a_jouer = [e for e in examinees if e.raisons]
    lignes = [f"{e.tache.nom} : {' ; '.join(e.raisons)}" for e in a_jouer]
    return [*lignes, f"{compter(len(a_jouer), 'carnet')} à jouer, {nombre(len(examinees) - len(a_jouer))} à jour."]


def relire_le_journal(projet: Projet, dernieres: int) -> list[str]:
    """Rend les dernières exécutions du journal, une ligne chacune, la plus récente en dernier."""
    from bilan.carnets.journal import Journal

    journal = Journal.ouvrir(projet.entrepot)
    try:
        executions = journal.toutes(dernieres)
    finally:
        journal.fermer()
    return [_ligne_du_journal(execution) for execution in reversed(executions)]


def _ligne_du_journal(execution: "Execution") -> str:
    from bilan.carnets.journal import ISSUES

    debut = datetime.fromisoformat(execution.debut).astimezone()
    duree = f"{nombre(execution.duree_s, 2)} s"
    morceaux = (f"{debut:%d/%m/%Y %H:%M:%S}", execution.tache, ISSUES[execution.issue], duree, execution.message)
    return " · ".join(filter(None, morceaux))


def preparer(projet: Projet, jeu: Jeu, dire: Dire) -> None:
    """Charge les livraisons d'un jeu et recalcule ses mesures, si quelque chose a changé."""
    if jeu.est_fictif:
        engendrer_demonstration(projet)
    dossier = projet.demonstration / "livraisons" if jeu.est_fictif else projet.publie
    from bilan.collecte.depot import deposer_dossier

    depot = deposer_dossier(projet, jeu, dossier)
    if depot.a_change:
        chargees = compter(len(depot.ajoutees), "livraison chargée", "livraisons chargées")
        dire(f"{projet.collection.jeux[jeu].titre} : {chargees}.")
    mesurer(projet, jeu, dire)


def engendrer_demonstration(projet: Projet, graine: int | None = None) -> None:
    """Écrit les livraisons fictives si ce dont elles viennent a changé, ou avec la graine donnée."""
    cible = projet.demonstration / "livraisons"
    temoin = projet.entrepot / Jeu.DEMONSTRATION.value / "livraisons_de.json"
    lu = empreinte_json(
        [
            *(empreinte_fichier(chemin) for chemin in sorted(projet.demonstration.glob("*.*"))),
            *(empreinte_dossier(_CODE / nom) for nom in ("demonstration", "tables", "referentiel")),
            empreinte_dossier(projet.referentiel),
        ]
    )
    if graine is None and cible.is_dir() and fichiers.lire_json(temoin, None) == lu:
        return
    from bilan.demonstration.generateur import engendrer

    engendrer(projet, cible, graine)
    fichiers.ecrire_json(temoin, lu if graine is None else None)


def publier(projet: Projet, dire: Dire, profil: str = INTERNE, document_de_travail: bool = False) -> Path:
    """Construit et met en place le site d'un profil, si quelque chose a changé ; rend sa page d'entrée.

    Un document de travail le dit partout ; ce que les carnets disent, une fois publié, ne le redevient pas. Lève
    `PublicationRefusee` si un contrôle, ou la barrière du profil public, trouve à redire.
    """
    from bilan.editions.publication import Parution, mettre_en_place

    entree = mettre_en_place(projet, dire, Parution(profil, document_de_travail=document_de_travail))
    for jeu in projet.collection.jeux:
        retenir(projet, jeu, profil, document_de_travail)
    return entree


def _verifier_region(projet: Projet, region: str | None) -> None:
    if region is None or region == projet.collection.region:
        return
    from bilan.carnets.perimetre import Perimetre

    Perimetre.ouvrir(projet, region)
    raise ErreurUsage(
        f"La région « {region} » existe, mais ce projet est celui de la région « {projet.collection.region} » ; "
        "pour une autre région, changez la ligne « region » de collection.toml."
    )


