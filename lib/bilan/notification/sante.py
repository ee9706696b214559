"""La santé : ce qui se tait.

Dernière réussite trop ancienne, échec dont nul n'est prévenu, exécution tuée, dépôt en attente, émetteurs absents,
disque plein.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bilan.carnets.verrou import au_travail
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.francais import compter, date_longue, enumerer, nombre, pourcent
from bilan.notification import echecs
from bilan.notification.releve import dernier
from bilan.periode import Periode
from bilan.projet import Jeu, Projet
from bilan.stockage import etat

if TYPE_CHECKING:
    from bilan.entrepot.tables import EntrepotTables

_GO = 1024**3
_NOMMES = 5
"""Bailleurs en retard que nomme l'alerte, les plus grands d'abord ; au-delà, elle les compte."""


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
    constats += [*_execution(projet), *_stockage(projet)]
    return [*constats, _emetteurs(projet, jeu, maintenant)] if jeu else constats


def _reussite(projet: Projet, seuils: Seuils, maintenant: datetime) -> Constat:
    try:
        releve = dernier(projet)
    except (DonneesRefusees, TypeError):
        return Constat(False, "Le relevé de la dernière réussite ne se lit pas ; relancez « bilan executer ».")
    if releve is None:
        return Constat(False, "Aucune exécution n'a encore réussi ; lancez « bilan executer ».")
    age = maintenant - datetime.fromisoformat(releve.quand)
    il_y_a = compter(age.days, "jour") if age.days else "moins d'un jour"
    quand = f"Dernière réussite le {_jour(releve.quand)}, il y a {il_y_a}, version {releve.version or 'non publiée'}"
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


def _execution(projet: Projet) -> list[Constat]:
    """Dit si une exécution est en cours, a été tuée ou a échoué ; rien si la dernière a abouti."""
    if tenant := au_travail(projet):
        qui, vivant = tenant
        if vivant:
            return [Constat(True, f"Une exécution est en cours ({qui}).")]
        return [Constat(False, f"La dernière exécution a été tuée ({qui}) ; relancez-la : elle reprendra.")]
    echec = echecs.dernier(projet)
    if echec is None:
        return []
    quand = f"La dernière exécution a échoué{f' le {_jour(echec.quand)}' if echec.quand else ''} (code {echec.code})"
    if echec.prevenu:
        return [Constat(True, f"{quand} ; la boîte fonctionnelle en est prévenue.")]
    return [Constat(False, f"{quand} et personne n'en a été prévenu ; lisez le journal de la tâche.")]


def _stockage(projet: Projet) -> list[Constat]:
    if not etat.adresse(projet):
        return []
    connu = etat.lire(projet)
    if connu.en_attente and not _travaille(projet):
        depuis = _jour(connu.en_attente)
        return [Constat(False, f"Des résultats attendent depuis le {depuis} d'aller au stockage ; relancez.")]
    if not connu.manifeste:
        return [Constat(False, "Rien n'a encore été déposé au stockage ; lancez « bilan stockage deposer ».")]
    return [Constat(True, "Le stockage a tout ce qui est ici.")]


def _travaille(projet: Projet) -> bool:
    tenant = au_travail(projet)
    return tenant is not None and tenant[1]


def _jour(quand: str) -> str:
    return f"{datetime.fromisoformat(quand):%d/%m/%Y à %H:%M}"


def _emetteurs(projet: Projet, jeu: Jeu, maintenant: datetime) -> Constat:
    """Dit qui, parmi les émetteurs que déclare le jeu, est en retard."""
    from bilan.collecte.suivi import suivre
    from bilan.entrepot.tables import EntrepotTables

    declaration, tables = projet.collection.jeux[jeu], EntrepotTables(projet.entrepot, jeu)
    if declaration.emetteurs == "aucun":
        return _personne_n_est_attendu(tables, jeu, maintenant)
    periode = Periode.lire(declaration.periode)
    try:
        suivi = suivre(tables, periode, maintenant.date(), sirens=declaration.sirens_declares)
    except ErreurUsage as erreur:
        return Constat(False, f"{erreur.message} Ou déclarez « emetteurs » sous [jeux.{jeu}] de collection.toml.")
    phrase, en_retard = f"{periode.libelle.capitalize()} : {suivi.phrase()}", suivi.lignes.filter(statut="en_retard")
    if en_retard.is_empty():
        return Constat(True, phrase)
    nommes = [
        f"{nom} ({pourcent(part)} du parc)" if part else nom
        for nom, part in en_retard.head(_NOMMES).select("bailleur", "part_parc_pct").iter_rows()
    ]
    if autres := en_retard.height - len(nommes):
        nommes.append(compter(autres, "autre"))
    return Constat(
        False,
        f"{phrase} En retard depuis le {date_longue(suivi.echeance)} : {enumerer(nommes)} ; relancez-les (« bilan "
        f"controler --bilan --jeu {jeu} --periode {periode} » donne la liste).",
    )


def _personne_n_est_attendu(tables: "EntrepotTables", jeu: Jeu, maintenant: datetime) -> Constat:
    """Constat sain, sauf si l'entrepôt montre que des bailleurs envoient : leur silence passerait inaperçu."""
    from bilan.collecte.suivi import emetteurs_connus

    if envoient := emetteurs_connus(tables, maintenant.date()):
        combien = compter(len(envoient), "bailleur a envoyé un bilan", "bailleurs ont envoyé un bilan")
        return Constat(
            False,
            f"collection.toml n'attend aucun émetteur sous [jeux.{jeu}], mais {combien} : le silence des autres ne "
            's\'annonce pas ; écrivez-y emetteurs = "parc", ou la liste de leurs SIREN.',
        )
    return Constat(True, f"Aucun émetteur n'est attendu (« emetteurs » de [jeux.{jeu}], dans collection.toml).")
