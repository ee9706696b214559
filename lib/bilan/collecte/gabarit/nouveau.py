"""`bilan nouveau` : ouvrir une période, écrire un gabarit par émetteur, la liste des attendus et les relances."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from bilan.collecte.attendus import Attendu, bailleurs_attendus, echeance
from bilan.collecte.gabarit.classeur import Gabarit, ecrire_gabarit
from bilan.entrepot import fichiers
from bilan.entrepot.tables import TRACE, EntrepotTables
from bilan.francais import compter, date_longue
from bilan.periode import Periode
from bilan.projet import Jeu, Projet
from bilan.referentiel.acteurs import normaliser_nom
from bilan.referentiel.nomenclatures import RESERVATAIRES_AVEC_CONVENTION
from bilan.referentiel.territoires import Territoires

_ANNUELLES = ("flux_objectifs", "previsionnel_soustraits")
_PAR_BAILLEUR = ("flux_bilan", "conventions", "caleol_suivi")


@dataclass(frozen=True)
class Ouverture:
    """Ce que l'ouverture d'une période a écrit : son dossier, ses gabarits et le nombre d'émetteurs attendus."""

    dossier: Path
    gabarits: tuple[Path, ...]
    attendus: int


def ouvrir_periode(projet: Projet, jeu: Jeu, periode: Periode, dossier: Path | None = None) -> Ouverture:
    """Crée le dossier de la période dans data/depots et rend ce qui y a été écrit.

    Un gabarit par bailleur et par table, un registre des EPCI par DDETS(PP), les agréments pour la DREAL, la liste
    des attendus (`attendus.csv`) et deux textes de relance par bailleur. Lève `ErreurUsage` si l'entrepôt ne sait pas
    quels bailleurs attendre. Relancée, la commande réécrit les gabarits et ne touche à rien de reçu.
    """
    racine = dossier or projet.racine / "data" / "depots" / str(periode)
    entrepot = EntrepotTables(projet.entrepot, jeu)
    attendus = bailleurs_attendus(entrepot)
    millesime = min(max(periode.annee, 2021), projet.collection.millesime)
    territoires = Territoires.ouvrir(projet.referentiel, millesime, projet.collection.region)
    gabarits = []
    for gabarit in [
        *_des_bailleurs(entrepot, attendus, periode, territoires),
        *_des_services(entrepot, periode, territoires),
    ]:
        chemin = racine / "gabarits" / f"{gabarit.table}_{_nom(gabarit.emetteur_nom)}_{gabarit.emetteur}_{periode}.xlsx"
        chemin = chemin.with_name(_HORS_NOM.sub("_", chemin.stem) + ".xlsx")
        ecrire_gabarit(chemin, gabarit)
        gabarits.append(chemin)
    _ecrire_attendus(racine / "attendus.csv", attendus, periode)
    for attendu in attendus:
        _ecrire_relances(racine / "relances", attendu, periode)
    (racine / "recus").mkdir(parents=True, exist_ok=True)
    return Ouverture(racine, tuple(gabarits), len(attendus))


_HORS_NOM = re.compile(r"[^A-Za-z0-9_-]+")


def _nom(texte: str) -> str:
    return normaliser_nom(texte).replace(" ", "-")[:40] or "emetteur"


def _des_bailleurs(
    entrepot: EntrepotTables, attendus: list[Attendu], periode: Periode, territoires: Territoires
) -> Iterator[Gabarit]:
    noms = dict(territoires.communes.select("code_commune", "commune").iter_rows())
    departements = dict(territoires.departements.iter_rows())
    tables = _PAR_BAILLEUR + (_ANNUELLES if periode.est_annee or periode.trimestre == 1 else ())
    connues = entrepot.lire("conventions").drop(*TRACE)
    for attendu in attendus:
        listes = {
            "code_commune": [f"{code} – {noms.get(code, code)}" for code in attendu.communes],
            "code_departement": [f"{code} – {departements.get(code, code)}" for code in attendu.departements],
        }
        for table in tables:
            lignes: list[dict[str, Any]] = []
            if table == "conventions":
                lignes = _conventions(attendu, connues)
            elif table == "caleol_suivi":
                lignes = [{"code_departement": code} for code in attendu.departements]
            yield Gabarit(table, attendu.siren, attendu.nom, periode, lignes, listes)


