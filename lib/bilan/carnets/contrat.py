"""Le contrat d'un carnet : ce qu'il déclare, vérifié avant le premier noyau, toutes les fautes ensemble."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from bilan.carnets.cellules import ETIQUETTE_PARAMETRES, Document
from bilan.carnets.entrees_cachees import entrees_cachees
from bilan.erreurs import ErreurBilan, code_inconnu, plus_proches, valeur_inconnue
from bilan.periode import Periode

Scalaire = str | int | float | bool | None


class TypeParametre(StrEnum):
    """Type d'un paramètre ; les cinq premiers sont des listes fermées, tirées du périmètre."""

    REGION = "region"
    DEPARTEMENT = "departement"
    EPCI = "epci"
    BAILLEUR = "bailleur"
    CHOIX = "choix"
    PERIODE = "periode"
    DATE = "date"
    JEU = "jeu"
    PROFIL = "profil"
    TEXTE = "texte"
    ENTIER = "entier"
    NOMBRE = "nombre"
    BOOLEEN = "booleen"


_ARTICLES = {
    TypeParametre.REGION: "la région", TypeParametre.DEPARTEMENT: "le département", TypeParametre.EPCI: "l'EPCI",
    TypeParametre.BAILLEUR: "le bailleur", TypeParametre.JEU: "le jeu", TypeParametre.PROFIL: "le profil",
    TypeParametre.PERIODE: "la période",
}
_PYTHON: dict[TypeParametre, tuple[type, ...]] = {
    TypeParametre.ENTIER: (int,), TypeParametre.NOMBRE: (int, float), TypeParametre.BOOLEEN: (bool,),
}
_ATTENDUS = {
    TypeParametre.ENTIER: "un nombre entier", TypeParametre.NOMBRE: "un nombre",
    TypeParametre.BOOLEEN: "True ou False",
}
_FERMES: dict[TypeParametre, tuple[str, ...]] = {
    TypeParametre.JEU: ("reel", "demonstration"), TypeParametre.PROFIL: ("interne", "public"),
}


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parametre(_Declaration):
    """Paramètre déclaré : son type, les valeurs d'un choix, et s'il peut manquer (None)."""

    type: TypeParametre
    valeurs: tuple[str | int, ...] = ()
    facultatif: bool = False

    def trouble(self, nom: str, valeur: object, permises: Mapping[str, str] | None = None) -> str | None:
        """Rend ce qui ne va pas dans `valeur`, ou None.

        `permises` est la liste fermée (code → nom) du type, quand le périmètre la connaît.
        """
        if valeur is None:
            return None if self.facultatif else f"Le paramètre « {nom} » est vide ; donnez-lui une valeur."
        attendus = _PYTHON.get(self.type, (str, int) if self.type is TypeParametre.CHOIX else (str,))
        if not isinstance(valeur, attendus) or (isinstance(valeur, bool) and self.type is not TypeParametre.BOOLEEN):
            attendu = _ATTENDUS.get(self.type, "un texte entre guillemets")
            return f"Le paramètre « {nom} » vaut {valeur!r} ({type(valeur).__name__}) ; il faut {attendu}."
        try:
            self._verifier(nom, str(valeur), permises)
        except ErreurBilan as erreur:
            return erreur.message
        return None

    def _verifier(self, nom: str, valeur: str, permises: Mapping[str, str] | None) -> None:
        if self.type is TypeParametre.DATE:
            _lire_date(nom, valeur)
        elif self.type is TypeParametre.CHOIX:
            self._verifier_dans(f"le paramètre {nom}", valeur, {str(v): "" for v in self.valeurs})
        elif self.type is TypeParametre.PERIODE and permises is None:
            Periode.lire(valeur)
        elif permises is not None or self.type in _FERMES:
            listees = permises if permises is not None else dict.fromkeys(_FERMES[self.type], "")
            self._verifier_dans(_ARTICLES[self.type], valeur, listees)

    @staticmethod
    def _verifier_dans(quoi: str, valeur: str, permises: Mapping[str, str]) -> None:
        if valeur not in permises:
            raise code_inconnu(quoi, valeur, permises) if any(permises.values()) else valeur_inconnue(
                quoi, valeur, permises
            )


class ContratCarnet(_Declaration):
    """Contenu de `metadata.bilan` d'un carnet.

    `mesures` et `tables` bornent ce qu'il peut lire ; `figures` liste ce qu'il produit à chaque fois,
    `facultatives` ce qu'il ne produit que si ses données existent dans le jeu.
    """

    titre: str
    parametres: dict[str, Parametre]
    mesures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    facultatives: tuple[str, ...] = ()

    @property
    def figures_permises(self) -> tuple[str, ...]:
        """Figures que le carnet a le droit de produire, facultatives comprises."""
        return self.figures + self.facultatives

    @classmethod
    def de(cls, document: Document) -> Self:
        """Rend le contrat du carnet ; lève `ValidationError` s'il est mal formé."""
        return cls.model_validate(document.metadonnees.get("bilan") or {})


