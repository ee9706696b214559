"""L'annexe : un classeur où chaque figure a sa feuille, et chaque nombre reste un nombre."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bilan import francais
from bilan.editions.annuaire import Annuaire, cle_de_tri
from bilan.editions.executions import Edition
from bilan.editions.filigrane import PLACE_DANS_L_ANNEXE
from bilan.editions.recueil import Planche, recueillir
from bilan.editions.signes import SIGNES
from bilan.editions.textes import Textes
from bilan.editions.vues import MATURITES
from bilan.entrepot import fichiers
from bilan.figures import tableau
from bilan.figures.modele import Colonne
from bilan.periode import Periode

LISEZ_MOI = "Lisez-moi"
SOMMAIRE = "Sommaire"
_NOM_MAX = 31
_POLICE = {"font_name": "Arial", "font_size": 10, "valign": "top"}
_UNITES = {"pourcent": "%", "points": "points", "jours": "jours"}
_NOMBRES = {"nombre": "#,##0", "decimal": "#,##0.0", "pourcent": "0.0", "points": "+0.0;-0.0;0.0", "jours": "#,##0"}
_LARGEUR = (9, 60)
_LIGNE = 13.5
"""Hauteur d'une ligne de texte, en points : LibreOffice ne la calcule pas pour un texte qui se replie."""
_OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False,
}
_ENTETE = 4
"""Rang de la ligne des titres de colonnes, sous le titre, le sous-titre, l'état des données et le retour."""


@dataclass(frozen=True)
class Dossier:
    """Ce qu'une annexe dit d'elle-même : l'édition, les noms des territoires, les textes et le contact."""

    edition: Edition
    annuaire: Annuaire
    textes: Textes
    contact: str


def ecrire_annexe(dossier: Dossier, chemin: Path) -> int:
    """Écrit le classeur de l'édition dans `chemin`, d'un coup, et rend son nombre de feuilles de figures.

    Les mêmes exécutions donnent le même fichier, octet pour octet : la date de création est celle des données.
    """
    planches = recueillir(dossier.edition, dossier.annuaire)
    noms = noms_des_feuilles(planche.id for planche in planches)
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with fichiers.remplacement(chemin) as a_cote:
        classeur = xlsxwriter.Workbook(os.fspath(a_cote), _OPTIONS)
        connu_le = dossier.edition.declaration.connu_le
        classeur.set_properties({
            "title": f"{dossier.textes.titre} : annexe, {dossier.edition.declaration.titre}",
            "subject": dossier.textes.objet, "comments": dossier.textes.licence,
            "created": datetime(connu_le.year, connu_le.month, connu_le.day, tzinfo=UTC),
        })
        _Classeur(classeur, dossier).remplir(planches, noms)
        classeur.close()
    return len(planches)


def noms_des_feuilles(identifiants: Iterable[str]) -> list[str]:
    """Rend un nom de feuille par figure : l'identifiant, 31 caractères au plus, jamais deux fois le même."""
    noms: list[str] = []
    for ident in identifiants:
        nom, rang = ident[:_NOM_MAX], 1
        while nom in noms:
            rang += 1
            nom = f"{ident[: _NOM_MAX - len(str(rang)) - 1]}-{rang}"
        noms.append(nom)
    return noms


def entetes(colonnes: Sequence[Colonne]) -> list[str]:
    """Rend les titres de colonnes, unité comprise, tous différents comme une table d'Excel l'exige."""
    titres: list[str] = []
    for colonne in colonnes:
        unite = colonne.unite or _UNITES.get(colonne.format, "")
        titre = f"{colonne.titre} ({unite})" if unite else colonne.titre
        rang = 1
        while titre.lower() in (deja.lower() for deja in titres):
            rang += 1
            titre = f"{colonne.titre} {rang}"
        titres.append(titre)
    return titres


