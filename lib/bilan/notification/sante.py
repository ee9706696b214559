"""La santé : ce qui se tait. Dernière réussite trop ancienne, émetteurs absents, disque plein, verrou qui dure."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.francais import compter, nombre
from bilan.notification.releve import dernier
from bilan.periode import Periode
from bilan.projet import Jeu, Projet

_GO = 1024**3


@dataclass(frozen=True)
class Seuils:
    """Au-delà de quoi l'on alerte : âge de la dernière réussite (jours), place libre (Go)."""

    age_jours: int = 8
    libre_go: float = 2.0


@dataclass(frozen=True)
class Constat:
    """Un point vérifié : sain ou non, et la phrase qui le dit."""

    sain: bool
    phrase: str


def examiner(projet: Projet, seuils: Seuils, maintenant: datetime, jeu: Jeu | None = None) -> list[Constat]:
    """Rend tous les constats, sains ou non ; les émetteurs ne sont cherchés que dans `jeu`, s'il est dit.

    Ne change rien dans le projet et ne lève aucune erreur pour un entrepôt vide : c'est un constat.
    """
    constats = [_reussite(projet, seuils, maintenant), _disque(projet, seuils)]
    return [*constats, _emetteurs(projet, jeu, maintenant)] if jeu else constats


def _reussite(projet: Projet, seuils: Seuils, maintenant: datetime) -> Constat:
    try:
        releve = dernier(projet)
    except (DonneesRefusees, TypeError):
        return Constat(False, "Le relevé de la dernière réussite ne se lit pas ; relancez « bilan executer ».")
    if releve is None:
        return Constat(False, "Aucune exécution n'a encore réussi ; lancez « bilan executer ».")
    age = maintenant - datetime.fromisoformat(releve.quand)
    quand = f"Dernière réussite il y a {compter(age.days, 'jour')}, version {releve.version or 'non publiée'}"
    if age > timedelta(days=seuils.age_jours):
        limite = compter(seuils.age_jours, "jour")
        return Constat(False, f"{quand} : plus de {limite} ; voyez si la tâche planifiée tourne encore.")
    return Constat(True, f"{quand}.")


def _disque(projet: Projet, seuils: Seuils) -> Constat:
    dossier = projet.entrepot if projet.entrepot.is_dir() else projet.racine
    libre = shutil.disk_usage(dossier).free / _GO
    phrase = f"{nombre(libre, 1)} Go libres pour l'entrepôt"
    if libre < seuils.libre_go:
        voulu = nombre(seuils.libre_go, 1)
        return Constat(False, f"{phrase}, moins de {voulu} : libérez de la place avant la prochaine exécution.")
    return Constat(True, f"{phrase}.")


def _emetteurs(projet: Projet, jeu: Jeu, maintenant: datetime) -> Constat:
    from bilan.collecte.suivi import suivre
    from bilan.entrepot.tables import EntrepotTables

    periode = Periode.lire(projet.collection.jeux[jeu].periode)
    try:
        suivi = suivre(EntrepotTables(projet.entrepot, jeu), periode, maintenant.date())
    except ErreurUsage as erreur:
        return Constat(False, erreur.message)
    en_retard = suivi.lignes.filter(statut="en_retard").height
    return Constat(not en_retard, f"{periode.libelle.capitalize()} : {suivi.phrase()}")
