"""Le courriel d'une exécution : état, période, trois chiffres, ce qui a changé, que faire, et le lien."""

from bilan.erreurs import CodeSortie, DonneesRefusees, ErreurBilan, PublicationRefusee
from bilan.francais import compter
from bilan.notification.echecs import code_de
from bilan.notification.releve import Releve
from bilan.periode import Periode
from bilan.projet import Collection, Jeu

_QUE_FAIRE = {
    CodeSortie.USAGE: "Corrigez la commande ou les réglages de la tâche planifiée.",
    CodeSortie.DONNEES_REFUSEES: "Ouvrez le journal de la tâche : il nomme le fichier, la ligne et la colonne.",
    CodeSortie.VERROU: "Vérifiez qu'aucune autre exécution n'est restée ouverte ; la prochaine reprendra.",
    CodeSortie.PUBLICATION_REFUSEE: "Ouvrez le journal de la tâche : il donne les contrôles en défaut ; corrigez-les.",
    CodeSortie.STOCKAGE: "Vérifiez l'adresse, les droits et le réseau du stockage ; la prochaine exécution déposera.",
}
_AUTRE = "Lisez le journal de la tâche, corrigez, puis relancez « bilan executer » : ce qui est fait ne se refait pas."


def reussite(collection: Collection, avant: Releve | None, apres: Releve, lien: str) -> tuple[str, str]:
    """Rend l'objet et le corps du courriel d'une publication."""
    parties = [f"Le bilan est publié : version {apres.version}."]
    for jeu, lus in apres.chiffres.items():
        declaration = collection.jeux[Jeu(jeu)]
        fiction = " (données fictives)" if Jeu(jeu).est_fictif else ""
        entete = f"{declaration.titre}{fiction}, {Periode.lire(declaration.periode).libelle} :"
        lignes = [f"  - {titre} : {valeur}" for titre, valeur in lus.items()]
        parties.append("\n".join([entete, *(lignes or ["  - aucun chiffre régional à donner"])]))
    parties.append("\n".join(["Ce qui a changé :", *(f"  - {phrase}" for phrase in changements(avant, apres))]))
    parties.append("À faire : relire le site, puis prévenir les destinataires du bilan.")
    parties.append(f"Lien : {lien or 'reports/courant/index.html, sur la machine qui exécute'}")
    return f"[bilan] Publié : version {apres.version}", "\n\n".join(parties) + "\n"


def changements(avant: Releve | None, apres: Releve) -> list[str]:
    """Rend ce qui diffère entre deux relevés, en phrases ; jamais une liste vide."""
    if avant is None:
        return ["première publication notifiée."]
    phrases = []
    for jeu, combien in apres.livraisons.items():
        if nouvelles := combien - avant.livraisons.get(jeu, 0):
            phrases.append(f"{jeu} : {compter(nouvelles, 'livraison nouvelle', 'livraisons nouvelles')}.")
    for jeu, lus in apres.chiffres.items():
        anciens = avant.chiffres.get(jeu, {})
        phrases += [
            f"{jeu}, {titre} : {anciens.get(titre, 'inconnu')} → {valeur}."
            for titre, valeur in lus.items()
            if anciens.get(titre) != valeur
        ]
    phrases += [f"{jeu}, {dit}." for jeu, dit in apres.changements.items() if dit and avant.changements.get(jeu) != dit]
    return phrases or ["aucun de ces chiffres ; les pages ou le code."]


def echec(erreur: BaseException, periode: str) -> tuple[str, str]:
    """Rend l'objet et le corps du courriel d'un échec.

    Le détail d'un refus, de données ou de publication, peut citer une cellule : il reste dans le journal, le
    courriel dit où regarder.
    """
    code = code_de(erreur)
    if isinstance(erreur, DonneesRefusees):
        dit = "Des données ont été refusées ; rien n'a été écrit."
    elif isinstance(erreur, PublicationRefusee):
        dit = "Le site construit n'a pas passé ses contrôles ; il n'est pas publié."
    elif isinstance(erreur, ErreurBilan):
        dit = erreur.message
    else:
        dit = f"Erreur inattendue ({type(erreur).__name__})."
    corps = [
        f"Le bilan n'a pas abouti (code de sortie {int(code)}), période {periode}.",
        dit,
        "Le site publié auparavant reste en place.",
        f"À faire : {_QUE_FAIRE.get(code, _AUTRE)}",
    ]
    return f"[bilan] Échec (code {int(code)})", "\n\n".join(corps) + "\n"


def alerte(phrases: list[str]) -> tuple[str, str]:
    """Rend l'objet et le corps du courriel d'une alerte de santé."""
    corps = ["« bilan sante » a trouvé :", "\n".join(f"  - {phrase}" for phrase in phrases)]
    corps.append("À faire : corrigez, puis relancez « bilan sante » ; voyez docs/exploitation.md.")
    return f"[bilan] Alerte : {compter(len(phrases), 'point')}", "\n\n".join(corps) + "\n"