@dataclass
class _Classeur:
    """Le classeur en cours d'écriture ; un style demandé deux fois n'est créé qu'une."""

    classeur: Any
    dossier: Dossier
    _styles: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def remplir(self, planches: list[Planche], noms: list[str]) -> None:
        """Écrit la présentation, le sommaire et une feuille par planche."""
        self._lisez_moi(planches)
        self._sommaire(planches, noms)
        for rang, (planche, nom) in enumerate(zip(planches, noms, strict=True), start=1):
            self._planche(planche, nom, rang)

    def _style(self, **options: Any) -> Any:
        cle = tuple(sorted(options.items()))
        if cle not in self._styles:
            self._styles[cle] = self.classeur.add_format(_POLICE | options)
        return self._styles[cle]

    def _feuille(self, nom: str) -> Any:
        feuille = self.classeur.add_worksheet(nom)
        feuille.hide_gridlines(2)
        feuille.set_landscape()
        feuille.set_paper(9)
        feuille.fit_to_pages(1, 0)
        mention = "Données fictives – " if self.dossier.edition.jeu.est_fictif else ""
        feuille.set_footer(f"&L{mention}{self.dossier.textes.titre}&R&P / &N")
        return feuille

    def _lisez_moi(self, planches: list[Planche]) -> None:
        feuille = self._feuille(LISEZ_MOI)
        feuille.set_column(0, 0, 22)
        feuille.set_column(1, 1, 110)
        feuille.write_string(0, 0, self.dossier.textes.titre, self._style(bold=True, font_size=14))
        feuille.write_string(1, 0, self.dossier.textes.objet, self._style())
        feuille.write_blank(PLACE_DANS_L_ANNEXE, None, self._style(bold=True, font_color="#ce0500"))
        ligne = 4
        for titre, textes in _presentation(self.dossier, planches):
            for rang, texte in enumerate(textes):
                feuille.write_string(ligne, 0, "" if rang else titre, self._style(bold=True))
                feuille.write_string(ligne, 1, texte, self._style(text_wrap=True))
                _deplier(feuille, ligne, [(texte, 110)])
                ligne += 1
        feuille.freeze_panes(2, 0)

    def _sommaire(self, planches: list[Planche], noms: list[str]) -> None:
        feuille = self._feuille(SOMMAIRE)
        feuille.write_string(0, 0, "Sommaire", self._style(bold=True, font_size=14))
        titres = ("Feuille", "Titre", "Ce qui est montré", "Pages")
        lignes = [(n, p.titre, p.sous_titre, " ; ".join(p.pages)) for n, p in zip(noms, planches, strict=True)]
        largeurs = (32, 80, 60, 50)
        self._table(feuille, 2, "sommaire", dict.fromkeys(titres, False), len(lignes))
        for rang, cellules in enumerate(lignes, start=3):
            feuille.write_url(rang, 0, f"internal:'{cellules[0]}'!A1", self._style(font_color="#000091", underline=1),
                              cellules[0])
            for colonne, texte in enumerate(cellules[1:], start=1):
                feuille.write_string(rang, colonne, texte, self._style(text_wrap=True))
            _deplier(feuille, rang, list(zip(cellules, largeurs, strict=True)))
        for colonne, largeur in enumerate(largeurs):
            feuille.set_column(colonne, colonne, largeur)
        feuille.freeze_panes(3, 1)
        feuille.repeat_rows(2)

    def _planche(self, planche: Planche, nom: str, rang: int) -> None:
        feuille = self._feuille(nom)
        feuille.write_string(0, 0, planche.titre, self._style(bold=True, font_size=12))
        feuille.write_string(1, 0, planche.sous_titre, self._style())
        feuille.write_string(2, 0, etat_des_donnees(planche), self._style(bold=True, font_color="#ce0500"))
        feuille.write_url(3, 0, f"internal:'{SOMMAIRE}'!A1", self._style(font_color="#000091", underline=1), "Sommaire")
        if planche.donnees.is_empty():
            feuille.write_string(_ENTETE, 0, planche.vide, self._style())
            fin = _ENTETE + 1
        else:
            fin = self._donnees(feuille, planche, rang)
        for ligne, (titre, texte) in enumerate(planche.mentions, start=fin + 1):
            feuille.write_string(ligne, 0, f"{titre} : {texte}", self._style())

    def _donnees(self, feuille: Any, planche: Planche, rang: int) -> int:
        """Écrit la table d'une planche et rend le rang de la ligne qui la suit."""
        titres = entetes(planche.colonnes)
        chiffrees = {titre: tableau.est_numerique(c) for titre, c in zip(titres, planche.colonnes, strict=True)}
        self._table(feuille, _ENTETE, f"figure_{rang}", chiffrees, planche.donnees.height)
        lues: dict[int, list[tuple[str, int]]] = {}
        for n, (colonne, titre) in enumerate(zip(planche.colonnes, titres, strict=True)):
            absences = planche.donnees[colonne.absence] if colonne.absence else [None] * planche.donnees.height
            largeur = len(titre) + 3
            for ligne, (valeur, absence) in enumerate(
                zip(planche.donnees[colonne.nom], absences, strict=True), start=_ENTETE + 1
            ):
                lue = self._cellule(feuille, (ligne, n), valeur, colonne, absence)
                lues.setdefault(ligne, []).append((lue, _LARGEUR[1]))
                largeur = max(largeur, len(lue) + 1)
            feuille.set_column(n, n, min(max(largeur, _LARGEUR[0]), _LARGEUR[1]))
        for ligne, cases in lues.items():
            _deplier(feuille, ligne, cases)
        feuille.freeze_panes(_ENTETE + 1, 1)
        feuille.repeat_rows(_ENTETE)
        return _ENTETE + 1 + planche.donnees.height

    def _cellule(
        self, feuille: Any, place: tuple[int, int], valeur: Any, colonne: Colonne, absence: str | None
    ) -> str:
        """Écrit une cellule et rend ce qui s'y lira à peu près, pour la largeur de la colonne."""
        lue = tableau.cellule(valeur, colonne.format, absence)
        if isinstance(valeur, date):
            feuille.write_datetime(*place, valeur, self._style(num_format="dd/mm/yyyy", align="left"))
        elif est_un_nombre(valeur, colonne):
            feuille.write_number(*place, valeur, self._style(num_format=_NOMBRES[colonne.format]))
        elif tableau.est_numerique(colonne):
            feuille.write_string(*place, lue, self._style(align="right"))
        else:
            feuille.write_string(*place, lue, self._style(num_format="@", text_wrap=True))
        return lue

    def _table(self, feuille: Any, ligne: int, nom: str, titres: Mapping[str, bool], hauteur: int) -> None:
        """Pose une table Excel ; `titres` dit de chaque colonne si elle porte des nombres, alignés à droite."""
        styles = {chiffree: self._style(bold=True, text_wrap=True, align="right" if chiffree else "left")
                  for chiffree in (False, True)}
        feuille.add_table(ligne, 0, ligne + hauteur, len(titres) - 1, {
            "name": nom, "style": "Table Style Light 1",
            "columns": [{"header": t, "header_format": styles[chiffree]} for t, chiffree in titres.items()],
        })


