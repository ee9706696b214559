"""Fiches des registres : conventions (V), bilans (B) et avancement des EPCI (E)."""

from bilan.indicateurs import avancement, bilans, conventions
from bilan.indicateurs.indicateur import TOUS_NIVEAUX, Indicateur

_REGISTRE = "État du dernier arrêté qui ne dépasse pas la fin de la période."

CONVENTIONS = (
    Indicateur(
        "V1",
        "Conventions signées",
        f"Conventions de flux signées parmi les attendues. {_REGISTRE}",
        "signées / attendues",
        "%",
        "hausse_favorable",
        TOUS_NIVEAUX,
        "Loi 3DS 2022-217, art. 22",
        conventions.taux_de_signature,
    ),
    Indicateur(
        "V2",
        "Conventions signées, pondérées par le parc",
        f"Part du parc concerné dont la convention est signée. {_REGISTRE}",
        "Σ parc signé / Σ parc attendu",
        "%",
        "hausse_favorable",
        TOUS_NIVEAUX,
        "Loi 3DS 2022-217, art. 22",
        conventions.taux_de_signature_pondere,
    ),
    Indicateur(
        "V3",
        "Parc couvert par une convention avec l'État",
        f"Parc des bailleurs ayant signé au moins une convention avec l'État, rapporté au parc social. {_REGISTRE}",
        "Σ parc des signataires / parc RPLS",
        "%",
        "hausse_favorable",
        ("region", "departement"),
        "CCH R.441-5 ; décret 2020-145",
        conventions.parc_couvert,
    ),
    Indicateur(
        "V4",
        "Retard de signature",
        f"Jours écoulés depuis l'échéance du 24 novembre 2023, médiane et maximum. {_REGISTRE}",
        "date de signature (ou de l'arrêté) − échéance",
        "jours",
        "baisse_favorable",
        TOUS_NIVEAUX,
        "Loi 3DS 2022-217, art. 22",
        conventions.retard_de_signature,
    ),
    Indicateur(
        "V5",
        "Conventions remontées à la DREAL",
        f"Conventions signées à l'échéance de remontée et remontées à temps. {_REGISTRE}",
        "remontées à l'échéance / signées",
        "%",
        "hausse_favorable",
        TOUS_NIVEAUX,
        "COPIL régional du 8 février 2024",
        conventions.remontee_a_la_dreal,
    ),
    Indicateur(
        "B1",
        "Bilans reçus",
        "Bilans reçus parmi les bailleurs attendus ; pour l'année, dans le délai légal et dans la "
        "tolérance. La première réception fait foi.",
        "bilans reçus / attendus",
        "%",
        "hausse_favorable",
        TOUS_NIVEAUX,
        "CCH R.441-5-1",
        bilans.completude,
    ),
)

_EPCI = ("region", "departement", "epci")
_SOUMIS = f"Dénominateur : les EPCI soumis, chacun dans son département principal. {_REGISTRE}"

AVANCEMENT = (
    Indicateur(
        "E1",
        "EPCI dotés d'une CIL",
        f"Conférence intercommunale du logement installée. {_SOUMIS}",
        "EPCI avec CIL / EPCI soumis",
        "%",
        "hausse_favorable",
        _EPCI,
        "Loi Égalité et Citoyenneté 2017-86",
        avancement.cil,
    ),
    Indicateur(
        "E2",
        "EPCI dotés d'un document-cadre",
        f"Document-cadre d'orientations adopté. {_SOUMIS}",
        "EPCI avec document-cadre / EPCI soumis",
        "%",
        "hausse_favorable",
        _EPCI,
        "Loi Égalité et Citoyenneté 2017-86",
        avancement.document_cadre,
    ),
    Indicateur(
        "E3",
        "EPCI dotés d'une CIA",
        f"Convention intercommunale d'attribution signée et non expirée. {_SOUMIS}",
        "EPCI avec CIA / EPCI soumis",
        "%",
        "hausse_favorable",
        _EPCI,
        "Loi Égalité et Citoyenneté 2017-86",
        avancement.cia,
    ),
    Indicateur(
        "E4",
        "EPCI dotés d'un PPGDID",
        f"Plan partenarial de gestion de la demande adopté et non expiré. {_SOUMIS}",
        "EPCI avec PPGDID / EPCI soumis",
        "%",
        "hausse_favorable",
        _EPCI,
        "CCH L.441-2-8",
        avancement.ppgdid,
    ),
    Indicateur(
        "E5",
        "EPCI dont la cotation est en service",
        f"Cotation mise en service : les demandeurs voient leur note ; une grille adoptée ne suffit pas. {_SOUMIS}",
        "EPCI avec cotation en service / EPCI soumis",
        "%",
        "hausse_favorable",
        _EPCI,
        "Loi ELAN 2018-1021, art. 111",
        avancement.cotation,
    ),
)
