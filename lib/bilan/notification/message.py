"""Ce que dit le message d'une exécution : état, période, trois chiffres, ce qui a changé, que faire, et le lien."""

import platform

from bilan.erreurs import (
    CodeSortie,
    DonneesRefusees,
    ErreurBilan,
    ErreurUsage,
    ExecutionEchouee,
    PublicationRefusee,
    StockageDivergent,
    StockageIndisponible,
    VerrouTenu,
    manque_de_place,
)
from bilan.francais import compter
from bilan.notification.echecs import code_de
from bilan.notification.forme import Bloc, Message
from bilan.notification.releve import Releve
from bilan.periode import Periode
from bilan.projet import Collection, Jeu

_OU_LIRE = "le journal de la tâche (docs/exploitation.md dit où il est)"
_QUE_FAIRE = {
    CodeSortie.USAGE: "corrigez la commande ou les réglages de la tâche planifiée.",
    CodeSortie.DONNEES_REFUSEES: f"ouvrez {_OU_LIRE} : il nomme le fichier, la ligne et la colonne.",
    CodeSortie.VERROU: "vérifiez qu'aucune autre exécution n'est restée ouverte ; la prochaine reprendra.",
    CodeSortie.PUBLICATION_REFUSEE: f"ouvrez {_OU_LIRE} : il donne les contrôles en défaut ; corrigez-les.",
    CodeSortie.STOCKAGE: "vérifiez l'adresse, les droits et le réseau du stockage ; la prochaine exécution déposera.",
}
_AUTRE = f"lisez {_OU_LIRE}, corrigez, puis relancez « bilan executer » : ce qui est fait ne se refait pas."
_PLACE = "libérez de la place, puis relancez « bilan executer » : ce qui est fait ne se refait pas."
_SITE_D_AVANT = "Le site publié auparavant reste en place."


def reussite(collection: Collection, avant: Releve | None, apres: Releve, lien: str) -> Message:
    """Rend le message d'une exécution qui a abouti : publiée, à relire, ou seulement calculée."""
    objet, etat, a_faire = _aboutissement(apres.version)
    return Message(
        objet,
        (
            Bloc(texte=etat),
            *(_chiffres(collection, Jeu(jeu), lus) for jeu, lus in apres.chiffres.items()),
            Bloc("Ce qui a changé", points=tuple(changements(collection, avant, apres))),
            Bloc("À faire", a_faire),
            Bloc("Lien", lien or "reports/courant/index.html, sur la machine qui exécute"),
        ),
    )


def _chiffres(collection: Collection, jeu: Jeu, lus: dict[str, str]) -> Bloc:
    """Rend le bloc d'une édition : son titre, sa période, ses chiffres ou la phrase qui dit qu'il n'y en a pas."""
    declaration, fiction = collection.jeux[jeu], " (données fictives)" if jeu.est_fictif else ""
    titre = f"{declaration.titre}{fiction}, {Periode.lire(declaration.periode).libelle}"
    return Bloc(titre, points=() if lus else ("aucun chiffre régional à donner",), chiffres=tuple(lus.items()))


def _aboutissement(version: str) -> tuple[str, str, str]:
    """Rend l'objet, l'état et ce qu'il reste à faire."""
    from bilan.editions.publication import est_de_travail

    if not version:
        return (
            "Calculé",
            "Le bilan est calculé ; aucun site n'est en place.",
            "mettre le site en place (bilan executer).",
        )
    if est_de_travail(version):
        return (
            f"À relire : version {version}",
            f"Le bilan est à jour : version {version}, un document de travail.",
            "relire le site, le publier (« bilan publier »), puis prévenir les destinataires du bilan.",
        )
    return (
        f"Publié : version {version}",
        f"Le bilan est publié : version {version}.",
        "relire le site, puis prévenir les destinataires du bilan.",
    )


