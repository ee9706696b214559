"""Le plan : de la collection aux tâches, ou toutes les fautes à la fois."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from bilan.carnets.cellules import Document, lire_document
from bilan.carnets.contrat import ContratCarnet, Scalaire, troubles_des_valeurs, troubles_du_carnet
from bilan.carnets.perimetre import Perimetre, periodes_permises
from bilan.entrepot.mesures import EntrepotMesures
from bilan.erreurs import DonneesRefusees, ErreurBilan, ErreurUsage, code_inconnu, valeur_inconnue
from bilan.projet import INTERNE, PROFILS, DeclarationCarnet, Jeu, Projet, nom_de_profil

PARAMETRES_COMMUNS = ("jeu", "periode", "region", "connu_le", "profil")


def nom_de_tache(jeu: Jeu, profil: str, carnet: str, territoire: str) -> str:
    """Rend le nom sous lequel le journal inscrit une tâche."""
    return f"{nom_de_profil(jeu, profil)}/{carnet}/{territoire}"


@dataclass(frozen=True)
class Selection:
    """Ce qu'on demande de jouer ; vide, toute la collection. `territoires` filtre les carnets répétés."""

    jeux: tuple[Jeu, ...] = tuple(Jeu)
    carnets: tuple[str, ...] = ()
    territoires: tuple[str, ...] = ()
    periode: str | None = None
    region: str | None = None
    profil: str = INTERNE


@dataclass(frozen=True)
class Tache:
    """Un carnet à jouer avec des paramètres ; sans effet tant qu'un moteur ne l'exécute pas.

    `territoire` est le code par lequel le carnet est répété, celui de la région sinon. `memoire_mo`
    borne ce que les cellules peuvent allouer.
    """

    carnet: str
    jeu: Jeu
    territoire: str
    parametres: Mapping[str, Scalaire]
    page: str
    source: Path
    delai_s: int = 300
    memoire_mo: int = 4096

    @property
    def nom(self) -> str:
        """Nom unique, lisible : « demonstration/70_fiche_epci/200054807 », « demonstration-public/… » au public."""
        return nom_de_tache(self.jeu, self.profil, self.carnet, self.territoire)

    @property
    def profil(self) -> str:
        """Profil de diffusion de l'exécution."""
        return str(self.parametres.get("profil") or INTERNE)


@dataclass(frozen=True)
class Plan:
    """Tâches d'une sélection, dans l'ordre de la collection, et les carnets dont elles viennent."""

    taches: tuple[Tache, ...]
    documents: Mapping[str, Document] = field(repr=False)

    @property
    def profil(self) -> str:
        """Profil de diffusion de toutes ses tâches ; « interne » s'il n'y en a pas."""
        return next((tache.profil for tache in self.taches), INTERNE)

    def contrat(self, carnet: str) -> ContratCarnet:
        """Rend le contrat, déjà vérifié, d'un carnet du plan."""
        return ContratCarnet.de(self.documents[carnet])


def etablir(projet: Projet, selection: Selection, perimetre: Perimetre | None = None) -> Plan:
    """Rend le plan de `selection` ; lève `ErreurUsage` avec toutes les fautes, avant tout noyau.

    Une région inconnue s'arrête là : sans elle, aucun territoire ne peut être vérifié.
    """
    collection = projet.collection
    perimetre = perimetre or Perimetre.ouvrir(projet, selection.region or collection.region)
    chantier = _Chantier(projet, selection, perimetre)
    chantier.verifier_selection()
    for declaration in collection.carnets:
        if not selection.carnets or declaration.nom in selection.carnets:
            chantier.ajouter(declaration)
    if chantier.troubles:
        raise ErreurUsage(_assembler(chantier.troubles))
    return Plan(tuple(chantier.taches), chantier.documents)