def troubles_du_carnet(document: Document) -> list[str]:
    """Rend toutes les fautes de forme d'un carnet, en français ; une liste vide s'il est en règle."""
    return [f"Carnet « {document.nom} » : {trouble}" for trouble in _troubles(document)]


def troubles_des_valeurs(
    contrat: ContratCarnet, parametres: Mapping[str, Scalaire], permises: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Rend les fautes des valeurs qu'un plan donne à un carnet.

    `permises` donne, par type de paramètre, la liste fermée code → nom.
    """
    troubles = []
    for nom, valeur in parametres.items():
        declare = contrat.parametres.get(nom)
        if declare is None:
            proches = ", ".join(f"« {p} »" for p in plus_proches(nom, contrat.parametres))
            troubles.append(f"Le paramètre « {nom} » n'est pas déclaré par le carnet ; il déclare : {proches}.")
        elif trouble := declare.trouble(nom, valeur, permises.get(declare.type)):
            troubles.append(trouble)
    return troubles


def _troubles(document: Document) -> Iterator[str]:
    if not document.metadonnees.get("kernelspec", {}).get("name"):
        yield "aucun noyau déclaré (metadata.kernelspec) ; enregistrez-le depuis JupyterLab avec le noyau Python."
    cellules = document.avec_etiquette(ETIQUETTE_PARAMETRES)
    if len(cellules) != 1:
        yield f"{len(cellules)} cellule étiquetée « {ETIQUETTE_PARAMETRES} » ; il en faut exactement une."
    try:
        contrat = ContratCarnet.de(document)
    except ValidationError as erreur:
        yield from (_en_francais(faute) for faute in erreur.errors())
        return
    yield from _fautes_de_code(document)
    if len(cellules) == 1:
        yield from _ecarts(document, contrat)


def _fautes_de_code(document: Document) -> Iterator[str]:
    for cellule in document.cellules:
        if cellule.est_code:
            yield from (f"cellule {cellule.numero}, {faute}" for faute in entrees_cachees(cellule))
    if not any(".terminer(" in c.source for c in document.cellules if c.est_code):
        yield "aucune cellule n'appelle « carnet.terminer() » ; c'est elle qui déclare les lectures faites."


def _ecarts(document: Document, contrat: ContratCarnet) -> Iterator[str]:
    try:
        defauts = document.valeurs_par_defaut
    except SyntaxError as erreur:
        yield f"la cellule de paramètres ne se lit pas ({erreur.msg}, ligne {erreur.lineno})."
        return
    for nom in contrat.parametres.keys() - defauts.keys():
        proches = ", ".join(f"« {p} »" for p in plus_proches(nom, defauts)) or "aucun"
        yield f"le paramètre « {nom} » est déclaré mais absent de la cellule de paramètres ; elle pose : {proches}."
    for nom, valeur in defauts.items():
        declare = contrat.parametres.get(nom)
        if declare is None:
            proches = ", ".join(f"« {p} »" for p in plus_proches(nom, contrat.parametres)) or "aucun"
            yield f"la cellule de paramètres pose « {nom} », que le contrat ne déclare pas ; il déclare : {proches}."
        elif valeur is ...:
            yield f"la valeur par défaut de « {nom} » est calculée ; écrivez une constante."
        elif trouble := declare.trouble(nom, valeur):
            yield f"valeur par défaut : {trouble}"


_TRADUCTIONS = {
    "missing": "manque", "extra_forbidden": "n'est pas prévu", "enum": "n'est pas un type connu ({attendu})",
    "dict_type": "doit être un objet", "tuple_type": "doit être une liste", "string_type": "doit être un texte",
}


def _en_francais(faute: Any) -> str:
    chemin = ".".join(map(str, ("metadata", "bilan", *faute["loc"])))
    attendu = ", ".join(t.value for t in TypeParametre)
    return f"{chemin} {_TRADUCTIONS.get(faute['type'], 'est mal formé').format(attendu=attendu)}."


def _lire_date(nom: str, valeur: str) -> date:
    try:
        return date.fromisoformat(valeur)
    except ValueError:
        raise ErreurBilan(f"Le paramètre « {nom} » vaut « {valeur} » ; il faut une date (« 2025-03-31 »).") from None
