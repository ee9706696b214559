"""Les chiffres clés : un nombre, ce qu'il compte, et le rapport d'où il vient."""

from dataclasses import dataclass

import polars as pl

from bilan.figures.formes import ChiffreCle, Format
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.bilans import ATTENDUS, RECEPTION
from bilan.figures.sujets.caleol import EXAMENS, SUIVI
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.conventions import ATTENDUES, EN_PARC
from bilan.figures.sujets.conventions import REGISTRE as CONVENTIONS
from bilan.figures.sujets.cotation import REGISTRE, SOUMIS
from bilan.figures.sujets.flux import BILANS, RELOCATIONS
from bilan.figures.sujets.mesures import Ligne, couverture, derniere, maturite
from bilan.figures.sujets.mobilisation import COPIL, participation
from bilan.figures.sujets.production import AGREMENTS, CHAMP
from bilan.figures.sujets.publics import ATTRIBUTIONS
from bilan.figures.tableau import cellule
from bilan.francais import accord, date_longue, nombre, pourcent
from bilan.francais.phrases import BAILLEURS, Nom, majuscule, parmi


@dataclass(frozen=True, slots=True)
class _Cle:
    """Ce que dit le chiffre clé d'un indicateur : un taux et son `libelle`, ou le compte d'un `nom` et ses verbes."""

    libelle: str
    champ: str
    origine: str
    nom: Nom | None = None
    verbes: tuple[str, str] = ("", "")
    note: str = ""

    @property
    def colonne(self) -> str:
        """Colonne montrée : un compte, ou un taux."""
        return "numerateur" if self.nom else "valeur"

    @property
    def format(self) -> Format:
        """Format de ce qui est montré."""
        return "nombre" if self.nom else "pourcent"


_EPCI_SOUMIS = Nom("EPCI soumis", "EPCI soumis")


def _epci(singulier: str, pluriel: str, origine: str = REGISTRE) -> _Cle:
    return _Cle("", SOUMIS, origine, _EPCI_SOUMIS, (singulier, pluriel))


CLES: dict[str, _Cle] = {
    "E1": _epci(*(f"{v} conférence intercommunale du logement (CIL)" for v in ("a sa", "ont leur"))),
    "E2": _epci("a adopté son document-cadre", "ont adopté leur document-cadre"),
    "E3": _epci(*(f"{v} une convention intercommunale d'attribution (CIA) en vigueur" for v in ("a", "ont"))),
    "E4": _epci(*(f"{v} un plan partenarial (PPGDID) en vigueur" for v in ("a", "ont"))),
    "E5": _epci("a sa cotation en service", "ont leur cotation en service"),
    "B1": _Cle("", ATTENDUS, RECEPTION, BAILLEURS, ("a remis son bilan", "ont remis leur bilan")),
    "F1": _Cle("de l'objectif de flux atteint, tous réservataires", RELOCATIONS, BILANS),
    "V1": _Cle("des conventions attendues sont signées", ATTENDUES, CONVENTIONS),
    "V2": _Cle("du parc concerné a sa convention signée", ATTENDUES, CONVENTIONS, note=EN_PARC),
    "A1s": _epci("atteint sa cible du premier quartile", "atteignent leur cible du premier quartile", ATTRIBUTIONS),
    "C1": _Cle("des occupations à examiner l'ont été", EXAMENS, SUIVI),
    "P1": _Cle("de l'objectif d'agréments atteint", CHAMP.removesuffix("."), AGREMENTS),
}
"""Chiffre clé de chaque indicateur qui en a un."""


