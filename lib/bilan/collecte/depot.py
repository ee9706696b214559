"""Déposer : un envoi accepté entre dans l'entrepôt d'un coup, un envoi refusé n'y laisse rien.

Ce module ne charge polars que s'il y a quelque chose à lire : déposer deux fois le même dossier est immédiat.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bilan.collecte.envoi import BORDEREAU, Envoi, lire_bordereau
from bilan.entrepot import fichiers
from bilan.entrepot.manifeste import Entree, Livraison, Manifeste
from bilan.erreurs import DonneesRefusees
from bilan.projet import Jeu, Projet

if TYPE_CHECKING:
    from bilan.collecte.examen import Examen

ABSENT_DU_DOSSIER = "absent du dossier"


@dataclass(frozen=True, slots=True)
class Depot:
    """Ce qu'un dépôt a fait : livraisons ajoutées, déjà là, et retirées parce que le dossier ne les a plus."""

    ajoutees: tuple[str, ...] = ()
    deja_la: int = 0
    retirees: tuple[str, ...] = ()

    @property
    def a_change(self) -> bool:
        """Vrai si l'entrepôt n'est plus le même."""
        return bool(self.ajoutees or self.retirees)


def deposer(projet: Projet, jeu: Jeu, chemin: Path, envoi: Envoi) -> Depot:
    """Lit, contrôle et charge un fichier ; le même fichier deux fois ne change rien.

    Lève `DonneesRefusees` si le fichier manque, est abîmé ou ne passe pas un contrôle bloquant : fichier, ligne,
    colonne et correction sont dits, et rien n'est écrit.
    """
    livraison = _livraison(projet, chemin, envoi)
    if _manifeste(projet, jeu).deja_chargee(envoi.table, livraison):
        return Depot(deja_la=1)
    return _charger(projet, jeu, [(chemin, envoi, livraison)], [])


def deposer_dossier(projet: Projet, jeu: Jeu, dossier: Path) -> Depot:
    """Charge tous les envois qu'annonce le bordereau du dossier, ensemble ou pas du tout.

    Le dossier fait foi pour ce qui en vient : une livraison qu'il n'annonce plus, ou qui a changé, est retirée
    comme si elle n'avait jamais été connue. Lève `DonneesRefusees` au premier fichier refusé ; rien n'est écrit.
    """
    annonces = [(dossier / envoi.fichier, envoi) for envoi in lire_bordereau(dossier)]
    livraisons = [(chemin, envoi, _livraison(projet, chemin, envoi)) for chemin, envoi in annonces]
    siennes = [
        entree
        for entree in _manifeste(projet, jeu).entrees
        if Path(entree.livraison.fichier).parent.as_posix() == _relatif(projet, dossier)
        and entree.motif_retrait != ABSENT_DU_DOSSIER
    ]
    connues = {(entree.table, entree.livraison) for entree in siennes}
    annoncees = {(envoi.table, livraison) for _, envoi, livraison in livraisons}
    nouvelles = [trio for trio in livraisons if (trio[1].table, trio[2]) not in connues]
    perimees = [entree for entree in siennes if (entree.table, entree.livraison) not in annoncees]
    if not nouvelles and not perimees:
        return Depot(deja_la=len(livraisons))
    fait = _charger(projet, jeu, nouvelles, perimees)
    return Depot(fait.ajoutees, len(livraisons) - len(nouvelles), fait.retirees)


def _charger(projet: Projet, jeu: Jeu, nouvelles: list[tuple[Path, Envoi, Livraison]], perimees: list[Entree]) -> Depot:
    from bilan.collecte.anomalies import refus
    from bilan.collecte.examen import Contexte, examiner_canonique
    from bilan.entrepot.tables import EntrepotTables

    contexte = Contexte(projet)
    examens: list[tuple[Examen, Livraison]] = []
    for chemin, envoi, livraison in nouvelles:
        examen = examiner_canonique(chemin, envoi, contexte)
        if not examen.est_accepte:
            raise refus(chemin.name, examen.anomalies)
        examens.append((examen, livraison))
    with EntrepotTables(projet.entrepot, jeu).transaction() as transaction:
        for entree in perimees:
            transaction.retirer(entree.livraison_id, entree.livraison.date_connue, ABSENT_DU_DOSSIER)
        ajoutees = tuple(
            transaction.charger(examen.envoi.table, examen.lignes, livraison, deja_validees=True)
            for examen, livraison in examens
        )
    return Depot(ajoutees, retirees=tuple(entree.livraison_id for entree in perimees))


def _manifeste(projet: Projet, jeu: Jeu) -> Manifeste:
    return Manifeste.ouvrir(projet.entrepot / jeu.value / "tables" / "manifeste.json")


def _livraison(projet: Projet, chemin: Path, envoi: Envoi) -> Livraison:
    try:
        empreinte = fichiers.empreinte_fichier(chemin)
    except OSError as erreur:
        annonce = f" (annoncé par « {BORDEREAU} »)" if (chemin.parent / BORDEREAU).exists() else ""
        raise DonneesRefusees(
            f"Le fichier « {chemin} »{annonce} manque ou ne s'ouvre pas ; remettez-le à sa place ou corrigez son nom. "
            "Rien n'a été écrit."
        ) from erreur
    return Livraison(
        envoi.emetteur, envoi.periode, envoi.date_arrete, envoi.date_connue, _relatif(projet, chemin), empreinte
    )


def _relatif(projet: Projet, chemin: Path) -> str:
    complet = chemin.resolve()
    return complet.relative_to(projet.racine).as_posix() if complet.is_relative_to(projet.racine) else complet.name
