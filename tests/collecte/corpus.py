"""Corpus : chaque style d'export × chaque ennui de la vie réelle, avec sa vérité."""

import codecs
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from tests.collecte.xlsb import ecrire_xlsb

Ligne = dict[str, Any]

TITRES = {
    "annee": "Exercice", "periode": "Trimestre", "mode_cumul": "Cumul", "bailleur_siren": "SIREN bailleur",
    "reservataire_categorie": "Contingent", "code_departement": "Dép.", "code_commune": "Code INSEE",
    "typologie": "Type de logement", "financement": "Financement", "qpv": "QPV",
    "periode_construction": "Époque de construction", "type_offre": "Nature de l'offre",
    "logements_proposes": "Nb proposés", "logements_attribues": "Nb attribués", "date_arrete": "Arrêté au",
}  # fmt: skip

_COMMUN = {"annee": 2024, "periode": "T1", "mode_cumul": "TRIMESTRE", "bailleur_siren": "999000011",
           "periode_construction": "1975-1989", "type_offre": "RELOCATION", "date_arrete": "2024-03-31"}  # fmt: skip


def verite() -> list[Ligne]:
    """Rend les lignes que tout fichier sain du corpus dit, en valeurs canoniques."""
    cas = [
        ("ETAT_PRIO", "06", "06088", "T3", "PLUS", "QPV", 12, 10),
        ("COMMUNE", "06", "06088", "T2", "PLAI", "HORS_QPV", 1234, 1100),
        ("ALS", "13", "13055", "T4", "PLUS", "QPV", 9, 9),
        ("BAILLEUR", "84", "84007", "T1", "ANCIEN", "HORS_QPV", 3, 0),
        ("EPCI", "83", "83137", "T6+", "PLS", "NR", 5, 4),
    ]
    champs = ("reservataire_categorie", "code_departement", "code_commune", "typologie", "financement", "qpv",
              "logements_proposes", "logements_attribues")  # fmt: skip
    return [_COMMUN | dict(zip(champs, valeurs, strict=True)) for valeurs in cas]


@dataclass
class Feuille:
    """Ce qu'un style écrit : des lignes libres au-dessus, les lignes, et des lignes libres au-dessous."""

    lignes: list[Ligne]
    titres: dict[str, str] = field(default_factory=lambda: dict(TITRES))
    dessus: list[list[Any]] = field(default_factory=list)
    dessous: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Ennui:
    """Ennui : ce qu'il fait à la feuille, ce qu'il change à la vérité, et la règle qui doit le signaler."""

    nom: str
    abimer: Callable[[Feuille], None]
    regle: str = ""
    accepte: bool = True
    changer: Callable[[list[Ligne]], list[Ligne]] = list


def _poser(rang: int, **valeurs: Any) -> Callable[[Feuille], None]:
    def abimer(feuille: Feuille) -> None:
        feuille.lignes[rang] |= valeurs

    return abimer


def _partout(colonne: str, ecrire: Callable[[Any], Any]) -> Callable[[Feuille], None]:
    def abimer(feuille: Feuille) -> None:
        for ligne in feuille.lignes:
            ligne[colonne] = ecrire(ligne[colonne])

    return abimer


def _totaux(feuille: Feuille) -> None:
    rang = list(feuille.titres).index("logements_proposes")
    feuille.dessous += [
        ["Total", *[""] * (rang - 1), 1263, 1123],
        [],
        ["* chiffres provisoires, hors foyers et résidences"],
    ]


def _total_faux(feuille: Feuille) -> None:
    rang = list(feuille.titres).index("logements_proposes")
    feuille.dessous += [["Total général", *[""] * (rang - 1), 1300, 1123]]


def _dessus(feuille: Feuille) -> None:
    feuille.dessus += [["Bilan de la gestion en flux"], ["Direction de la clientèle", "", "édité le 12/04/2024"], []]


def _colonne_en_plus(feuille: Feuille) -> None:
    feuille.titres["observations"] = "Observations internes"
    for ligne in feuille.lignes:
        ligne["observations"] = "voir dossier"


def _titres_repetes(feuille: Feuille) -> None:
    feuille.lignes.insert(3, dict(feuille.titres))


