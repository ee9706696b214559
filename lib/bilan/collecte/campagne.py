"""Contrôler une campagne : recevoir des fichiers, écrire leurs retours, faire entrer ceux qui sont acceptés."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from bilan.collecte.anomalies import Anomalie, Gravite, Lieu
from bilan.collecte.controles.tous import Connu
from bilan.collecte.lecture.garde import FORMATS
from bilan.collecte.reception import Demande, Guichet, Reception
from bilan.collecte.retour.classeur import ecrire_classeur
from bilan.collecte.retour.textes import en_json, statut, texte
from bilan.entrepot import fichiers
from bilan.entrepot.manifeste import Entree, Manifeste
from bilan.entrepot.tables import EntrepotTables, Livraison
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.francais import compter, date_longue
from bilan.projet import Jeu, Projet

DOSSIER_DEPOTS = Path("data") / "depots"


@dataclass(frozen=True)
class Controle:
    """Issue d'un fichier : sa réception, son statut en une phrase, ses retours et sa livraison s'il est entré."""

    reception: Reception
    statut: str
    retours: tuple[Path, ...] = ()
    livraison_id: str = ""


@dataclass(frozen=True)
class Campagne:
    """Ce que l'on demande : les fichiers, s'il faut les faire entrer, et où écrire les retours (nulle part sinon)."""

    chemins: Sequence[Path]
    demande: Demande = field(default_factory=Demande)
    integrer: bool = False
    retours: Path | None = None
    corrections: Path | None = None


def controler(projet: Projet, jeu: Jeu, campagne: Campagne, dire: Callable[[str], object] = str) -> list[Controle]:
    """Rend l'issue de chaque fichier, dans l'ordre ; `dire` reçoit une ligne par fichier.

    Un fichier accepté entre en une transaction ; un fichier refusé n'y laisse rien et la dernière version bonne
    reste. Lève `ErreurUsage` si aucun fichier n'est donné.
    """
    chemins = trouver_fichiers(campagne.chemins)
    entrepot = EntrepotTables(projet.entrepot, jeu)
    connu = Connu(entrepot.lire("flux_bilan"), _parc(entrepot))
    issues = []
    with Guichet(projet, connu, campagne.corrections) as guichet:
        for chemin in chemins:
            reception = guichet.recevoir(chemin, campagne.demande)
            manifeste = Manifeste.ouvrir(entrepot.manifeste)
            reception.anomalies += _double_envoi(reception, manifeste)
            issue = _conclure(projet, entrepot, reception, campagne)
            entree = f" Livraison {issue.livraison_id}." if issue.livraison_id else ""
            dire(f"{chemin.name} : {issue.statut}{entree}")
            issues.append(issue)
    return issues


def trouver_fichiers(chemins: Sequence[Path]) -> list[Path]:
    """Rend les fichiers donnés, et ceux des dossiers donnés, triés par nom ; lève `ErreurUsage` s'il n'y en a aucun."""
    trouves: list[Path] = []
    for chemin in chemins:
        if chemin.is_dir():
            trouves += sorted(f for f in chemin.iterdir() if f.suffix.lower() in FORMATS and f.name[0] not in ".~")
        else:
            trouves.append(chemin)
    if not trouves:
        donnes = ", ".join(f"« {chemin} »" for chemin in chemins) or "rien"
        raise ErreurUsage(
            f"Aucun fichier à contrôler n'a été trouvé ({donnes}) ; donnez des fichiers, ou un dossier qui "
            f"en contient ({', '.join(FORMATS)})."
        )
    return trouves


def verifier(issues: Sequence[Controle]) -> None:
    """Lève `DonneesRefusees` si un fichier au moins est refusé : c'est le code de sortie de la commande."""
    refuses = [issue.reception.chemin.name for issue in issues if not issue.reception.est_acceptee]
    if refuses:
        noms = ", ".join(f"« {nom} »" for nom in refuses[:5]) + ("…" if len(refuses) > 5 else "")
        raise DonneesRefusees(
            f"{compter(len(refuses), 'fichier refusé', 'fichiers refusés')} sur {len(issues)} : {noms} ; les retours "
            "disent quoi corriger. Rien n'en a été écrit dans l'entrepôt."
        )


def _parc(entrepot: EntrepotTables) -> pl.DataFrame:
    return entrepot.lire("parc_rpls").filter(pl.col("niveau") == "bailleur_commune")


