"""L'exploration : un indicateur, une période, un réservataire, un EPCI, et la vue qui en découle.

Tout passe par les mesures, les tables et les figures des carnets publiés ; rien ne se calcule ici.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from bilan.carnets.ouverture import Carnet
from bilan.erreurs import ErreurUsage, valeur_inconnue
from bilan.figures.altair.liaison import lier
from bilan.figures.modele import Figure
from bilan.figures.sujets import Contexte, exploration
from bilan.figures.sujets.exploration import COMMUNES_MONTREES, Sujet
from bilan.indicateurs.contexte import Contexte as ContexteDeCalcul
from bilan.indicateurs.matiere import Matiere
from bilan.indicateurs.registre import INDICATEURS
from bilan.periode import Periode
from bilan.projet import Jeu, Projet
from bilan.referentiel.nomenclatures import RESERVATAIRES

ENSEMBLE = "ENSEMBLE"
"""Choix de tous les réservataires réunis."""

POPULATIONS = {ENSEMBLE: "Tous réservataires", **RESERVATAIRES}

_COMPTES = {
    "N1": ("proposes", "cumul"), "N2": ("attribues", "cumul"), "N3": ("baux", "cumul"),
    "N1t": ("proposes", "seul"), "N2t": ("attribues", "seul"), "N3t": ("baux", "seul"),
}  # fmt: skip

Diapositives = Callable[[Projet, Jeu, date, Sequence[Figure]], bytes]


@dataclass(frozen=True)
class Choix:
    """Ce qu'on regarde ; `reservataire` vaut « ENSEMBLE » ou un code, `epci` None pour toute la région."""

    indicateur: str
    periode: str
    reservataire: str = ENSEMBLE
    epci: str | None = None


@dataclass(frozen=True)
class Vue:
    """Ce que montre un choix : la carte par EPCI, les communes, et leur dessin lié (Vega-Lite)."""

    choix: Choix
    carte: Figure
    communes: Figure
    dessin: dict[str, Any]


