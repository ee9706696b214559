"""Ouvrir un carnet : ses paramètres vérifiés, ses lectures tenues au journal, ses sorties déposées."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import ValidationError

from bilan.carnets import affichage
from bilan.carnets.affichage import (
    Emetteur,
    paquet_controle,
    paquet_figure,
    paquet_lectures,
    paquet_texte,
)
from bilan.carnets.cellules import lire_document
from bilan.carnets.cles_de_lecture import LectureMesures, LectureTable
from bilan.carnets.contrat import ContratCarnet, Scalaire, troubles_des_valeurs
from bilan.carnets.lectures import JournalLectures
from bilan.entrepot.changements import Comparaison, EntrepotChangements
from bilan.entrepot.mesures import Choix as Filtre
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.tables import EntrepotTables, colonnes_de_tranche
from bilan.erreurs import DonneesRefusees, ErreurUsage
from bilan.figures.modele import Figure
from bilan.francais import date_longue
from bilan.periode import Periode
from bilan.projet import Jeu, Projet

if TYPE_CHECKING:
    from bilan.referentiel.geometries import Fonds
    from bilan.referentiel.regles import Regles
    from bilan.referentiel.territoires import Territoires


def ouvrir(nom: str, **parametres: Scalaire) -> "Carnet":
    """Rend le carnet `nom` ouvert avec ces paramètres ; c'est la première ligne utile d'un carnet.

    Lève `ErreurUsage`, toutes les fautes ensemble, si un paramètre n'est pas celui que le carnet déclare.
    Sert de la même façon dans JupyterLab et pendant une exécution.
    """
    projet = Projet.trouver()
    try:
        contrat = ContratCarnet.de(lire_document(projet.notebooks / f"{nom}.ipynb"))
    except ValidationError as erreur:
        raise DonneesRefusees(f"Le contrat du carnet « {nom} » (metadata.bilan) est mal formé : {erreur}") from erreur
    donnes = {n: v for n, v in parametres.items() if v is not None or n in contrat.parametres}
    if troubles := troubles_des_valeurs(contrat, donnes, {}):
        raise ErreurUsage(" ".join(troubles))
    return Carnet(projet, nom, contrat, donnes)


class Carnet:
    """Carnet ouvert : la seule porte par où il lit, et la seule par où il publie."""

    def __init__(
        self, projet: Projet, nom: str, contrat: ContratCarnet, parametres: Mapping[str, Scalaire],
        emettre: Emetteur | None = None,
    ) -> None:
        self.projet, self.nom, self.contrat = projet, nom, contrat
        self.parametres = dict(parametres)
        self._emettre = emettre or affichage.emettre_dans_le_carnet
        self._lectures = JournalLectures(nom, contrat)
        self._nom_du_territoire = ""
        self._figures: list[str] = []
        self._textes: list[str] = []
        self._controles = 0

    # — Ce que disent les paramètres

    @property
    def jeu(self) -> Jeu:
        """Jeu de données ; de démonstration si rien n'est dit."""
        return Jeu(str(self.parametres.get("jeu") or Jeu.DEMONSTRATION))

    @property
    def periode(self) -> Periode:
        """Période du bilan ; celle du jeu dans `collection.toml` si rien n'est dit."""
        return Periode.lire(str(self.parametres.get("periode") or self.projet.collection.jeux[self.jeu].periode))

    @property
    def region(self) -> str:
        """Code de la région ; celui de `collection.toml` si rien n'est dit."""
        return str(self.parametres.get("region") or self.projet.collection.region)

    @property
    def connu_le(self) -> date:
        """Date de ce que l'on savait ; celle du jeu dans `collection.toml` si rien n'est dit."""
        dite = self.parametres.get("connu_le")
        return date.fromisoformat(str(dite)) if dite else self.projet.collection.jeux[self.jeu].connu_le

    @property
    def connu_le_avant(self) -> date | None:
        """Date de ce que l'on savait à laquelle se comparer ; None si le carnet n'en demande pas.

        Lève `ErreurUsage` si elle n'est pas avant celle du carnet.
        """
        dite = self.parametres.get("connu_le_avant")
        avant = date.fromisoformat(str(dite)) if dite else None
        if avant is not None and avant >= self.connu_le:
            raise ErreurUsage(
                f"La date à laquelle se comparer (« connu_le_avant », {date_longue(avant)}) doit précéder celle du "
                f"carnet (« connu_le », {date_longue(self.connu_le)})."
            )
        return avant

    @property
    def profil(self) -> str:
        """Profil de diffusion : « interne » (bailleurs nommés) ou « public »."""
        return str(self.parametres.get("profil") or "interne")

    @property
    def epci(self) -> str | None:
        """SIREN de l'EPCI d'une fiche ; None pour un carnet régional."""
        valeur = self.parametres.get("epci")
        return None if valeur is None else str(valeur)

    @property
    def territoire(self) -> tuple[str, str]:
        """Maille et code du territoire dont parle le carnet."""
        for maille in ("epci", "departement", "bailleur"):
            if (valeur := self.parametres.get(maille)) is not None:
                return maille, str(valeur)
        return "region", self.region

    @cached_property
    def titre(self) -> str:
        """Titre du contrat, où {territoire} et {periode} sont remplacés par leur nom."""
        titre = self.contrat.titre.replace("{periode}", self.periode.libelle)
        if "{territoire}" not in titre:
            return titre
        maille, code = self.territoire
        connu = self._nom_du_territoire or (code if maille == "bailleur" else self.territoires.nom(maille, code))
        return titre.replace("{territoire}", connu)

    def nommer(self, nom: str) -> None:
        """Donne au territoire du carnet un nom que le référentiel ne connaît pas : celui d'un bailleur."""
        self._nom_du_territoire = nom

    # — Ce que le carnet lit

    def mesures(self, *indicateurs: str, **filtres: Filtre) -> pl.DataFrame:
        """Rend les mesures de ces indicateurs (colonnes de `Mesure`), filtrées par colonne.

        `filtres` : territoire_type, territoire, periode, une valeur ou plusieurs ; seul ce qu'ils gardent compte pour
        savoir s'il faudra rejouer. Lève `ErreurUsage` si le carnet ne déclare pas un indicateur.
        """
        self._noter_mesures(indicateurs, filtres, repere=False)
        lues = self._magasin.lire(indicateur=indicateurs, **filtres)
        return pl.concat([lues.filter(indicateur=indicateur) for indicateur in indicateurs])

    def reperes(self, *indicateurs: str, territoire_type: str, territoire: str, periode: Filtre = None) -> pl.DataFrame:
        """Rend les mesures d'un territoire (région ou département) que l'on montre à côté d'un autre.

        Mêmes colonnes que `mesures`, mais la valeur seule, arrondie à la décimale affichée : le bilan d'un bailleur ne
        fait rejouer les fiches des autres territoires que s'il déplace un chiffre qu'elles montrent.
        """
        filtres: dict[str, Filtre] = {
            "territoire_type": territoire_type, "territoire": territoire, "periode": periode,
        }  # fmt: skip
        self._noter_mesures(indicateurs, filtres, repere=True)
        return self._magasin.lire_reperes(indicateur=indicateurs, **filtres)

    def table(self, nom: str, connue_le: date | None = None, **tranche: str | Sequence[str]) -> pl.DataFrame:
        """Rend une table canonique telle que connue à la date du carnet, ou à une autre ; elle doit être déclarée.

        `tranche` n'en garde que les lignes de quelques valeurs, par colonne où elle se découpe
        (`entrepot.tranches.TRANCHES`), triées, sans les colonnes qui disent d'où elles viennent ; seules ces lignes
        comptent alors pour savoir s'il faudra rejouer.
        """
        lecture = LectureTable.tranche(nom, tranche)
        self._lectures.noter_table(lecture)
        if tranche:
            return self._tables.tranche(nom, lecture.choix, connue_le or self.connu_le)
        return self._tables.lire(nom, connu_le=connue_le or self.connu_le)

    def valeurs(self, nom: str, colonne: str) -> list[Any]:
        """Rend les valeurs présentes dans une colonne d'une table, triées : rien d'autre de la table n'est lu."""
        colonnes_de_tranche(nom, [colonne])
        self._lectures.noter_table(LectureTable(nom, valeurs_de=colonne))
        return self._tables.lire(nom, connu_le=self.connu_le)[colonne].drop_nulls().unique().sort().to_list()

    @property
    def _magasin(self) -> EntrepotMesures:
        return EntrepotMesures(self.projet.entrepot, self.jeu, self.profil)

    @property
    def _tables(self) -> EntrepotTables:
        return EntrepotTables(self.projet.entrepot, self.jeu)

    def _noter_mesures(self, indicateurs: Sequence[str], filtres: Mapping[str, Filtre], repere: bool) -> None:
        if not indicateurs:
            raise ErreurUsage("Une lecture de mesures demande au moins un code d'indicateur, par exemple « E5 ».")
        mailles, territoires, periodes = (
            ("",) if voulues is None else (voulues,) if isinstance(voulues, str) else tuple(voulues)
            for voulues in map(filtres.get, ("territoire_type", "territoire", "periode"))
        )
        ensemble = ",".join(sorted(set(territoires)))  # une lecture par pair en ferait des milliers par fiche
        for indicateur, maille, periode in product(indicateurs, mailles, periodes):
            self._lectures.noter_mesures(LectureMesures(indicateur, maille, ensemble, periode, repere))

    def changements(self) -> tuple[pl.DataFrame, Comparaison]:
        """Rend ce qui a changé (colonnes d'`indicateurs.changements.SCHEMA`) et l'état auquel on se compare.

        C'est l'état que dit la collection, ou celui du jour `connu_le_avant`, s'il est donné : registres et livraisons
        seulement, car les valeurs ne se recalculent pas ici. Hors du profil interne, les valeurs d'un état passé, qui
        n'y ont pas été masquées, et les bailleurs sont ôtés.
        """
        lignes, comparaison = self._comparer()
        if self.profil != "interne":
            lignes = lignes.filter(pl.col("genre") != "valeur").with_columns(detail=pl.lit(None, pl.String))
        return lignes, comparaison

    def _comparer(self) -> tuple[pl.DataFrame, Comparaison]:
        if (avant := self.connu_le_avant) is None:
            self._lectures.noter_changements()
            magasin = EntrepotChangements(self.projet.entrepot, self.jeu)
            return magasin.lire(), magasin.comparaison()
        from bilan.indicateurs.changements import REGISTRES_COMPARES, Etat, comparer

        etats = [
            Etat(
                jour, {nom: self.table(nom, connue_le=jour) for nom in REGISTRES_COMPARES},
                self._tables.livraisons(jour), pl.DataFrame(),
            )
            for jour in (avant, self.connu_le)
        ]  # fmt: skip
        return comparer(etats[0], etats[1]), Comparaison(avant.isoformat(), sans_valeurs=True)

    def ruptures(self, debut: date, fin: date) -> str:
        """Rend la phrase des ruptures de série entre deux dates, ou rien s'il n'y en a pas."""
        from bilan.referentiel.ruptures import en_phrase, ruptures

        return en_phrase(ruptures(self.projet.referentiel, self.region, debut, fin))

    def catalogue(self) -> pl.DataFrame:
        """Rend les carnets de la collection, un par ligne (`catalogue.COLONNES`) ; la lecture est notée."""
        from bilan.carnets.catalogue import COLONNES, lignes_du_catalogue

        self._lectures.noter_catalogue()
        return pl.DataFrame(lignes_du_catalogue(self.projet)).select(COLONNES)

    @cached_property
    def territoires(self) -> "Territoires":
        """Communes, EPCI et départements de la région, au millésime de la collection."""
        from bilan.referentiel.territoires import Territoires

        return Territoires.ouvrir(
            self.projet.referentiel, millesime=self.projet.collection.millesime, region=self.region
        )

    @cached_property
    def fonds(self) -> "Fonds":
        """Fonds de carte de la région, en Lambert-93."""
        from bilan.referentiel.geometries import Fonds

        return Fonds.ouvrir(self.projet.referentiel, region=self.region)

    @cached_property
    def regles(self) -> "Regles":
        """Règles de droit datées."""
        from bilan.referentiel.regles import Regles

        return Regles.ouvrir(self.projet.referentiel)

    @property
    def seuils(self) -> Any:
        """Seuils de lecture de `collection.toml`."""
        return self.projet.collection.seuils

    def source(self, origine: str) -> str:
        """Rend la source d'une figure : son origine, la date de ce que l'on savait, et la fiction s'il y en a une."""
        fictif = "données fictives de démonstration, " if self.jeu.est_fictif else ""
        return f"{origine}, {fictif}tel que connu le {date_longue(self.connu_le)}"

    # — Ce que le carnet publie

    def figure(self, figure: Figure) -> None:
        """Publie une figure ; d'un jeu de démonstration, elle devient fictive d'elle-même.

        Lève `ErreurUsage` si elle n'est pas déclarée, ou si elle l'a déjà été dans cette exécution.
        """
        if figure.id not in (permises := self.contrat.figures_permises):
            raise ErreurUsage(
                f"La figure « {figure.id} » n'est pas déclarée par le carnet « {self.nom} » ; "
                f"ajoutez-la à metadata.bilan.figures, qui liste : {', '.join(permises) or 'rien'}."
            )
        self._nouveau(figure.id, self._figures, "figure")
        montree = replace(figure, fictif=True) if self.jeu.est_fictif else figure
        self._emettre(paquet_figure(montree, lambda: self.fonds))

    def texte(self, id: str, texte: str, figures: Iterable[str] = ()) -> None:
        """Publie une phrase tirée des données et les figures qu'elle cite."""
        self._nouveau(id, self._textes, "texte")
        self._emettre(paquet_texte({"id": id, "texte": texte, "figures": list(figures)}))

    def controle(self, libelle: str, condition: bool, detail: str = "") -> None:
        """Publie le verdict d'un contrôle ; un seul contrôle manqué met l'exécution en échec."""
        self._controles += 1
        self._emettre(paquet_controle({"libelle": libelle, "ok": bool(condition), "detail": detail}))

    def terminer(self) -> None:
        """Clôt le carnet : dépose le journal des lectures et le compte de ce qui a été publié."""
        self._emettre(paquet_lectures({
            "titre": self.titre, "figures": self._figures, "textes": len(self._textes), "controles": self._controles,
            **self._lectures.en_json(),
        }))

    def _nouveau(self, identifiant: str, connus: list[str], quoi: str) -> None:
        if identifiant in connus:
            raise ErreurUsage(f"L'identifiant de {quoi} « {identifiant} » sert deux fois ; changez le second.")
        connus.append(identifiant)
