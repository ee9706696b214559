"""Le classeur annoté : « À corriger » d'abord, puis les valeurs reçues en texte. Jamais le fichier de l'émetteur."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from bilan.collecte.anomalies import Anomalie
from bilan.collecte.lecture.feuille import Feuille
from bilan.collecte.reception import Reception
from bilan.collecte.retour.regroupement import regrouper
from bilan.collecte.retour.textes import ecartees
from bilan.francais import enumerer

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Un texte reçu reste un texte : ni formule, ni lien, ni nombre."""

_TITRES = ("N°", "Gravité", "Cellule", "Colonne", "Valeur reçue", "Constat", "Correction attendue")
_LARGEURS = (5, 13, 22, 26, 22, 60, 60)
_LIGNES_MAX = 50_000
_TEXTE_MAX = 2_000


def ecrire_classeur(chemin: Path, reception: Reception, phrase: str) -> None:
    """Écrit le classeur annoté du retour dans `chemin`."""
    with xlsxwriter.Workbook(str(chemin), {**OPTIONS, "constant_memory": False}) as classeur:
        styles = _styles(classeur)
        onglets = _noms_d_onglets(reception.feuilles)
        _ecrire_points(classeur.add_worksheet("À corriger"), reception, phrase, (styles, onglets))
        marquees = _par_cellule(reception.anomalies)
        for feuille in reception.feuilles:
            onglet = classeur.add_worksheet(onglets[feuille.nom])
            _ecrire_recu(onglet, feuille, marquees.get(feuille.nom, {}), styles)
        _ecrire_lecture(classeur.add_worksheet("Ce qui a été lu"), reception, styles)


def _styles(classeur: Any) -> dict[str, Any]:
    base = {"font_name": "Arial", "font_size": 10, "valign": "top"}
    return {
        "texte": classeur.add_format({**base, "num_format": "@", "text_wrap": True}),
        "brut": classeur.add_format({**base, "num_format": "@"}),
        "entete": classeur.add_format({**base, "bold": True, "bg_color": "#E3E3FD", "bottom": 1}),
        "statut": classeur.add_format({**base, "bold": True, "font_size": 12}),
        "lien": classeur.add_format({**base, "font_color": "#000091", "underline": 1}),
        "bloquant": classeur.add_format(
            {**base, "num_format": "@", "border": 2, "border_color": "#CE0500", "bg_color": "#FFE9E6"}
        ),
        "à vérifier": classeur.add_format(
            {**base, "num_format": "@", "border": 2, "border_color": "#B34000", "bg_color": "#FEEBD0"}
        ),
    }


def _noms_d_onglets(feuilles: Sequence[Feuille]) -> dict[str, str]:
    """Rend un nom d'onglet permis et unique par feuille reçue ; « Votre fichier » si elle n'a pas de nom."""
    noms: dict[str, str] = {}
    for rang, feuille in enumerate(feuilles, start=1):
        propre = "".join(c if c not in "[]:*?/\\'" and c.isprintable() else " " for c in feuille.nom).strip()[:22]
        seul = len(feuilles) == 1
        noms[feuille.nom] = "Votre fichier" if seul or not propre else f"Reçu {rang} {propre}"[:31]
    return noms


def _par_cellule(anomalies: Sequence[Anomalie]) -> dict[str, dict[str, Anomalie]]:
    """Rend, par feuille et par cellule, l'anomalie la plus grave."""
    marquees: dict[str, dict[str, Anomalie]] = {}
    for anomalie in sorted(anomalies, key=lambda a: a.est_bloquante):
        if anomalie.lieu.cellule:
            marquees.setdefault(anomalie.lieu.feuille, {})[anomalie.lieu.cellule] = anomalie
    return marquees