def changements(collection: Collection, avant: Releve | None, apres: Releve) -> list[str]:
    """Rend ce qui diffère entre deux relevés, en phrases qui nomment leur jeu ; jamais une liste vide."""
    if avant is None:
        return ["première publication notifiée."]
    phrases = []
    titres = {jeu.value: declaration.titre for jeu, declaration in collection.jeux.items()}
    for jeu, combien in apres.livraisons.items():
        if nouvelles := combien - avant.livraisons.get(jeu, 0):
            phrases.append(f"{titres[jeu]} : {compter(nouvelles, 'livraison nouvelle', 'livraisons nouvelles')}.")
    for jeu, lus in apres.chiffres.items():
        anciens = avant.chiffres.get(jeu, {})
        phrases += [
            f"{titres[jeu]}, {titre} : {anciens.get(titre, 'inconnu')} → {valeur}."
            for titre, valeur in lus.items()
            if anciens.get(titre) != valeur
        ]
    phrases += [
        f"{titres[jeu]}, {dit}." for jeu, dit in apres.changements.items() if dit and avant.changements.get(jeu) != dit
    ]
    return phrases or ["aucun de ces chiffres ; les pages ou le code."]


def echec(erreur: BaseException, periode: str) -> Message:
    """Rend le message d'un échec.

    Le détail d'un refus, de données ou de publication, peut citer une cellule : il reste dans le journal, le
    courriel dit où regarder.
    """
    code = code_de(erreur)
    titre, dit = _nommer(erreur)
    etat = f"Le bilan n'a pas abouti (code de sortie {int(code)}), période {periode}, sur {platform.node()}."
    a_faire = _PLACE if manque_de_place(erreur) else _QUE_FAIRE.get(code, _AUTRE)
    dits = (*(Bloc(texte=phrase) for phrase in (etat, dit, _etat_du_site(erreur))), Bloc("À faire", a_faire))
    return Message(f"Échec : {titre} (code {int(code)})", dits)


def _nommer(erreur: BaseException) -> tuple[str, str]:
    """Rend l'échec en quelques mots, pour l'objet, puis en une phrase sans aucune cellule."""
    if isinstance(erreur, DonneesRefusees):
        return "données refusées", "Des données ont été refusées ; rien n'a été écrit."
    if isinstance(erreur, PublicationRefusee):
        return "publication refusée", "Le site construit n'a pas passé ses contrôles ; il n'est pas publié."
    if isinstance(erreur, ErreurBilan):
        return _TITRES.get(type(erreur), "le bilan n'a pas abouti"), erreur.message
    if dit := manque_de_place(erreur):
        return "disque plein", f"{dit}."
    if isinstance(erreur, KeyboardInterrupt):
        return "interrompu", "L'exécution a été interrompue."
    return "erreur inattendue", f"Erreur inattendue ({type(erreur).__name__})."


_TITRES: dict[type[ErreurBilan], str] = {
    ErreurUsage: "demande mal formée",
    VerrouTenu: "déjà en cours",
    StockageIndisponible: "stockage injoignable",
    StockageDivergent: "stockage divergent",
    ExecutionEchouee: "carnets en échec",
}


def _etat_du_site(erreur: BaseException) -> str:
    """Dit ce qu'un lecteur voit après cet échec."""
    if isinstance(erreur, ExecutionEchouee):
        return "Le site est à jour ; les pages de ces carnets disent qu'ils ont échoué, et où."
    if isinstance(erreur, StockageIndisponible):
        return "Au stockage, le site publié auparavant reste en place ; ce qui est fait sur cette machine y reste."
    return _SITE_D_AVANT


def alerte(phrases: list[str]) -> Message:
    """Rend le message d'une alerte de santé."""
    a_faire = "corrigez, puis relancez « bilan sante » ; voyez docs/exploitation.md."
    trouve = Bloc("« bilan sante » a trouvé", points=tuple(phrases))
    return Message(f"Alerte : {compter(len(phrases), 'point')}", (trouve, Bloc("À faire", a_faire)))