def _conventions(attendu: Attendu, connues: pl.DataFrame) -> list[dict[str, Any]]:
    """Rend le dernier état connu des conventions du bailleur, sinon celles que la loi attend de lui."""
    siennes = connues.filter(pl.col("bailleur_siren") == attendu.siren)
    if not siennes.is_empty():
        return siennes.filter(pl.col("date_arrete") == pl.col("date_arrete").max()).to_dicts()
    return [
        {
            "reservataire_categorie": code,
            "perimetre_type": "DEPARTEMENT",
            "perimetre_code": departement,
            "type_convention": "FLUX",
            "convention_attendue": "O",
            "statut_convention": "NON_ENGAGEE",
        }
        for departement in attendu.departements
        for code in RESERVATAIRES_AVEC_CONVENTION
        if code.startswith(("ETAT", "ALS"))
    ]


def _des_services(entrepot: EntrepotTables, periode: Periode, territoires: Territoires) -> Iterator[Gabarit]:
    dernier = entrepot.lire("epci_avancement").drop(*TRACE)
    dernier = dernier.filter(pl.col("date_arrete") == pl.col("date_arrete").max().over("epci_siren"))
    connus = {ligne["epci_siren"]: ligne for ligne in dernier.to_dicts()}
    soumis = territoires.epci.filter("est_soumis")
    for departement, nom in territoires.departements.iter_rows():
        siens = soumis.filter(pl.col("code_departement") == departement)
        lignes = [
            connus.get(siren, {"soumis_reforme": "O"}) | {"epci_siren": siren, "epci_nom": epci,
                                                          "code_departement_pilote": departement}
            for siren, epci in siens.select("epci_siren", "epci").iter_rows()
        ]  # fmt: skip
        yield Gabarit("epci_avancement", f"DDETS-{departement}", f"DDETS {nom}", periode, lignes)
    agrements = entrepot.lire("agrements").drop(*TRACE)
    territoires_de_gestion = agrements.select(
        "territoire_gestion_code", "territoire_gestion_nom", "type_gestion"
    ).unique("territoire_gestion_code")
    lignes = [
        ligne | {"produit": "ENSEMBLE"} for ligne in territoires_de_gestion.sort("territoire_gestion_code").to_dicts()
    ]
    yield Gabarit("agrements", "DREAL", "DREAL", periode, lignes)


def _ecrire_attendus(chemin: Path, attendus: list[Attendu], periode: Periode) -> None:
    flux = io.StringIO()
    ecrivain = csv.writer(flux, delimiter=";", lineterminator="\n")
    ecrivain.writerow(["bailleur_siren", "bailleur", "logements", "departements", "communes", "echeance"])
    for a in attendus:
        ecrivain.writerow(
            [a.siren, a.nom, a.logements, " ".join(a.departements), len(a.communes), echeance(periode).isoformat()]
        )
    fichiers.ecrire(chemin, b"\xef\xbb\xbf" + flux.getvalue().encode())


def _ecrire_relances(dossier: Path, attendu: Attendu, periode: Periode) -> None:
    limite = echeance(periode)
    base = f"{_nom(attendu.nom)}_{attendu.siren}"
    avant = (
        f"votre bilan du flux ({periode.libelle}) est attendu le {date_longue(limite)}. Le gabarit joint porte déjà "
        f"vos {compter(len(attendu.communes), 'commune')} ; il suffit de le compléter et de le renvoyer sous le même "
        "nom."
    )
    apres = (
        f"sauf erreur, votre bilan du flux ({periode.libelle}), attendu le {date_longue(limite)}, ne nous "
        "est pas parvenu. Même partiel, il nous est utile : laissez vide ce que vous ignorez."
    )
    for jour, moment, corps in (
        (limite - timedelta(days=15), "avant", avant),
        (limite + timedelta(days=5), "apres", apres),
    ):
        fichiers.ecrire(dossier / f"{base}_{moment}.txt", _courriel(attendu, jour, corps).encode())


def _courriel(attendu: Attendu, jour: date, corps: str) -> str:
    return (
        f"À envoyer le {date_longue(jour)} à : {attendu.nom}\nObjet : bilan de la gestion en flux\n\nBonjour,\n\n"
        f"{corps[:1].upper()}{corps[1:]}\n\nBien cordialement,\n"
    )