class Exploration:
    """Exploration d'un carnet ouvert : ce qui peut se choisir, et la vue de chaque choix.

    `diapositives` fait un .pptx de figures (projet, jeu, date de ce que l'on savait, figures) ; sans lui, l'export
    d'une vue n'a pas de diapositive.
    """

    def __init__(self, carnet: Carnet, diapositives: Diapositives | None = None) -> None:
        self.carnet, self.diapositives = carnet, diapositives
        self._mesures = carnet.mesures(*carnet.contrat.mesures).filter(territoire_type="epci")
        self._matieres: dict[tuple[str, date], Matiere] = {}

    @property
    def indicateurs(self) -> dict[str, str]:
        """Titre de chaque indicateur qui a des mesures par EPCI, dans l'ordre du catalogue."""
        presents = set(self._mesures["indicateur"])
        return {code: f"{code} · {i.titre}" for code, i in INDICATEURS.items() if code in presents}

    def periodes(self, indicateur: str) -> list[str]:
        """Rend les périodes où l'indicateur a des mesures, la plus récente d'abord."""
        return sorted(self._mesures.filter(indicateur=indicateur)["periode"].unique(), reverse=True)

    def reservataires(self, indicateur: str) -> dict[str, str]:
        """Rend les réservataires que distingue l'indicateur, code → libellé ; « ENSEMBLE » s'il a un total."""
        lignes = self._mesures.filter(indicateur=indicateur)
        codes = set(lignes.filter(ventilation="reservataire")["modalite"])
        if lignes.filter(ventilation="ensemble").height:
            codes.add(ENSEMBLE)
        return {code: libelle for code, libelle in POPULATIONS.items() if code in codes}

    @property
    def epci(self) -> dict[str, str]:
        """EPCI de la région, SIREN → nom, dans l'ordre des noms."""
        return dict(self.carnet.territoires.epci.sort("epci").select("epci_siren", "epci").iter_rows())

    def regler(self, choix: Choix) -> Choix:
        """Rend le choix que les données permettent, au plus près : le premier possible remplace l'impossible."""
        periodes, populations = self.periodes(choix.indicateur), list(self.reservataires(choix.indicateur))
        return Choix(
            choix.indicateur,
            choix.periode if choix.periode in periodes else periodes[0],
            choix.reservataire if choix.reservataire in populations else populations[0],
            choix.epci,
        )

    def vue(self, choix: Choix) -> Vue:
        """Rend la vue d'un choix ; lève `ErreurUsage` si l'indicateur, la période ou le réservataire n'y est pas."""
        self._verifier(choix)
        fiche = INDICATEURS[choix.indicateur]
        sujet = Sujet(
            fiche.code, fiche.titre, fiche.definition, fiche.unite, fiche.source, POPULATIONS[choix.reservataire]
        )
        contexte = self._contexte(choix)
        axe = "ensemble" if choix.reservataire == ENSEMBLE else "reservataire"
        modalite = axe if axe == "ensemble" else choix.reservataire
        mesures = self._mesures.filter(indicateur=choix.indicateur, ventilation=axe, modalite=modalite)
        fictif = self.carnet.jeu.est_fictif
        carte = replace(exploration.carte(mesures, sujet, contexte), fictif=fictif)
        detail = self._detail(choix)
        toutes = self._communes(choix, self.carnet.connu_le)
        dessin = lier(
            carte, exploration.communes(toutes, detail, contexte), self.carnet.fonds, choix.epci, COMMUNES_MONTREES
        )
        ici = toutes if choix.epci is None else toutes.filter(epci_siren=choix.epci)
        return Vue(choix, carte, replace(exploration.communes(ici, detail, contexte), fictif=fictif), dessin)

    def comparer(self, choix: Choix, avant: date) -> Figure:
        """Rend les logements par EPCI d'un choix, tels que connus au jour `avant` et à la date du carnet.

        Lève `ErreurUsage` si l'indicateur, la période ou le réservataire n'y est pas.
        """
        self._verifier(choix)
        alors, maintenant = (
            self._communes(choix, jour).group_by("epci_siren").agg(pl.col("logements").sum())
            for jour in (avant, self.carnet.connu_le)
        )
        lignes = maintenant.join(alors, on="epci_siren", how="full", coalesce=True, suffix="_avant")
        figure = exploration.deux_dates(lignes, self._detail(choix), avant, self._contexte(choix))
        return replace(figure, fictif=self.carnet.jeu.est_fictif)

    def _detail(self, choix: Choix) -> Sujet:
        """Rend le volume qui détaille un choix : lui-même, ou les logements attribués pour un taux."""
        fiche = INDICATEURS[self._compte(choix.indicateur)[0]]
        population = POPULATIONS[choix.reservataire]
        return Sujet(fiche.code, fiche.titre, fiche.definition, "logements", fiche.source, population)

    def exporter(self, vue: Vue, dossier: Path | None = None) -> list[Path]:
        """Écrit la vue (CSV de tableur, SVG et PNG de la carte, CSV des communes, diapositive) et rend les fichiers.

        Sans `dossier`, dans reports/exploration, qui ne va pas au dépôt.
        """
        from bilan.carnets.export_vue import exporter

        nom = "-".join(filter(None, (self.carnet.jeu, *vars(vue.choix).values())))
        return exporter(vue, self, dossier or self.carnet.projet.reports / "exploration", nom.lower())

    def selecteurs(self, choix: Choix) -> None:
        """Affiche les listes et la vue de ce choix, qu'elles changent ; l'export s'y fait d'un bouton."""
        from bilan.carnets.selecteurs import Selecteurs

        Selecteurs(self, choix).montrer()

    def _verifier(self, choix: Choix) -> None:
        if choix.indicateur not in self.indicateurs:
            raise valeur_inconnue("l'indicateur", choix.indicateur, self.indicateurs)
        if choix.periode not in self.periodes(choix.indicateur):
            raise valeur_inconnue("la période", choix.periode, self.periodes(choix.indicateur))
        permis = self.reservataires(choix.indicateur)
        if choix.reservataire not in permis:
            raise ErreurUsage(
                f"L'indicateur {choix.indicateur} ne se lit pas pour « {choix.reservataire} » ; il se lit pour : "
                f"{', '.join(permis)}."
            )
        if choix.epci is not None:
            self.carnet.territoires.verifier_epci(choix.epci)

    def _contexte(self, choix: Choix) -> Contexte:
        return replace(Contexte.du_carnet(self.carnet), periode=Periode.lire(choix.periode))

    @staticmethod
    def _compte(indicateur: str) -> tuple[str, str, str]:
        # Un taux n'a pas de commune : on y montre les logements attribués, qui en sont le volume.
        code = indicateur if indicateur in _COMPTES else "N2"
        return code, *_COMPTES[code]

    def _communes(self, choix: Choix, connu_le: date) -> pl.DataFrame:
        _, compte, nature = self._compte(choix.indicateur)
        matiere = self._matiere(choix.periode, connu_le)
        positions = matiere.positions_par_commune(nature).filter(periode=choix.periode)
        if choix.reservataire != ENSEMBLE:
            positions = positions.filter(reservataire_categorie=choix.reservataire)
        noms = self.carnet.territoires.communes.select("code_commune", "commune")
        return (
            positions.group_by("epci_siren", "code_commune")
            .agg(logements=pl.col(compte).sum())
            .filter(pl.col("logements") > 0)
            .join(noms, on="code_commune", how="left")
            .select("epci_siren", "code_commune", pl.col("commune").fill_null(pl.col("code_commune")), "logements")
            .sort("code_commune")
        )

    def _matiere(self, periode: str, connu_le: date) -> Matiere:
        if (periode, connu_le) not in self._matieres:
            c = self.carnet
            contexte = ContexteDeCalcul.des_territoires(
                c.territoires, c.jeu, c.regles, (Periode.lire(periode),), connu_le
            )
            tables = {"flux_bilan": c.table("flux_bilan", connue_le=connu_le)}
            self._matieres[periode, connu_le] = Matiere(tables, contexte)
        return self._matieres[periode, connu_le]