def _sans_deduites(feuille: Feuille) -> None:
    feuille.titres["epci_siren"] = "SIREN EPCI"
    for ligne in feuille.lignes:
        ligne["epci_siren"] = "999999999"
    for nom in ("code_departement", "date_arrete"):
        del feuille.titres[nom]


def _a_marseille(lignes: list[Ligne]) -> list[Ligne]:
    return [ligne | {"code_commune": "13055"} if ligne["code_commune"] == "13203" else ligne for ligne in lignes]


_LIBELLES = {"ETAT_PRIO": "État – publics prioritaires", "COMMUNE": "Mairie", "ALS": "1 % logement",
             "BAILLEUR": "Non réservé", "EPCI": "Métropole"}  # fmt: skip
_PIECES = {"T1": "T1bis", "T2": "F2", "T3": "Type 3", "T4": "4 pièces", "T6+": "T7"}
_QPV = {"QPV": "oui", "HORS_QPV": "Non", "NR": "n.d."}

ENNUIS = [
    Ennui("sain", lambda feuille: None),
    Ennui("zeros_perdus", _partout("code_commune", int), "zero_retabli"),
    Ennui("departement_sans_zero", _partout("code_departement", lambda code: str(int(code))), "zero_retabli"),
    Ennui("totaux_et_notes", _totaux),
    Ennui("total_faux", _total_faux, "total_different"),
    Ennui("lignes_au_dessus", _dessus),
    Ennui("espaces_insecables", _partout("logements_proposes", lambda n: f"{n:,}".replace(",", "\u202f") + "\u00a0")),
    Ennui("libelles_maison", _partout("reservataire_categorie", _LIBELLES.__getitem__)),
    Ennui("pieces_maison", _partout("typologie", _PIECES.__getitem__)),
    Ennui("qpv_oui_non", _partout("qpv", _QPV.__getitem__)),
    Ennui("siret", _partout("bailleur_siren", lambda siren: f"{siren[:3]} {siren[3:6]} {siren[6:]} 00017")),
    Ennui("date_francaise", _partout("date_arrete", lambda _: "31/03/2024")),
    Ennui("date_serie", _partout("date_arrete", lambda _: 45382)),
    Ennui("arrondissement", _poser(2, code_commune="13203"), changer=_a_marseille),
    Ennui("titres_repetes", _titres_repetes),
    Ennui("colonne_inconnue", _colonne_en_plus, "colonne_inconnue"),
    Ennui("colonnes_deduites", _sans_deduites),
    Ennui("attribues_de_trop", _poser(3, logements_attribues=8), "proposes_attribues",
          changer=lambda ls: [*ls[:3], ls[3] | {"logements_attribues": 8}, ls[4]]),
    Ennui("contingent_ambigu", _poser(0, reservataire_categorie="Préfecture"), "valeur_illisible", accepte=False),
    Ennui("code_postal", _poser(0, code_commune="06000"), "commune_inconnue", accepte=False),
    Ennui("autre_departement", _poser(0, code_departement="83"), "departement_de_la_commune", accepte=False),
    Ennui("cle_double", lambda f: f.lignes.append(dict(f.lignes[0])), "cle_unique", accepte=False),
    Ennui("demi_logement", _poser(1, logements_proposes="12,5"), "valeur_illisible", accepte=False),
    Ennui("nombre_en_lettres", _poser(1, logements_proposes="douze"), "valeur_illisible", accepte=False),
    Ennui("siren_faux", _partout("bailleur_siren", lambda _: "999000012"), "valeur_illisible", accepte=False),
    Ennui("autre_trimestre", _poser(4, periode="T2"), "autre_periode", accepte=False),
    Ennui("deux_cumuls", _poser(4, mode_cumul="CUMUL"), "deux_cumuls", accepte=False),
    Ennui("case_vide", _poser(1, logements_proposes=None), "logements_proposes|nullability", accepte=False),
    Ennui("formule", _poser(1, typologie="=1+1"), "valeur_illisible", accepte=False),
]  # fmt: skip


def grille(feuille: Feuille) -> list[list[Any]]:
    """Rend la feuille ligne à ligne, titres compris."""
    lignes = [[ligne.get(nom) for nom in feuille.titres] for ligne in feuille.lignes]
    return [*feuille.dessus, list(feuille.titres.values()), *lignes, *feuille.dessous]


