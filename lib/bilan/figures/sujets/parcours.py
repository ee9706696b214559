"""Le parcours des EPCI, de la conférence à la cotation : fait, prévu, glissé, et ce qui arrive à son terme."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from bilan.figures.formes import Frise
from bilan.figures.modele import Colonne, Figure
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import REGISTRE, SOUMIS
from bilan.figures.sujets.descriptions import decrire_lignes
from bilan.figures.sujets.mesures import Ligne
from bilan.francais import articles, compter, date_courte, date_longue
from bilan.francais.phrases import EPCI, majuscule, parmi

DUREES = {"CIA": "duree_cia_ans", "PPGDID": "duree_ppgdid_ans"}
"""Règle qui dit, en années, combien de temps vaut un document."""

FAIT, PREVU, GLISSE, ECHEANCE, EXPIRE = "fait", "prévu", "glissé", "échéance", "expiré"
"""Statuts d'un repère de la frise ; l'échéance est le terme à venir d'un document qui court."""


@dataclass(frozen=True, slots=True)
class Etape:
    """Étape du parcours : colonnes du registre qui disent sa date, sa date annoncée et le terme du document."""

    sigle: str
    faite: str
    prevue: str | None = None
    fin: str | None = None


ETAPES = (
    Etape("CIL", "cil_date_installation", "date_prevue_cil"),
    Etape("Document-cadre", "document_cadre_date"),
    Etape("CIA", "cia_date_signature", "date_prevue_cia", "cia_date_fin"),
    Etape("PPGDID", "ppgdid_date_adoption", "date_prevue_ppgdid", "ppgdid_date_fin"),
    Etape("Cotation", "cotation_date_mise_en_service", "date_prevue_cotation"),
)
"""Étapes de la réforme dans un EPCI, dans leur ordre (domaine, § 3)."""

_TOUTES = ("a franchi les cinq étapes", "ont franchi les cinq étapes")
_NOTE = (
    "Glissé : annoncé plus tard qu'à l'arrêté précédent. Échéance : dernier jour d'un document qui court ; expiré : ce "
    "jour est passé."
)


def reperes(registre: pl.DataFrame, durees: Mapping[str, int], contexte: Contexte) -> pl.DataFrame:
    """Rend les repères des EPCI soumis, au dernier arrêté connu : une ligne par étape, et par terme d'un document.

    `registre` est la table epci_avancement, tous arrêtés ; `durees` la durée des documents, en années, par sigle,
    pour ceux dont le registre ne dit pas le dernier jour. Colonnes : epci_siren, epci, epci_court, code_departement,
    etape, jour (nul sans date), statut, avant (date annoncée à l'arrêté précédent), deja, rang.
    """
    arretes = registre.filter(pl.col("date_arrete") <= contexte.connu_le).sort("date_arrete")
    lots = []
    for rang, etape in enumerate(ETAPES):
        ici = _a_deux_arretes(arretes, etape)
        lots.append(_etape(ici, etape.sigle).with_columns(rang=pl.lit(rang)))
        if etape.fin:
            terme = _terme(ici, etape.sigle, durees[etape.sigle], contexte.connu_le)
            lots.append(terme.with_columns(rang=pl.lit(rang)))
    noms = contexte.territoires.epci.filter("est_soumis").select("epci_siren", "epci", "epci_court", "code_departement")
    return noms.join(pl.concat(lots), on="epci_siren").sort("code_departement", "epci", "rang", "jour")


def _a_deux_arretes(arretes: pl.DataFrame, etape: Etape) -> pl.DataFrame:
    """Rend, par EPCI : faite, prevue et fin au dernier arrêté, et `avant`, la date annoncée à l'arrêté précédent."""
    vide = pl.lit(None, pl.Date)
    prevue, fin = (pl.col(nom) if nom else vide for nom in (etape.prevue, etape.fin))
    # Une date réelle d'après l'arrêté n'est encore qu'une annonce.
    passee = pl.col(etape.faite) <= pl.col("date_arrete")
    lues = arretes.select(
        "epci_siren",
        faite=pl.when(passee).then(etape.faite),
        prevue=pl.coalesce(pl.when(~passee).then(etape.faite), prevue),
        fin=fin,
    )
    return lues.group_by("epci_siren").agg(
        pl.col("faite", "prevue", "fin").last(), avant=pl.col("prevue").slice(0, pl.len() - 1).last()
    )


def _etape(ici: pl.DataFrame, sigle: str) -> pl.DataFrame:
    fait = pl.col("faite").is_not_null()
    return ici.select(
        "epci_siren",
        etape=pl.lit(sigle),
        jour=pl.coalesce("faite", "prevue"),
        statut=pl.when(fait)
        .then(pl.lit(FAIT))
        .when(pl.col("prevue") > pl.col("avant"))
        .then(pl.lit(GLISSE))
        .otherwise(pl.lit(PREVU)),
        avant=pl.when(~fait).then("avant"),
        deja=pl.when(fait).then(pl.lit("sans_objet")),
    )


def _terme(ici: pl.DataFrame, sigle: str, annees: int, connu_le: date) -> pl.DataFrame:
    fin = pl.coalesce("fin", pl.col("faite").dt.offset_by(f"{annees}y"))
    return ici.filter(pl.col("faite").is_not_null()).select(
        "epci_siren",
        etape=pl.lit(f"fin {sigle}"),
        jour=fin,
        statut=pl.when(fin < connu_le).then(pl.lit(EXPIRE)).otherwise(pl.lit(ECHEANCE)),
        avant=pl.lit(None, pl.Date),
        deja=pl.lit("sans_objet"),
    )