class _Chantier:
    """Accumule les tâches et les fautes : on ne s'arrête pas à la première."""

    def __init__(self, projet: Projet, selection: Selection, perimetre: Perimetre) -> None:
        self.projet, self.selection, self.perimetre = projet, selection, perimetre
        self.taches: list[Tache] = []
        self.documents: dict[str, Document] = {}
        self.troubles: dict[str, None] = {}

    def verifier_selection(self) -> None:
        """Note chaque carnet et chaque territoire demandés qui n'existent pas."""
        noms = [c.nom for c in self.projet.collection.carnets]
        for nom in self.selection.carnets:
            if nom not in noms:
                self._noter(valeur_inconnue("le carnet", nom, noms))
        connus = self._tous_les_territoires()
        for code in self.selection.territoires:
            if code not in connus:
                self._noter(code_inconnu("l'EPCI", code, self.perimetre.epci))

    def ajouter(self, declaration: DeclarationCarnet) -> None:
        """Ajoute les tâches d'un carnet de la collection, ou note ce qui ne va pas dans son contrat."""
        try:
            document = lire_document(self.projet.notebooks / f"{declaration.nom}.ipynb")
        except DonneesRefusees as erreur:
            self._noter(erreur)
            return
        for trouble in troubles_du_carnet(document):
            self.troubles[trouble] = None
        try:
            contrat = ContratCarnet.de(document)
        except ValidationError:
            return
        self.documents[declaration.nom] = document
        # Une page qui nomme un bailleur reste interne ; un profil qui n'existe pas, lui, est une faute à dire.
        if self.selection.profil in set(PROFILS) - set(declaration.profils):
            return
        for jeu in declaration.jeux:
            if jeu in self.selection.jeux:
                self._ajouter_jeu(declaration, contrat, jeu)

    def _ajouter_jeu(self, declaration: DeclarationCarnet, contrat: ContratCarnet, jeu: Jeu) -> None:
        permises = self._permises(jeu)
        for territoire in self._territoires(declaration, jeu):
            tache = self._tache(declaration, jeu, territoire)
            for trouble in troubles_des_valeurs(contrat, tache.parametres, permises):
                self.troubles[f"Carnet « {declaration.nom} », jeu « {jeu} » : {trouble}"] = None
            self.taches.append(tache)

    def _tache(self, declaration: DeclarationCarnet, jeu: Jeu, territoire: str) -> Tache:
        du_jeu = self.projet.collection.jeux[jeu]
        parametres: dict[str, Scalaire] = {
            "jeu": str(jeu),
            "periode": self.selection.periode or du_jeu.periode,
            "region": self.perimetre.region,
            "connu_le": du_jeu.connu_le.isoformat(),
            "profil": self.selection.profil,
        }
        if declaration.par != "region":
            parametres[declaration.par] = territoire
        return Tache(
            declaration.nom, jeu, territoire, parametres, declaration.page.replace("{territoire}", territoire),
            self.projet.notebooks / f"{declaration.nom}.ipynb", declaration.delai_s, declaration.memoire_mo,
        )

    def _territoires(self, declaration: DeclarationCarnet, jeu: Jeu) -> Iterable[str]:
        permis = self._maille(declaration.par, jeu)
        voulus = self.selection.territoires
        if not voulus:
            return permis
        if declaration.par == "region":  # demander un EPCI, c'est demander ses fiches, sauf carnet nommé
            return permis if self.selection.carnets else ()
        return [code for code in voulus if code in permis]

    def _tous_les_territoires(self) -> set[str]:
        mailles = {c.par for c in self.projet.collection.carnets} - {"region"} | {"epci"}
        return {code for maille in mailles for jeu in self.selection.jeux for code in self._maille(maille, jeu)}

    def _maille(self, maille: str, jeu: Jeu) -> Mapping[str, str]:
        if maille != "bailleur":
            return self.perimetre.territoires(maille)
        # Les bailleurs d'un jeu sont ceux dont il a des mesures : aucun référentiel national ne les liste tous.
        mesures = EntrepotMesures(self.projet.entrepot, jeu).empreintes()
        return dict.fromkeys(sorted({code for _quoi, genre, code, _periode in mesures if genre == "bailleur"}), "")

    def _permises(self, jeu: Jeu) -> dict[str, Mapping[str, str]]:
        connu_le: date = self.projet.collection.jeux[jeu].connu_le
        p = self.perimetre
        return {
            "region": p.regions, "departement": p.departements, "epci": p.epci, "periode": periodes_permises(connu_le),
            "bailleur": self._maille("bailleur", jeu),
        }

    def _noter(self, erreur: ErreurBilan) -> None:
        self.troubles[erreur.message] = None


def _assembler(troubles: Iterable[str]) -> str:
    liste = list(troubles)
    if len(liste) == 1:
        return liste[0]
    return "\n".join([f"{len(liste)} fautes dans le plan, rien n'a été lancé :", *(f"  – {t}" for t in liste)])
