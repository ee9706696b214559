"""La série des fiches d'une édition : une par EPCI et la synthèse régionale, prêtes à imprimer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from bilan.editions.annuaire import Annuaire, Epci
from bilan.editions.executions import Edition
from bilan.editions.fiches.contenu import figures_prevues, insecables, pages
from bilan.editions.fiches.plan import Document, Plan
from bilan.editions.fiches.presse import Presse, version_de_la_presse
from bilan.editions.imagerie import Imagerie
from bilan.editions.ouvriers import Promesse
from bilan.editions.textes import Textes
from bilan.entrepot import fichiers
from bilan.erreurs import valeur_inconnue
from bilan.figures.modele import Figure
from bilan.francais import date_longue
from bilan.periode import Periode

SYNTHESE = "synthese-regionale.pdf"
_PDF = "pdf"
_FICTIF = "DONNÉES FICTIVES – "


@dataclass(frozen=True)
class Serie:
    """Ce dont les fiches ont besoin : l'édition, les noms, les textes, les images et les gabarits.

    Un document de travail le dit en filigrane de chaque page.
    """

    edition: Edition
    annuaire: Annuaire
    textes: Textes
    imagerie: Imagerie
    gabarits: Path
    document_de_travail: bool = False

    def imprimer(self, dossier: Path, sirens: tuple[str, ...] = ()) -> list[Path]:
        """Écrit dans `dossier` la synthèse et les fiches (celles des `sirens` donnés, toutes sinon) ; rend les chemins.

        Les mêmes exécutions donnent les mêmes PDF, octet pour octet ; un PDF se garde tant que son contenu est le même.
        Lève `ErreurUsage` pour un SIREN sans fiche,
        `PublicationRefusee` si une fiche ne tient pas dans ses pages.
        """
        with self.imagerie.ouvriers:
            return self.commander(dossier, sirens)()

    def commander(self, dossier: Path, sirens: tuple[str, ...] = ()) -> Promesse[list[Path]]:
        """Met en route les PDF que `imprimer` fait ; la promesse les écrit et rend leurs chemins."""
        for siren in sirens:
            if siren not in self.edition.fiches:
                raise valeur_inconnue("la fiche de l'EPCI", siren, self.edition.fiches)
        plan, version = Plan.lire(self.gabarits), version_de_la_presse(self.gabarits)
        documents = list(self._documents(plan, sirens))
        self.imagerie.preparer(f for _, document, figures, _ in documents for f in figures_prevues(document, figures))
        voulus = [
            _Voulu(nom, version, document.gabarit, tete | {"pages": pages(document, figures, self.imagerie)})
            for nom, document, figures, tete in documents
        ]
        imprimer = partial(_imprimer, self.gabarits, self._connu_le)
        manquants = [voulu for voulu in voulus if not self.imagerie.garde(voulu.texte, _PDF)]
        imprimes = self.imagerie.ouvriers.repartir(imprimer, manquants)
        faits = {voulu.nom: imprime for voulu, imprime in zip(manquants, imprimes, strict=True)}
        return partial(self._recevoir, dossier, [(v, faits.get(v.nom, partial(imprimer, v))) for v in voulus])

    def _recevoir(self, dossier: Path, attendus: list[tuple["_Voulu", Promesse[bytes]]]) -> list[Path]:
        for voulu, imprime in attendus:
            fichiers.ecrire(dossier / voulu.nom, self.imagerie.tirer(voulu.texte, _PDF, imprime))
        return [dossier / voulu.nom for voulu, _ in attendus]

    @property
    def _connu_le(self) -> date:
        return self.edition.declaration.connu_le

    def _documents(
        self, plan: Plan, sirens: tuple[str, ...]
    ) -> Iterator[tuple[str, Document, dict[str, Figure], dict[str, Any]]]:
        regionales = {ident: f for execution in reversed(self.edition.pages) for ident, f in execution.figures.items()}
        if regionales and not sirens:
            yield SYNTHESE, plan.synthese, regionales, self._tete(
                f"Synthèse régionale, {self._periode}", f"{self.annuaire.region} – {self.textes.objet}"
            )
        for epci in self.annuaire.epci:
            if epci.siren in self.edition.fiches and (not sirens or epci.siren in sirens):
                figures = regionales | self.edition.fiches[epci.siren].figures
                yield f"epci/{epci.siren}.pdf", plan.epci, figures, self._tete(epci.nom, self._situer(epci))

    @property
    def _periode(self) -> str:
        return Periode.lire(self.edition.declaration.periode).libelle

    def _situer(self, epci: Epci) -> str:
        rang = "département" if len(epci.departements) == 1 else "départements"
        soumis = "EPCI soumis à la réforme" if epci.est_soumis else "EPCI non soumis à la réforme"
        return (
            f"{epci.genre}, {rang} {', '.join(epci.departements)} – {self.annuaire.region} – {soumis} – {self._periode}"
        )

    def _tete(self, titre: str, sous_titre: str) -> dict[str, Any]:
        edition, texte = self.edition, self.textes.editions[self.edition.jeu]
        fictif = edition.jeu.est_fictif
        connu = f"Données connues le {date_longue(edition.declaration.connu_le)}"
        pied = f"{self.textes.titre} – {edition.declaration.titre} – {connu} – {self.textes.licence}"
        return {
            "titre": insecables(titre),
            "sous_titre": insecables(sous_titre),
            "surtitre": self.textes.titre,
            "edition": edition.declaration.titre,
            "date": [self._connu_le.year, self._connu_le.month, self._connu_le.day],
            "travail": self.document_de_travail,
            "fictif": fictif,
            "mention_fictif": insecables(f"{_FICTIF}{texte.avertissement}") if fictif else "",
            "pied": insecables(pied),
        }


@dataclass(frozen=True)
class _Voulu:
    """Un PDF à imprimer : son nom de fichier, la version de la presse, le gabarit et ce qu'il met en page."""

    nom: str
    version: str
    gabarit: str
    contenu: dict[str, Any]

    @property
    def texte(self) -> str:
        """Tout ce dont dépend le PDF."""
        return f"{self.version}\n{self.gabarit}\n{json.dumps(self.contenu)}"


def _imprimer(gabarits: Path, jour: date, voulu: _Voulu) -> bytes:
    return _presse(gabarits, voulu.version).imprimer(voulu.gabarit, voulu.contenu, jour)


@cache
def _presse(gabarits: Path, _version: str) -> Presse:
    # Une presse par processus et par version des gabarits : les polices du poste ne sont cherchées qu'une fois.
    return Presse(gabarits)
