"""Explorer un indicateur : sa carte par EPCI, puis les communes, par les mêmes formes que les pages publiées."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from bilan.figures.formes import Barres, Cercles, Choroplethe, Format, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.palettes import ABSENCES
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.descriptions import decrire_carte, decrire_lignes
from bilan.figures.sujets.echelles import PARTS, REPERE, Echelle
from bilan.figures.sujets.mesures import COLONNES_EPCI, maturite, par_epci
from bilan.francais import compter, date_courte, date_longue, nombre
from bilan.francais.phrases import EPCI, majuscule, parmi

_QUARTS = Echelle((25, 50, 75), "sequentiel")
_ECHELLES = {"F1e": REPERE, "F3": PARTS, "F3c": PARTS}
COMMUNES_MONTREES = 15
"""Communes que montre le graphique de détail, les plus grandes d'abord ; la table les a toutes."""


@dataclass(frozen=True, slots=True)
class Sujet:
    """Ce qu'on explore : l'indicateur (code, titre, définition, unité, source) et la population choisie, nommée."""

    code: str
    titre: str
    definition: str
    unite: str
    source: str
    population: str

    @property
    def format(self) -> Format:
        """Format de la valeur : un taux se lit en %, un volume en nombre."""
        return "pourcent" if self.unite == "%" else "nombre"


def carte(mesures: pl.DataFrame, sujet: Sujet, contexte: Contexte) -> Figure:
    """Rend la carte d'un indicateur par EPCI : coloriée pour un taux, en cercles pour un volume.

    `mesures` est déjà réduite à l'indicateur et à la population du sujet.
    """
    lues = par_epci(mesures, contexte)
    echelle = _ECHELLES.get(sujet.code, _QUARTS)
    donnees = lues.select(
        *("epci_siren", "epci", "code_departement", "numerateur", "denominateur", "valeur", "absence"),
        echelle.classer("valeur") if sujet.unite == "%" else pl.lit(None, pl.String).alias("classe"),
    )
    connus = donnees.filter(pl.col("valeur").is_not_null()).sort("valeur", "epci", descending=[True, False])
    forme = (
        Choroplethe("epci_siren", "classe", "absence", echelle.classes, palette=echelle.palette)
        if sujet.unite == "%"
        else Cercles("epci_siren", "valeur", sujet.titre)
    )
    return Figure(
        id=f"exploration-{sujet.code.lower()}",
        titre=f"{sujet.titre} : {compter(connus.height, 'EPCI renseigné', 'EPCI renseignés')} sur {donnees.height}",
        sous_titre=f"{sujet.population}, {contexte.periode.libelle}",
        forme=forme,
        donnees=donnees,
        colonnes=(*COLONNES_EPCI, *_colonnes_de_valeur(sujet)),
        lecture=_lecture(connus, sujet),
        champ=contexte.champ_epci,
        source=contexte.source(sujet.source),
        alt=decrire_carte(donnees, echelle.classes, ABSENCES)
        if sujet.unite == "%"
        else decrire_lignes(connus, "epci", {"valeur": "nombre"}),
        note=sujet.definition,
        indicateurs=(sujet.code,),
        maturite=maturite(mesures.filter(territoire_type="epci", periode=str(contexte.periode))),
    )


def _colonnes_de_valeur(sujet: Sujet) -> tuple[Colonne, ...]:
    valeur = Colonne("valeur", sujet.titre, sujet.format, "" if sujet.unite == "%" else sujet.unite, absence="absence")
    if sujet.unite != "%":
        return (valeur,)
    # La valeur d'abord : une carte ne dit au survol que les premières colonnes.
    return (
        valeur,
        Colonne("numerateur", "Numérateur", "nombre", absence="absence"),
        Colonne("denominateur", "Dénominateur", "nombre", absence="absence"),
    )


def _lecture(connus: pl.DataFrame, sujet: Sujet) -> str:
    if connus.is_empty():
        return f"Aucun EPCI n'est renseigné pour cette population et cette période : {sujet.population.lower()}."
    return f"Du plus haut au plus bas : {decrire_lignes(connus, 'epci', {'valeur': sujet.format})}"


