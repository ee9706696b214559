"""Le statut en une phrase, le texte à envoyer et le JSON d'un retour."""

import json
from dataclasses import asdict
from typing import Any

from bilan.collecte.anomalies import bloquantes
from bilan.collecte.lecture.trace import MOTIFS
from bilan.collecte.reception import Reception
from bilan.collecte.retour.regroupement import regrouper
from bilan.francais import accord, compter, nombre

_POINTS_ECRITS = 10


def statut(reception: Reception, derniere_bonne: str = "") -> str:
    """Rend le statut du fichier en une phrase ; `derniere_bonne` dit quelle version reste en place s'il est refusé."""
    graves = len(bloquantes(reception.anomalies))
    a_verifier = len(reception.anomalies) - graves
    suite = f"{nombre(a_verifier)} {accord(a_verifier, 'point')} à vérifier" if a_verifier else "rien à vérifier"
    if reception.est_acceptee and reception.examen is not None:
        lignes = compter(reception.examen.lignes.height, "ligne retenue", "lignes retenues")
        return f"Fichier accepté : {lignes}, {suite}."
    reste = f" {derniere_bonne}" if derniere_bonne else " Aucune version précédente n'a été reçue."
    anomalies = compter(graves, "anomalie bloquante", "anomalies bloquantes")
    return f"Fichier NON intégré : {anomalies}, {suite}.{reste}"


def texte(reception: Reception, phrase: str) -> str:
    """Rend le courriel prêt à envoyer : le statut, les premiers points, où lire le reste."""
    points = regrouper(reception.anomalies)
    lignes = ["Bonjour,", "", f"Votre fichier « {reception.chemin.name} » a été examiné. {phrase}"]
    if points:
        lignes += ["", "À corriger ou à confirmer :"]
        for point in points[:_POINTS_ECRITS]:
            ou = f"{point.anomalie.lieu} : " if str(point.anomalie.lieu) else ""
            lignes.append(
                f"- [{point.anomalie.gravite}] {ou}{point.constat[:1].lower()}{point.constat[1:]} ; "
                f"{point.anomalie.correction}."
            )
        if len(points) > _POINTS_ECRITS:
            lignes.append(f"- et {nombre(len(points) - _POINTS_ECRITS)} autres, dans le classeur joint.")
    lignes += [
        "",
        "Le classeur joint montre chaque case en cause. Corrigez dans votre fichier d'origine, puis renvoyez-le "
        "sous le même nom.",
        "",
        "Bien cordialement,",
    ]
    return "\n".join(lignes) + "\n"


def en_json(reception: Reception, phrase: str) -> str:
    """Rend le retour en JSON : statut, envoi, compte des cases, anomalies et corrections."""
    envoi: dict[str, Any] | None = asdict(reception.envoi) if reception.envoi else None
    contenu = {
        "fichier": reception.chemin.name,
        "empreinte": reception.empreinte,
        "accepte": reception.est_acceptee,
        "statut": phrase,
        "envoi": envoi,
        "correspondance": reception.carte,
        "lignes": reception.examen.lignes.height if reception.examen else 0,
        "cases": {
            "lues": reception.trace.lues,
            "retenues": reception.trace.retenues,
            "ecartees": reception.trace.par_motif(),
        },
        "anomalies": [asdict(anomalie) for anomalie in reception.anomalies],
        "corrections": [
            {"correction": faite.correction.model_dump(), "lieux": [asdict(lieu) for lieu in faite.lieux]}
            for faite in reception.corrections
        ],
    }
    return json.dumps(contenu, ensure_ascii=False, indent=1, default=str) + "\n"


def ecartees(reception: Reception) -> list[tuple[str, int]]:
    """Rend le libellé et le nombre de cases de chaque motif d'écart."""
    return [(MOTIFS[motif], cases) for motif, cases in reception.trace.par_motif().items()]