def frise_regionale(registre: pl.DataFrame, durees: Mapping[str, int], contexte: Contexte) -> Figure:
    """Rend la frise de tous les EPCI soumis, rangés par département ; d'un terme, on montre celui de l'année à venir.

    Un EPCI à cheval est rangé dans son département principal. Paramètres : ceux de `reperes`.
    """
    lus = reperes(registre, durees, contexte)
    proche = pl.col("jour") <= pl.lit(contexte.connu_le).dt.offset_by("1y")
    donnees = lus.filter((pl.col("statut") != ECHEANCE) | proche).select(
        "epci", "etape", "jour", "statut", "avant", "deja", nom=pl.format("{} {}", "code_departement", "epci_court")
    )
    complets = _complets(lus)
    soumis = lus["epci_siren"].n_unique()
    termes = donnees.filter(pl.col("statut").is_in([ECHEANCE, EXPIRE]))
    return Figure(
        id="cotation-parcours",
        titre=majuscule(parmi(complets, soumis, EPCI, _TOUTES))
        + (
            f" ; {compter(termes.height, 'document expiré', 'documents expirés')} ou dans leur dernière année"
            if termes.height
            else ""
        ),
        sous_titre=f"Parcours des EPCI soumis, par département principal, tel que connu le "
        f"{date_longue(contexte.connu_le)}",
        forme=Frise("nom", "etape", "jour", "statut"),
        donnees=donnees,
        colonnes=(Colonne("epci", "EPCI"), *_COLONNES),
        lecture=_lecture(donnees),
        champ=f"{SOUMIS} ; EPCI qui ont transmis leur avancement.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "epci,etape", {"statut": "texte", "jour": "date"}),
        note=f"{_NOTE} Une échéance à plus d'un an n'est pas montrée ici ; elle l'est dans la fiche de l'EPCI.",
        indicateurs=("E1", "E2", "E3", "E4", "E5"),
    )


_COLONNES = (
    Colonne("etape", "Étape"),
    Colonne("statut", "Statut"),
    Colonne("jour", "Date", "date"),
    Colonne("avant", "Date annoncée à l'arrêté précédent", "date", absence="deja"),
)


def _complets(lus: pl.DataFrame) -> int:
    """Rend combien d'EPCI ont fait toutes les étapes ; un document expiré n'en fait plus partie."""
    faites = pl.col("statut").eq(FAIT).sum() - pl.col("statut").eq(EXPIRE).sum()
    return lus.group_by("epci_siren").agg(faites=faites).filter(pl.col("faites") == len(ETAPES)).height


def _lecture(donnees: pl.DataFrame) -> str:
    glissees = donnees.filter(statut=GLISSE)
    attendues = donnees.filter(pl.col("statut") == PREVU, pl.col("jour").is_not_null())
    lot = next((lot for lot in (glissees, attendues) if lot.height), donnees.filter(statut=FAIT))
    if lot.is_empty():
        return "Aucune étape n'est franchie ni annoncée."
    ligne = lot.row(0, named=True)
    avant = f", annoncé auparavant pour le {date_longue(ligne['avant'])}" if ligne["statut"] == GLISSE else ""
    mot = "" if ligne["statut"] == FAIT else "prévu "
    return f"{ligne['epci']}, {ligne['etape']} : {mot}le {date_longue(ligne['jour'])}{avant}."


def frise_d_un_epci(registre: pl.DataFrame, durees: Mapping[str, int], epci: str, contexte: Contexte) -> Figure:
    """Rend la frise d'un EPCI soumis, avec le terme de ses documents ; paramètres de `reperes`."""
    donnees = (
        reperes(registre, durees, contexte)
        .filter(epci_siren=epci)
        .with_columns(
            ligne=pl.col("rang").replace_strict({r: e.sigle for r, e in enumerate(ETAPES)}),
            repere=pl.struct("statut", "jour").map_elements(_repere, return_dtype=pl.String),
        )
        .sort("rang", "jour")
        .select("epci", "ligne", "etape", "repere", "jour", "statut", "avant", "deja")
    )
    faites = donnees.filter(statut=FAIT).height
    return Figure(
        id="fiche-parcours",
        titre=f"{compter(faites, 'étape franchie', 'étapes franchies')} sur {len(ETAPES)}"
        f"{_terme_le_plus_proche(donnees)}",
        sous_titre=f"Parcours {articles.d_epci(donnees['epci'][0])}, tel que connu le {date_longue(contexte.connu_le)}",
        forme=Frise("ligne", "repere", "jour", "statut"),
        donnees=donnees,
        colonnes=_COLONNES,
        lecture=_lecture(donnees),
        champ=f"{donnees['epci'][0]}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "etape", {"statut": "texte", "jour": "date"}),
        note=_NOTE,
        indicateurs=("E1", "E2", "E3", "E4", "E5"),
    )


_MOTS = {FAIT: "fait le", PREVU: "prévu le", GLISSE: "repoussé au", ECHEANCE: "vaut jusqu'au", EXPIRE: "expiré le"}


def _repere(ligne: Ligne) -> str:
    return "sans date" if ligne["jour"] is None else f"{_MOTS[ligne['statut']]} {date_courte(ligne['jour'])}"


def _terme_le_plus_proche(donnees: pl.DataFrame) -> str:
    termes = donnees.filter(pl.col("statut").is_in([ECHEANCE, EXPIRE])).sort("jour")
    if termes.is_empty():
        return ""
    terme = termes.row(0, named=True)
    verbe = "a expiré" if terme["statut"] == EXPIRE else "expire"
    document = terme["etape"].removeprefix("fin ")
    return f" ; {'la' if document == 'CIA' else 'le'} {document} {verbe} le {date_longue(terme['jour'])}"