def _conclure(projet: Projet, entrepot: EntrepotTables, reception: Reception, campagne: Campagne) -> Controle:
    identifiant = ""
    if reception.est_acceptee and campagne.integrer:
        identifiant = integrer(projet, entrepot, reception)
    phrase = statut(reception, _derniere_bonne(entrepot, reception))
    retours: tuple[Path, ...] = ()
    if campagne.retours is not None:
        retours = ecrire_retours(campagne.retours, reception, phrase)
    return Controle(reception, phrase, retours, identifiant)


def integrer(projet: Projet, entrepot: EntrepotTables, reception: Reception) -> str:
    """Fait entrer un fichier accepté dans l'entrepôt, en une transaction, et rend l'identifiant de sa livraison.

    Le même fichier deux fois ne change rien ; une version plus récente remplace l'ancienne, qui reste lisible.
    """
    assert reception.examen is not None and reception.envoi is not None
    envoi = reception.envoi
    complet = reception.chemin.resolve()
    nom = complet.relative_to(projet.racine).as_posix() if complet.is_relative_to(projet.racine) else complet.name
    livraison = Livraison(envoi.emetteur, envoi.periode, envoi.date_arrete, envoi.date_connue, nom, reception.empreinte)
    with entrepot.transaction() as transaction:
        identifiant = transaction.charger(envoi.table, reception.examen.lignes, livraison)
        transaction.tracer(identifiant, reception.examen.lignage)
    return identifiant


def retirer(projet: Projet, jeu: Jeu, livraison_id: str, motif: str, jour: date | None = None) -> None:
    """Retire une livraison : la précédente redevient celle qui vaut ; lève `ErreurUsage` si elle est inconnue."""
    EntrepotTables(projet.entrepot, jeu).retirer(livraison_id, jour or date.today(), motif)


def _double_envoi(reception: Reception, manifeste: Manifeste) -> list[Anomalie]:
    envoi = reception.envoi
    for entree in manifeste.entrees:
        meme_fichier = entree.livraison.empreinte == reception.empreinte and entree.retiree_le is None
        if (
            envoi
            and meme_fichier
            and (entree.livraison.emetteur, entree.livraison.periode) != (envoi.emetteur, envoi.periode)
        ):
            constat = (
                f"ce fichier a déjà été reçu pour la période {entree.livraison.periode} de l'émetteur "
                f"{entree.livraison.emetteur}"
            )
            return [
                Anomalie(
                    Gravite.BLOQUANT,
                    "double_envoi",
                    constat,
                    "envoyez le fichier de cette période",
                    Lieu(reception.chemin.name),
                )
            ]
    return []


def _derniere_bonne(entrepot: EntrepotTables, reception: Reception) -> str:
    if reception.envoi is None:
        return ""
    retenues = Manifeste.ouvrir(entrepot.manifeste).retenues(reception.envoi.table)
    siennes = [e for e in retenues if e.livraison.emetteur == reception.envoi.emetteur]
    de_la_periode: list[Entree] = [e for e in siennes if e.livraison.periode == reception.envoi.periode]
    if not de_la_periode:
        return ""
    livraison = de_la_periode[-1].livraison
    return (
        f"La version reçue le {date_longue(livraison.date_connue)} (« {Path(livraison.fichier).name} ») reste en place."
    )


_HORS_NOM = re.compile(r"[^A-Za-z0-9_-]+")


def ecrire_retours(dossier: Path, reception: Reception, phrase: str) -> tuple[Path, ...]:
    """Écrit le classeur annoté, le texte et le JSON du retour ; rend leurs chemins.

    Le nom des retours ne garde du fichier reçu que lettres sans accent, chiffres et tirets.
    """
    base = _HORS_NOM.sub("_", reception.chemin.stem).strip("_")[:80] or "fichier"
    suffixe = reception.chemin.suffix.lower().removeprefix(".")
    classeur, courriel, machine = (dossier / f"retour_{base}_{suffixe}.{ext}" for ext in ("xlsx", "txt", "json"))
    with fichiers.remplacement(classeur) as a_cote:
        ecrire_classeur(a_cote, reception, phrase)
    fichiers.ecrire(courriel, texte(reception, phrase).encode())
    fichiers.ecrire(machine, en_json(reception, phrase).encode())
    return classeur, courriel, machine
