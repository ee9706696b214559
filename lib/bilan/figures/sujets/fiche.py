"""Fiche d'un EPCI : sa carte d'identité, sa situation, les étapes qu'il a franchies."""

from datetime import date

import polars as pl

from bilan.figures.formes import Choroplethe, Tableau
from bilan.figures.modele import Colonne, Figure
from bilan.figures.palettes import ABSENCES
from bilan.figures.sujets.contexte import Contexte
from bilan.figures.sujets.cotation import REGISTRE
from bilan.figures.sujets.descriptions import decrire_carte, decrire_lignes
from bilan.figures.sujets.mesures import COLONNES_EPCI, Ligne, maturite, une
from bilan.francais import accord, compter, date_longue, enumerer, nombre, pourcent
from bilan.referentiel.nomenclatures import STATUTS_DOCUMENT

_SOUMISSION = ("Soumis à la réforme", "Non soumis")
_REFERENTIEL = "INSEE, IGN : territoires et population de 2023 ; parc social publié"


def carte_d_identite(
    mesures: pl.DataFrame, parc: pl.DataFrame, inscriptions: int | None, epci: str, contexte: Contexte
) -> Figure:
    """Rend les chiffres clés de l'EPCI : population, communes, parc publié, soumission, COPIL, bilans, attributions.

    `parc` a les lignes de parc_rpls de l'EPCI et de ses communes ; `inscriptions` compte celles de l'EPCI au dernier
    COPIL connu, None si l'on n'en connaît aucun.
    """
    lieu = lieu_de(epci, contexte)
    ici = {"territoire_type": "epci", "territoire": epci, "periode": str(contexte.periode)}
    recus, attribues = (une(mesures, indicateur=code, **ici) for code in ("B1", "N2"))
    lignes = [
        ("Population municipale, 2023", nombre(lieu["population"])),
        ("Communes, dont dans la région", f"{nombre(lieu['communes'])}, dont {nombre(lieu['communes_region'])}"),
        ("Départements", enumerer(lieu["departements"])),
        ("Soumis à la réforme", "Oui (liste inférée)" if lieu["est_soumis"] else "Non"),
        *_parc_connu(parc, epci, contexte),
        ("Inscriptions au dernier COPIL connu", nombre(inscriptions)),
        ("Bilans de bailleurs reçus", _sur(recus)),
        ("Part du parc couverte par les bilans", pourcent(_pct(recus["couverture"]))),
        ("Logements attribués", nombre(attribues["valeur"])),
    ]
    donnees = pl.DataFrame(lignes, schema=["chiffre", "valeur"], orient="row")
    return Figure(
        id="fiche-chiffres",
        titre=f"{lieu['epci']} : {compter(lieu['population'], 'habitant')}, "
        + ("EPCI soumis à la réforme" if lieu["est_soumis"] else "EPCI non soumis à la réforme"),
        sous_titre=f"Chiffres clés, {contexte.periode.libelle}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(Colonne("chiffre", "Chiffre"), Colonne("valeur", "Valeur")),
        lecture=f"{lieu['epci']} compte {compter(lieu['communes'], 'commune')} et "
        f"{compter(lieu['population'], 'habitant')}.",
        champ=_champ_de(lieu),
        source=contexte.source(_REFERENTIEL),
        alt=decrire_lignes(donnees, "chiffre", {"valeur": "texte"}),
        note=_note_de(lieu),
        indicateurs=("B1", "N2"),
        maturite=maturite(mesures.filter(**ici)),
    )


def lieu_de(epci: str, contexte: Contexte) -> Ligne:
    """Rend la ligne du référentiel de l'EPCI."""
    lieu: Ligne = contexte.territoires.epci.row(by_predicate=pl.col("epci_siren") == epci, named=True)
    return lieu


def communes_de(epci: str, contexte: Contexte) -> list[str]:
    """Rend les codes des communes de l'EPCI qui sont dans la région."""
    return contexte.territoires.communes.filter("en_region", epci_siren=epci)["code_commune"].sort().to_list()


def _sur(mesure: Ligne) -> str:
    if not mesure["attendus"]:
        return nombre(None)
    return f"{nombre(mesure['repondants'])} sur {nombre(mesure['attendus'])}"


def _pct(part: float | None) -> float | None:
    return None if part is None else 100 * part


def _parc_connu(parc: pl.DataFrame, epci: str, contexte: Contexte) -> list[tuple[str, str]]:
    """Le parc publié de l'EPCI, à défaut la somme du parc des bailleurs dans ses communes de la région."""
    publie = parc.filter(niveau="epci", code=epci).sort("annee").tail(1)
    if publie.height:
        return [
            (f"Parc locatif social au 1er janvier {publie['annee'][0]}", nombre(publie["nb_logements"][0])),
            ("dont en quartier prioritaire", pourcent(publie["part_qpv_pct"][0])),
        ]
    somme = parc.filter(pl.col("code_commune").is_in(communes_de(epci, contexte)), niveau="bailleur_commune")
    logements = somme.filter(pl.col("annee") == pl.col("annee").max())["nb_logements"]
    return [("Parc locatif social des bailleurs", nombre(float(logements.sum()) if logements.len() else None))]


def _champ_de(lieu: Ligne) -> str:
    if lieu["deborde_region"]:
        return "EPCI entier pour la population et les communes ; partie régionale pour le parc, les bilans et le flux."
    return "Territoire de l'EPCI."