def chiffre(mesures: pl.DataFrame, code: str, contexte: Contexte) -> Figure:
    """Rend le chiffre clé de l'indicateur `code` pour la région, à sa dernière période connue."""
    cle, mesure = CLES[code], derniere(mesures.filter(indicateur=code), contexte)
    libelle = _libelle(cle, mesure)
    rapport = f"{nombre(mesure['numerateur'])} sur {nombre(mesure['denominateur'])}"
    ecrit = cellule(mesure[cle.colonne], cle.format)
    return Figure(
        id=f"chiffre-{code.lower()}",
        titre=_titre(cle, mesure, f"{ecrit} {libelle}"),
        sous_titre=f"{contexte.region}, {mesure['periode']}",
        forme=ChiffreCle(
            cle.colonne, libelle, cle.format, f"{_complement(cle, mesure['valeur'], rapport)}, {mesure['periode']}"
        ),
        donnees=pl.DataFrame({"periode": [mesure["periode"]], **{n: [mesure[n]] for n in _TERMES}}),
        colonnes=(
            Colonne("periode", "Période"),
            Colonne("numerateur", "Numérateur", "nombre"),
            Colonne("denominateur", "Dénominateur", "nombre"),
            Colonne("valeur", "Rapport", "pourcent"),
        ),
        lecture=f"{rapport}, soit {pourcent(mesure['valeur'])}.",
        champ=f"{cle.champ}.",
        source=contexte.source(cle.origine),
        alt=f"{ecrit} {libelle} ({rapport}).",
        note=f"{cle.note} {couverture(mesure) if mesure['attendus'] and code[0] not in 'AE' else ''}".strip(),
        indicateurs=(code,),
        maturite=maturite(pl.DataFrame([{"statut": mesure["statut"], "maturite": mesure["maturite"]}])),
    )


def _libelle(cle: _Cle, mesure: Ligne) -> str:
    """Ce que compte le chiffre, accordé avec lui : zéro et un sont au singulier."""
    if cle.nom is None:
        return cle.libelle
    compte = mesure["numerateur"] or 0
    nom = accord(compte, cle.nom.singulier, cle.nom.pluriel)
    return f"{nom} sur {nombre(mesure['denominateur'])} {accord(compte, *cle.verbes)}"


def _titre(cle: _Cle, mesure: Ligne, sinon: str) -> str:
    if cle.nom is None or mesure["numerateur"] != 0 or not mesure["denominateur"]:
        return sinon
    return majuscule(parmi(0, int(mesure["denominateur"]), cle.nom, cle.verbes))


_TERMES = ("numerateur", "denominateur", "valeur")


def _complement(cle: _Cle, valeur: float | None, rapport: str) -> str:
    return rapport if cle.colonne == "valeur" else pourcent(valeur)


def inscrits_au_copil(declare: pl.DataFrame, inscrits: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le nombre d'inscrits au COPIL, comptés dans la liste, et le nombre déclaré."""
    return _du_copil(participation(declare, inscrits), ("INSCRITS", "inscrit"), declare, contexte)


def structures_au_copil(declare: pl.DataFrame, inscrits: pl.DataFrame, contexte: Contexte) -> Figure:
    """Rend le nombre de structures au COPIL, comptées dans la liste, et le nombre déclaré."""
    return _du_copil(participation(declare, inscrits), ("ENSEMBLE", "structure"), declare, contexte)


def _du_copil(donnees: pl.DataFrame, quoi: tuple[str, str], declare: pl.DataFrame, contexte: Contexte) -> Figure:
    categorie, nom = quoi
    ligne = donnees.filter(categorie=categorie)
    compte, annonce = ligne["compte"][0], ligne["declare"][0]
    libelle = f"{accord(compte, nom)} au COPIL du {date_longue(declare['date'][0])}"
    return Figure(
        id=f"chiffre-copil-{nom}s",
        titre=f"{nombre(compte)} {libelle}",
        sous_titre="Comptés dans la liste des inscrits",
        forme=ChiffreCle(
            "compte", libelle, "nombre", f"compté dans la liste ; déclaré au compte rendu : {nombre(annonce)}"
        ),
        donnees=ligne.select("libelle", "compte", "declare"),
        colonnes=(
            Colonne("libelle", "Catégorie"),
            Colonne("compte", "Compté", "nombre"),
            Colonne("declare", "Déclaré", "nombre"),
        ),
        lecture=f"La liste en donne {nombre(compte)}, le compte rendu en déclare {nombre(annonce)}.",
        champ="Inscrits au COPIL et leurs structures ; aucun nom de personne n'est conservé.",
        source=contexte.source(COPIL),
        alt=f"{nombre(compte)} {libelle} ; déclaré : {nombre(annonce)}.",
    )
