"""Un gabarit : les colonnes du catalogue, leurs listes, leurs messages, et l'estampille que relit la collecte."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dataframely as dy
import xlsxwriter

from bilan.collecte.lecture.estampille import FEUILLE, VERSION
from bilan.collecte.retour.classeur import OPTIONS
from bilan.collecte.tableau import Colonne
from bilan.entrepot import fichiers
from bilan.periode import Periode
from bilan.tables.catalogue import CATALOGUE, description, titre
from bilan.tables.colonne import Fiche, fiche_de

DE_L_ENVOI = frozenset({"annee", "periode", "bailleur_siren", "bailleur_nom", "date_arrete"})
"""Colonnes que l'estampille renseigne : on ne les redemande pas à chaque ligne."""

LIGNES = 300
_LIGNE_TITRES = 2
_MESSAGE_MAX = 250


@dataclass(frozen=True)
class Gabarit:
    """Ce qu'il faut pour écrire un gabarit.

    `prerempli` : lignes déjà écrites, par colonne canonique ; `listes` : valeurs proposées pour une colonne libre
    (« 06088 – Nice »). `emetteur` est un SIREN, ou le nom court du service pour un registre.
    """

    table: str
    emetteur: str
    emetteur_nom: str
    periode: Periode
    prerempli: Sequence[Mapping[str, Any]] = ()
    listes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def colonnes(self) -> list[str]:
        """Colonnes demandées, dans l'ordre du catalogue."""
        omises = DE_L_ENVOI if self.emetteur.isdecimal() else DE_L_ENVOI - {"bailleur_siren", "bailleur_nom"}
        return [nom for nom in CATALOGUE[self.table].column_names() if nom not in omises]


def ecrire_gabarit(chemin: Path, gabarit: Gabarit) -> None:
    """Écrit le classeur du gabarit dans `chemin`, d'un coup."""
    with fichiers.remplacement(chemin) as a_cote, xlsxwriter.Workbook(str(a_cote), OPTIONS) as classeur:
        styles = {
            "texte": classeur.add_format({"font_name": "Arial", "font_size": 10, "num_format": "@", "locked": False}),
            "entier": classeur.add_format(
                {"font_name": "Arial", "font_size": 10, "num_format": "#,##0", "locked": False}
            ),
            "decimal": classeur.add_format(
                {"font_name": "Arial", "font_size": 10, "num_format": "0.0#", "locked": False}
            ),
            "date": classeur.add_format(
                {"font_name": "Arial", "font_size": 10, "num_format": "dd/mm/yyyy", "locked": False}
            ),
            "titre": classeur.add_format(
                {
                    "font_name": "Arial",
                    "font_size": 10,
                    "bold": True,
                    "text_wrap": True,
                    "bg_color": "#E3E3FD",
                    "bottom": 1,
                    "valign": "top",
                }
            ),
            "grand": classeur.add_format({"font_name": "Arial", "font_size": 13, "bold": True}),
            "alerte": classeur.add_format({"bg_color": "#FFE9E6", "font_color": "#B34000"}),
            "notice": classeur.add_format({"font_name": "Arial", "font_size": 10, "text_wrap": True, "valign": "top"}),
        }
        _ecrire_notice(classeur.add_worksheet("Mode d'emploi"), gabarit, styles)
        saisie = classeur.add_worksheet("Saisie")
        listes = classeur.add_worksheet("Listes")
        listes.hide()
        _ecrire_saisie((classeur, saisie, listes), gabarit, styles)
        _estamper(classeur, gabarit)
        saisie.activate()


def _ecrire_notice(onglet: Any, gabarit: Gabarit, styles: dict[str, Any]) -> None:
    onglet.set_column(0, 0, 34)
    onglet.set_column(1, 1, 90)
    onglet.write_string(0, 0, f"{titre(gabarit.table)} : {gabarit.periode.libelle}", styles["grand"])
    lignes = [
        ("Émetteur", f"{gabarit.emetteur_nom} ({gabarit.emetteur})"),
        ("Ce que l'on demande", description(gabarit.table)),
        (
            "Comment remplir",
            "Une ligne par combinaison, dans l'onglet « Saisie ». Une case vide "
            "veut dire « non renseigné », jamais zéro. Ne changez ni les titres ni l'ordre des onglets.",
        ),
        ("Ce que l'on ne demande pas", "Aucun nom de personne, aucun numéro de demande, aucune adresse de logement."),
    ]
    for nom in gabarit.colonnes:
        fiche = fiche_de(CATALOGUE[gabarit.table].columns()[nom])
        unite = f" En {fiche.unite}." if fiche.unite else ""
        lignes.append((fiche.titre, f"{fiche.description}.{unite} Source : {fiche.source}."))
    for rang, (quoi, dit) in enumerate(lignes, start=2):
        onglet.write_string(rang, 0, quoi, styles["notice"])
        onglet.write_string(rang, 1, dit, styles["notice"])