def _note_de(lieu: Ligne) -> str:
    if not lieu["est_a_cheval_departement"]:
        return "n.d. : non publié ou non transmis."
    return (
        "n.d. : non publié ou non transmis. EPCI à cheval sur plusieurs départements : ses communes sont sommées quel "
        "que soit leur département, et les totaux des deux échelles ne s'emboîtent pas."
    )


def situation(epci: str, contexte: Contexte) -> Figure:
    """Rend la carte de situation de l'EPCI dans la région : lui sélectionné, les soumis distingués des autres."""
    soumis, autre = _SOUMISSION
    donnees = contexte.territoires.epci.sort("epci").select(
        "epci_siren",
        "epci",
        "code_departement",
        classe=pl.when("est_soumis").then(pl.lit(soumis)).otherwise(pl.lit(autre)),
        absence=pl.lit(None, pl.String),
    )
    lieu = lieu_de(epci, contexte)
    return Figure(
        id="fiche-situation",
        titre=f"{lieu['epci']} dans la région {contexte.region}",
        sous_titre="Situation de l'EPCI, et EPCI soumis à la réforme",
        forme=Choroplethe("epci_siren", "classe", "absence", _SOUMISSION, palette="avancement", selection=epci),
        donnees=donnees,
        colonnes=(
            *COLONNES_EPCI,
            Colonne("classe", "Réforme"),
        ),
        lecture=f"{lieu['epci']} est l'un des {donnees.height} EPCI qui touchent la région, dont "
        f"{donnees.filter(classe=soumis).height} sont soumis à la réforme.",
        champ=contexte.champ_epci,
        source=contexte.source(_REFERENTIEL),
        alt=f"{lieu['epci']} est mis en évidence. {decrire_carte(donnees, _SOUMISSION, ABSENCES)}",
        note="La liste des EPCI soumis est inférée de l'obligation de programme local de l'habitat.",
    )


_ETAPES = (
    ("Conférence intercommunale du logement (CIL)", "cil_statut", "cil_date_installation", "date_prevue_cil"),
    ("Document-cadre d'orientations", None, "document_cadre_date", None),
    ("Convention intercommunale d'attribution (CIA)", "cia_statut", "cia_date_signature", "date_prevue_cia"),
    (
        "Plan partenarial de gestion de la demande (PPGDID)",
        "ppgdid_statut",
        "ppgdid_date_adoption",
        "date_prevue_ppgdid",
    ),
    ("Cotation en service", None, "cotation_date_mise_en_service", "date_prevue_cotation"),
)


_SCHEMA_ETAPES = {
    "etape": pl.String, "statut": pl.String, "faite": pl.Date, "prevue": pl.Date, "pas_encore": pl.String,
    "deja": pl.String,
}  # fmt: skip


def etapes(registre: pl.DataFrame, epci: str, contexte: Contexte) -> Figure:
    """Rend les étapes de la réforme dans l'EPCI, d'après le dernier arrêté du registre connu : faites, ou prévues."""
    connus = registre.filter(pl.col("date_arrete") <= contexte.connu_le, epci_siren=epci).sort("date_arrete")
    etat: Ligne = connus.row(-1, named=True)
    lignes = [
        {
            "etape": nom,
            "statut": _statut(etat, statut, faite),
            "faite": etat[faite],
            "prevue": etat[prevue] if prevue and etat[faite] is None else None,
            "pas_encore": "sans_objet" if etat[faite] is None else None,
            "deja": "sans_objet" if etat[faite] is not None else None,
        }
        for nom, statut, faite, prevue in _ETAPES
    ]
    donnees = pl.DataFrame(lignes, schema=_SCHEMA_ETAPES)
    faites = donnees.filter(pl.col("faite").is_not_null()).height
    arrete: date = etat["date_arrete"]
    return Figure(
        id="fiche-etapes",
        titre=f"{faites} {accord(faites, 'étape franchie', 'étapes franchies')} sur {donnees.height}",
        sous_titre=f"Étapes de la réforme, registre arrêté au {date_longue(arrete)}",
        forme=Tableau(),
        donnees=donnees,
        colonnes=(
            Colonne("etape", "Étape"),
            Colonne("statut", "Statut"),
            Colonne("faite", "Date", "date", absence="pas_encore"),
            Colonne("prevue", "Prévue", "date", absence="deja"),
        ),
        lecture=_lecture_des_etapes(donnees),
        champ=f"{lieu_de(epci, contexte)['epci']}.",
        source=contexte.source(REGISTRE),
        alt=decrire_lignes(donnees, "etape", {"statut": "texte", "faite": "date"}),
        note="En service : les demandeurs voient leur note ; une grille seulement adoptée ne suffit pas.",
        indicateurs=("E1", "E2", "E3", "E4", "E5"),
    )


def _statut(etat: Ligne, statut: str | None, faite: str) -> str:
    if statut and etat[statut]:
        return STATUTS_DOCUMENT[etat[statut]]
    return "Fait" if etat[faite] is not None else "À faire"


def _lecture_des_etapes(donnees: pl.DataFrame) -> str:
    ligne = donnees.row(-1, named=True)
    if ligne["faite"] is not None:
        return f"La cotation est en service depuis le {date_longue(ligne['faite'])}."
    if ligne["prevue"] is not None:
        return f"La mise en service de la cotation est annoncée pour le {date_longue(ligne['prevue'])}."
    return "La cotation n'est pas en service, et aucune date n'est annoncée."