def _deplier(feuille: Any, ligne: int, cases: Sequence[tuple[str, int]]) -> None:
    """Donne à une ligne la hauteur de son plus long texte ; `cases` sont les textes et la largeur de leur colonne."""
    plis = max(-(-len(texte) // largeur) for texte, largeur in cases)
    if plis > 1:
        feuille.set_row(ligne, plis * _LIGNE)


def est_un_nombre(valeur: Any, colonne: Colonne) -> bool:
    """Vrai si la cellule s'écrit en nombre : une colonne de texte garde ses chiffres en texte (codes, années)."""
    return (
        isinstance(valeur, int | float) and not isinstance(valeur, bool) and not math.isnan(valeur)
        and tableau.est_numerique(colonne)
    )


def etat_des_donnees(planche: Planche) -> str:
    """Rend ce qu'il faut savoir avant de lire : données fictives, provisoires, révisées ; vide s'il n'y a rien."""
    fictif = ["Données fictives, engendrées pour la démonstration."] if planche.fictif else []
    return " ".join([*fictif, *([MATURITES[planche.maturite]] if planche.maturite in MATURITES else [])])


def _presentation(dossier: Dossier, planches: list[Planche]) -> list[tuple[str, list[str]]]:
    edition, textes = dossier.edition, dossier.textes
    texte = textes.editions[edition.jeu]
    profils = sorted({e.run.profil for e in edition.executions})
    sources = sorted({p.source for p in planches}, key=cle_de_tri)
    fictif = [f"Données fictives. {texte.avertissement}"] if edition.jeu.est_fictif else []
    return [
        ("Édition", [edition.declaration.titre, *fictif]),
        ("Champ", [f"{dossier.annuaire.region}. {texte.chapo}"]),
        ("Période", [Periode.lire(edition.declaration.periode).libelle]),
        ("Date des données", [f"Ce qui était connu le {francais.date_longue(edition.declaration.connu_le)}."]),
        ("Profil de diffusion", [", ".join(profils)]),
        ("Feuilles", ["Le sommaire donne une feuille par figure. Un nombre est un nombre, à sa précision d'origine ; "
                      "un code, une année ou un numéro est du texte."]),
        ("Signes", [f"{signe} : {sens}" for signe, sens in SIGNES.items()]),
        ("Calculs", ["Un taux est un rapport de sommes, jamais une moyenne de taux. En raison des arrondis, un total "
                     "peut différer de la somme de ses parties."]),
        ("Sources", sources),
        ("Licence", [f"{textes.licence} : réutilisation libre, à condition de citer la source et la date de mise à "
                     "jour."]),
        ("Contact", [f"{dossier.contact[:1].upper()}{dossier.contact[1:]}."]),
    ]