def communes(lignes: pl.DataFrame, sujet: Sujet, contexte: Contexte) -> Figure:
    """Rend les logements par commune, du plus grand volume au plus petit.

    `lignes` : epci_siren, code_commune, commune, logements. Ses logements sont ceux que compte `sujet`.
    """
    donnees = lignes.sort("logements", "commune", descending=[True, False])
    total = int(donnees["logements"].sum() or 0)
    quoi = sujet.titre[:1].lower() + sujet.titre[1:]
    return Figure(
        id="exploration-communes",
        titre=f"{compter(total, 'logement')} dans {compter(donnees.height, 'commune')} : {quoi}",
        sous_titre=f"{sujet.population}, par commune, {contexte.periode.libelle}",
        forme=Barres("commune", "logements"),
        donnees=donnees,
        colonnes=(
            Colonne("code_commune", "Code de la commune"),
            Colonne("commune", "Commune"),
            Colonne("logements", sujet.titre, "nombre", "logements"),
        ),
        lecture=decrire_lignes(donnees, "commune", {"logements": "nombre"}) if donnees.height else "Aucune commune.",
        champ="Communes de la région dont un bailleur a remis son bilan.",
        source=contexte.source(sujet.source),
        alt=decrire_lignes(donnees, "commune", {"logements": "nombre"}) if donnees.height else "Aucune commune.",
        note="Document de travail : un petit nombre par commune ne se publie pas.",
        indicateurs=(sujet.code,),
        maturite="provisoire",
        vide="" if donnees.height else "Aucun bilan livré n'a de logement dans ce choix.",
    )


def deux_dates(lignes: pl.DataFrame, sujet: Sujet, avant: date, contexte: Contexte) -> Figure:
    """Rend les EPCI dont le volume n'est plus celui que l'on connaissait au jour `avant`, le plus grand écart d'abord.

    `lignes` : epci_siren, logements, logements_avant ; un compte absent d'un côté y est nul.
    """
    noms = contexte.territoires.epci.select("epci_siren", "epci", "code_departement")
    connus = lignes.join(noms, on="epci_siren").with_columns(
        pl.col("logements", "logements_avant").fill_null(0).cast(pl.Int64)
    )
    donnees = (
        connus.with_columns(ecart=pl.col("logements") - pl.col("logements_avant"))
        .filter(pl.col("ecart") != 0)
        .sort(pl.col("ecart").abs(), "epci", descending=[True, False])
        .select("epci_siren", "epci", "code_departement", "logements_avant", "logements", "ecart")
    )
    dates = f"entre le {date_longue(avant)} et le {date_longue(contexte.connu_le)}"
    vide = f"Aucun EPCI n'a changé de volume {dates}."
    tete = donnees.row(0, named=True) if donnees.height else {}
    return Figure(
        id="exploration-deux-dates",
        titre=f"{majuscule(parmi(donnees.height, connus.height, EPCI, ('a changé', 'ont changé')))} {dates}"
        if donnees.height
        else vide.removesuffix("."),
        sous_titre=f"{sujet.titre}, {sujet.population.lower()}, {contexte.periode.libelle} : ce que l'on en savait",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("logements_avant", f"Connu le {date_courte(avant)}", "nombre", "logements"),
            Colonne("logements", f"Connu le {date_courte(contexte.connu_le)}", "nombre", "logements"),
            Colonne("ecart", "Écart", "nombre", "logements"),
        ),
        lecture=f"{tete['epci']} : {nombre(tete['logements_avant'])} logements connus d'abord, puis "
        f"{nombre(tete['logements'])}."
        if tete
        else vide,
        champ="Bailleurs dont le bilan était connu à chacune des deux dates.",
        source=contexte.source(sujet.source),
        alt=decrire_lignes(donnees, "epci", {"logements_avant": "nombre", "logements": "nombre"}) if tete else vide,
        note="Un écart vient d'un bilan arrivé ou rectifié entre les deux dates, pas de logements nouveaux. "
        f"{contexte.ruptures(avant, contexte.connu_le)}".rstrip(),
        indicateurs=(sujet.code,),
        maturite="provisoire",
        vide="" if tete else vide,
    )