def _ecrire_saisie(onglets: tuple[Any, Any, Any], gabarit: Gabarit, styles: dict[str, Any]) -> None:
    classeur, saisie, listes = onglets
    saisie.write_string(0, 0, f"{gabarit.emetteur_nom} — {gabarit.periode.libelle}", styles["grand"])
    saisie.freeze_panes(_LIGNE_TITRES + 1, 1)
    saisie.set_row(_LIGNE_TITRES, 42)
    for rang, nom in enumerate(gabarit.colonnes):
        col = CATALOGUE[gabarit.table].columns()[nom]
        fiche = fiche_de(col)
        saisie.write_string(_LIGNE_TITRES, rang, fiche.titre, styles["titre"])
        saisie.set_column(rang, rang, 20, styles[_style(col)])
        regle = _regle_de_saisie((classeur, listes, rang), nom, col, gabarit)
        derniere = _LIGNE_TITRES + LIGNES
        saisie.data_validation(_LIGNE_TITRES + 1, rang, derniere, rang, regle | _messages(fiche))
    for decalage, ligne in enumerate(gabarit.prerempli, start=1):
        for rang, nom in enumerate(gabarit.colonnes):
            _ecrire_case(
                saisie,
                (_LIGNE_TITRES + decalage, rang),
                ligne.get(nom),
                (CATALOGUE[gabarit.table].columns()[nom], styles),
            )
    _alerter(saisie, gabarit, styles)
    saisie.protect(
        "", {"insert_rows": True, "delete_rows": True, "format_columns": True, "sort": True, "autofilter": True}
    )
    for rang in range(_LIGNE_TITRES + 1, _LIGNE_TITRES + LIGNES + 1):
        saisie.set_row(rang, None)


def _style(col: dy.Column) -> str:
    return {"Int64": "entier", "Float64": "decimal", "Date": "date"}.get(type(col).__name__, "texte")


def _ecrire_case(onglet: Any, ou: tuple[int, int], valeur: Any, mise: tuple[dy.Column, dict[str, Any]]) -> None:
    if valeur is None:
        return
    col, styles = mise
    style = styles[_style(col)]
    libelles = fiche_de(col).valeurs
    if isinstance(valeur, date):
        onglet.write_datetime(*ou, valeur, style)
    elif isinstance(valeur, int | float):
        onglet.write_number(*ou, valeur, style)
    else:
        onglet.write_string(*ou, libelles.get(valeur, valeur) if libelles else str(valeur), style)


def _messages(fiche: Fiche) -> dict[str, Any]:
    return {
        "input_title": fiche.titre[:32],
        "input_message": fiche.description[:_MESSAGE_MAX],
        "error_title": "Valeur refusée",
        "error_message": f"{fiche.description[:180]}. Choisissez dans la liste, ou laissez vide."[:_MESSAGE_MAX],
    }


def _regle_de_saisie(onglets: tuple[Any, Any, int], nom: str, col: dy.Column, gabarit: Gabarit) -> dict[str, Any]:
    """Rend la règle de saisie d'Excel ; les listes vont dans l'onglet caché, car une liste écrite est trop courte."""
    classeur, listes, rang = onglets
    choix = list((fiche_de(col).valeurs or {}).values()) or list(gabarit.listes.get(nom, ()))
    if choix:
        for ligne, valeur in enumerate(choix):
            listes.write_string(ligne, rang, valeur)
        lettre = Colonne(nom, rang).lettre
        classeur.define_name(f"liste_{nom}", f"=Listes!${lettre}$1:${lettre}${len(choix)}")
        return {"validate": "list", "source": f"=liste_{nom}"}
    if isinstance(col, dy.Int64):
        return {"validate": "integer", "criteria": ">=", "value": 0 if col.min is None else int(col.min)}
    if isinstance(col, dy.Float64):
        return {"validate": "decimal", "criteria": ">=", "value": 0}
    if isinstance(col, dy.Date):
        return {"validate": "date", "criteria": "between", "minimum": date(2000, 1, 1), "maximum": date(2099, 12, 31)}
    return {"validate": "any"}


def _alerter(onglet: Any, gabarit: Gabarit, styles: dict[str, Any]) -> None:
    """Colore une ligne où l'on attribue plus qu'on ne propose."""
    if not {"logements_proposes", "logements_attribues"} <= set(gabarit.colonnes):
        return
    proposes = Colonne("", gabarit.colonnes.index("logements_proposes")).lettre
    attribues = Colonne("", gabarit.colonnes.index("logements_attribues")).lettre
    debut = _LIGNE_TITRES + 2
    onglet.conditional_format(
        f"{proposes}{debut}:{attribues}{_LIGNE_TITRES + LIGNES + 1}",
        {"type": "formula", "criteria": f"=${attribues}{debut}>${proposes}{debut}", "format": styles["alerte"]},
    )


def _estamper(classeur: Any, gabarit: Gabarit) -> None:
    onglet = classeur.add_worksheet(FEUILLE)
    couples = (("gabarit_version", VERSION), ("table", gabarit.table), ("emetteur", gabarit.emetteur),
               ("emetteur_nom", gabarit.emetteur_nom), ("periode", str(gabarit.periode)))  # fmt: skip
    for rang, (cle, valeur) in enumerate(couples):
        onglet.write_string(rang, 0, cle)
        onglet.write_string(rang, 1, valeur)
    onglet.very_hidden()
    classeur.define_name("gabarit_version", f'="{VERSION}"')
