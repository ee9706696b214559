"""Table `epci_avancement` : le registre des EPCI, arrêté plusieurs fois, calendriers glissants."""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from bilan.demonstration.livraisons import Livraison
from bilan.demonstration.parametres import Cotation
from bilan.demonstration.parcours import Dossier, decaler, instruire
from bilan.demonstration.scene import Scene
from bilan.periode import Periode

SERVICES = {"04": "DDETSPP 04", "05": "DDETSPP 05"}
"""Service de l'État qui recueille le calendrier ; la DDETS du département ailleurs."""

_ACHEVEMENTS = {"cia": ("cia_date_signature", "SIGNE"), "ppgdid": ("ppgdid_date_adoption", "ADOPTE")}
_MOTIF_RETARD = "PLH en cours d'adoption"
_DUREE_DU_TEST_J = 90


def livrer(scene: Scene) -> Iterator[Livraison]:
    """Rend, pour chaque arrêté et chaque service, l'avancement de ses EPCI.

    Au premier arrêté les 26 EPCI soumis se répartissent comme l'a publié la DREAL (4, 15 et 7) ; quels EPCI
    et quelles dates, tout est tiré au sort.
    """
    cotation = scene.parametres.cotation
    epci = scene.terrain.epci.sort("code_departement", "epci_siren")
    soumis = epci.filter("est_soumis").sort("epci_siren")["epci_siren"].to_list()
    dossiers = instruire(soumis, cotation, scene.rng("cotation"))
    for etape, (arrete, connu) in enumerate(zip(cotation.arretes, cotation.connus, strict=True)):
        lignes = [
            {**_identite(un), **_avancement(dossiers.get(un["epci_siren"]), cotation, etape), "date_arrete": arrete}
            for un in epci.iter_rows(named=True)
        ]
        periode, table = str(Periode.de_date(arrete)), pl.DataFrame(lignes, infer_schema_length=None)
        for (departement,), siens in table.group_by("code_departement_pilote", maintain_order=True):
            service = SERVICES.get(str(departement), f"DDETS {departement}")
            yield Livraison("epci_avancement", f"{service} (démonstration)", periode, arrete, connu, siens)


def _identite(epci: dict[str, object]) -> dict[str, object]:
    soumis = bool(epci["est_soumis"])
    return {
        "epci_siren": epci["epci_siren"],
        "epci_nom": epci["epci"],
        "code_departement_pilote": epci["code_departement"],
        "soumis_reforme": "O" if soumis else "N",
        "fondement": "PLH" if soumis else None,
    }


def _avancement(dossier: Dossier | None, cotation: Cotation, etape: int) -> dict[str, object]:
    # Un EPCI non soumis n'a rien à dire : ses colonnes restent vides.
    if dossier is None:
        return {}
    arrete, parcours = cotation.arretes[etape], dossier.parcours
    faits = {document: suivi.au(arrete) for document, suivi in parcours.items()}
    return {
        "cil_statut": "ADOPTE" if faits["cil"] else "EN_COURS",
        "cil_date_installation": faits["cil"],
        "document_cadre_date": faits["document_cadre"],
        **_document("cia", faits["cia"], arrete, cotation.duree_ans),
        **_document("ppgdid", faits["ppgdid"], arrete, cotation.duree_ans),
        **{f"date_prevue_{document}": parcours[document].annonces[etape] for document in ("cil", "cia", "ppgdid")},
        **_cotation(dossier, faits, etape),
    }


def _document(document: str, fait_le: date | None, arrete: date, duree_ans: int) -> dict[str, object]:
    colonne, acheve = _ACHEVEMENTS[document]
    fin = None if fait_le is None else decaler(fait_le, duree_ans)
    statut = "EN_COURS" if fin is None else "EXPIRE" if fin < arrete else acheve
    return {f"{document}_statut": statut, colonne: fait_le, f"{document}_date_fin": fin}


def _cotation(dossier: Dossier, faits: dict[str, date | None], etape: int) -> dict[str, object]:
    # La grille se délibère avec le PPGDID ; un test précède la mise en service.
    en_service, grille, etat = faits["cotation"], faits["ppgdid"], dossier.etats[etape]
    retarde = etat == "DELAI_PLUS_LONG"
    return {
        "cotation_grille_adoptee": "O" if grille else "N",
        "cotation_date_deliberation": grille,
        "cotation_outil": "SNE" if grille else None,
        "cotation_date_test": en_service - timedelta(days=_DUREE_DU_TEST_J) if en_service else None,
        "cotation_date_mise_en_service": en_service,
        "etat_cotation": etat,
        "date_prevue_cotation": None if retarde else dossier.parcours["cotation"].annonces[etape],
        "motif_retard": _MOTIF_RETARD if retarde else None,
        "plh_statut": "EN_COURS" if retarde else "ADOPTE",
    }