def ecrire_xlsx(chemin: Path, feuille: Feuille) -> Path:
    """Export simple : une feuille, une ligne de titres, des nombres en nombres."""
    with xlsxwriter.Workbook(str(chemin), {"strings_to_formulas": False}) as classeur:
        _remplir(classeur.add_worksheet("Export"), grille(feuille))
    return chemin


def ecrire_xlsx_double(chemin: Path, feuille: Feuille) -> Path:
    """Export à deux lignes de titres, cellules fusionnées, après une page de garde."""
    with xlsxwriter.Workbook(str(chemin), {"strings_to_formulas": False}) as classeur:
        classeur.add_worksheet("Page de garde").write(3, 1, "Gestion en flux")
        onglet = classeur.add_worksheet("T1")
        noms = list(feuille.titres)
        haut = len(feuille.dessus)
        gras = classeur.add_format({"bold": True})
        gauche, droite = noms.index("logements_proposes"), noms.index("logements_attribues")
        onglet.merge_range(haut, gauche, haut, droite, "Logements", gras)
        for rang, nom in enumerate(noms):
            if rang in (gauche, droite):
                onglet.write(
                    haut + 1, rang, {"logements_proposes": "proposés", "logements_attribues": "attribués"}[nom]
                )
            else:
                onglet.merge_range(haut, rang, haut + 1, rang, feuille.titres[nom], gras)
        _remplir(onglet, feuille.dessus)
        _remplir(onglet, grille(feuille)[haut + 1 :], haut + 2)
    return chemin


def _remplir(onglet: Any, lignes: list[list[Any]], depuis: int = 0) -> None:
    for rang, ligne in enumerate(lignes, start=depuis):
        for colonne, valeur in enumerate(ligne):
            if valeur is not None and valeur != "":
                onglet.write(rang, colonne, valeur)


def ecrire_csv(chemin: Path, feuille: Feuille, *, encodage: str = "cp1252", separateur: str = ";") -> Path:
    """Export en texte : l'encodage et le séparateur de la maison."""
    lignes = [
        separateur.join("" if c is None else str(c).replace("\u202f", " ") for c in ligne) for ligne in grille(feuille)
    ]
    octets = "\r\n".join(lignes).encode(encodage, errors="replace")
    chemin.write_bytes((codecs.BOM_UTF8 if encodage == "utf-8" else b"") + octets)
    return chemin


def ecrire_ods(chemin: Path, feuille: Feuille) -> Path:
    """Export LibreOffice : nombres en nombres, lignes vides répétées jusqu'au bas de la feuille."""
    rangees = "".join(
        f"<table:table-row>{''.join(map(_case_ods, ligne))}</table:table-row>" for ligne in grille(feuille)
    )
    vides = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    espaces = " ".join(
        f'xmlns:{nom}="urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0"'
        for nom in ("office", "table", "text", "manifest")
    )
    contenu = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {espaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Feuille1">{rangees}{vides}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    genre = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", genre)
        archive.writestr("content.xml", contenu)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<?xml version="1.0"?><manifest:manifest {espaces}>'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{genre}"/></manifest:manifest>',
        )
    return chemin


def _case_ods(valeur: Any) -> str:
    if valeur is None or valeur == "":
        return "<table:table-cell/>"
    texte = escape(str(valeur))
    if isinstance(valeur, int):
        genre = f'office:value-type="float" office:value="{valeur}"'
        return f"<table:table-cell {genre}><text:p>{texte}</text:p></table:table-cell>"
    return f'<table:table-cell office:value-type="string"><text:p>{texte}</text:p></table:table-cell>'


STYLES: dict[str, Callable[[Path, Feuille], Path]] = {
    "simple.xlsx": ecrire_xlsx,
    "double.xlsx": ecrire_xlsx_double,
    "libre.ods": ecrire_ods,
    "binaire.xlsb": lambda chemin, feuille: ecrire_xlsb(chemin, grille(feuille)),
    "maison.csv": ecrire_csv,
    "tabule.csv": lambda chemin, feuille: ecrire_csv(chemin, feuille, encodage="utf-16", separateur="\t"),
}
"""Styles d'export : écriture d'une feuille dans un fichier."""