def _ecrire_points(onglet: Any, reception: Reception, phrase: str, mise: tuple[dict[str, Any], dict[str, str]]) -> None:
    styles, onglets = mise
    onglet.write_string(0, 0, phrase, styles["statut"])
    for colonne, (titre, largeur) in enumerate(zip(_TITRES, _LARGEURS, strict=True)):
        onglet.write_string(2, colonne, titre, styles["entete"])
        onglet.set_column(colonne, colonne, largeur)
    onglet.freeze_panes(3, 0)
    points = regrouper(reception.anomalies)
    for rang, point in enumerate(points, start=1):
        anomalie, ligne = point.anomalie, rang + 2
        onglet.write_number(ligne, 0, rang, styles["texte"])
        onglet.write_string(ligne, 1, str(anomalie.gravite), styles["texte"])
        _ecrire_lien(onglet, ligne, anomalie, (styles, onglets))
        dits = (anomalie.lieu.colonne, anomalie.valeur or "", point.constat, anomalie.correction)
        for colonne, dit in enumerate(dits, start=3):
            onglet.write_string(ligne, colonne, dit[:_TEXTE_MAX], styles["texte"])
    if not points:
        onglet.write_string(3, 0, "Rien à corriger.", styles["texte"])


def _ecrire_lien(onglet: Any, ligne: int, anomalie: Anomalie, mise: tuple[dict[str, Any], dict[str, str]]) -> None:
    styles, onglets = mise
    lieu = anomalie.lieu
    cible = lieu.cellule or (f"A{lieu.ligne}" if lieu.ligne else "")
    if cible and lieu.feuille in onglets:
        onglet.write_url(ligne, 2, f"internal:'{onglets[lieu.feuille]}'!{cible}", styles["lien"], cible)
    else:
        onglet.write_string(ligne, 2, cible or "tout le fichier", styles["texte"])


def _ecrire_recu(onglet: Any, feuille: Feuille, marquees: dict[str, Anomalie], styles: dict[str, Any]) -> None:
    onglet.set_column(0, max((len(ligne) for ligne in feuille.lignes), default=1), 18, styles["brut"])
    for rang, ligne in enumerate(feuille.lignes[:_LIGNES_MAX]):
        for colonne, case in enumerate(ligne):
            if case:
                onglet.write_string(rang, colonne, case[:32_000], styles["brut"])
    for cellule, anomalie in marquees.items():
        rang, colonne = _coordonnees(cellule)
        if rang >= _LIGNES_MAX:
            continue
        ligne = feuille.lignes[rang] if rang < len(feuille.lignes) else []
        case = ligne[colonne] if colonne < len(ligne) else ""
        onglet.write_string(rang, colonne, case[:32_000], styles[str(anomalie.gravite)])
        onglet.write_comment(rang, colonne, f"{anomalie.gravite} : {anomalie.constat} ; {anomalie.correction}"[:900])


def _coordonnees(cellule: str) -> tuple[int, int]:
    lettres = cellule.rstrip("0123456789")
    colonne = 0
    for lettre in lettres:
        colonne = 26 * colonne + ord(lettre) - 64
    return int(cellule[len(lettres) :]) - 1, colonne - 1


def _ecrire_lecture(onglet: Any, reception: Reception, styles: dict[str, Any]) -> None:
    onglet.set_column(0, 0, 60)
    onglet.set_column(1, 1, 14)
    onglet.set_column(2, 2, 70)
    lignes: list[tuple[str, int | str, str]] = [
        ("Cases lues dans le fichier", reception.trace.lues, ""), ("Cases retenues", reception.trace.retenues, ""),
    ]  # fmt: skip
    lignes += [(f"Écartées : {libelle}", cases, "") for libelle, cases in ecartees(reception)]
    for ecart in [e for e in reception.trace.ecarts if e.motif not in ("entete", "feuille_non_lue")][:500]:
        lignes.append((f"{ecart.feuille or 'fichier'}, ligne {ecart.ligne or '—'}", ecart.cases, ecart.apercu))
    for faite in reception.corrections:
        c, ou = faite.correction, enumerer([lieu.cellule or str(lieu) for lieu in faite.lieux[:5]])
        lignes.append(
            (
                f"Correction déclarée : {c.colonne} « {c.attendu} » → « {c.nouveau} »",
                len(faite.lieux),
                f"{c.motif} ({c.fourni_par}) ; {ou}",
            )
        )
    for rang, (dit, combien, apercu) in enumerate(lignes):
        onglet.write_string(rang, 0, dit[:_TEXTE_MAX], styles["texte"])
        onglet.write_number(rang, 1, int(combien), styles["texte"])
        onglet.write_string(rang, 2, apercu, styles["texte"])
