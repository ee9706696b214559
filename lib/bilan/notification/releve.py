"""Le relevé d'une exécution : version publiée, trois chiffres par édition, gardés pour dire ce qui a changé."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bilan.editions import bascule
from bilan.entrepot import fichiers
from bilan.entrepot.changements import EntrepotChangements
from bilan.entrepot.mesures import EntrepotMesures
from bilan.entrepot.runs import EntrepotRuns
from bilan.francais import date_longue, nombre, pourcent
from bilan.projet import Jeu, Projet
from bilan.tables.codes import GENRES_DE_CHANGEMENT

FICHIER = "releve.json"
CHIFFRES = 3
_PREFERES = ("E5", "V1", "F1", "B1", "F4", "N2", "P1", "P1n", "T1", "F7")
"""Indicateurs dont le courriel donne la valeur régionale, le premier observé d'abord."""


@dataclass(frozen=True)
class Releve:
    """Dernière réussite : quand (ISO), version du site, et par édition ses chiffres (libellé → valeur lue).

    `livraisons` compte, par édition, les livraisons connues ; `mesures` est l'empreinte des siennes ; `changements`
    dit en une phrase ce qui a changé depuis l'édition à laquelle elle se compare.
    """

    quand: str
    version: str
    chiffres: dict[str, dict[str, str]] = field(default_factory=dict)
    livraisons: dict[str, int] = field(default_factory=dict)
    mesures: dict[str, str] = field(default_factory=dict)
    changements: dict[str, str] = field(default_factory=dict)


def relever(projet: Projet, maintenant: datetime, avant: Releve | None = None) -> Releve:
    """Rend le relevé de ce qui est en place ; seules les éditions exécutées y sont.

    Les chiffres d'`avant` servent encore si les mesures sont les mêmes : rien de lourd ne s'importe alors.
    """
    jeux = [jeu for jeu in Jeu if EntrepotRuns(projet.entrepot, jeu).cles()]
    mesures = {jeu.value: _empreinte_des_mesures(projet, jeu) for jeu in jeux}
    gardes = avant is not None and avant.mesures == mesures
    return Releve(
        quand=maintenant.isoformat(timespec="seconds"),
        version=bascule.courante(projet.reports) or "",
        chiffres=avant.chiffres if avant and gardes else {jeu.value: chiffres(projet, jeu) for jeu in jeux},
        livraisons={jeu.value: _livraisons(projet, jeu) for jeu in jeux},
        mesures=mesures,
        changements={jeu.value: changements(projet, jeu) for jeu in jeux},
    )


def changements(projet: Projet, jeu: Jeu) -> str:
    """Rend ce qui a changé depuis l'édition comparée, par genre et sans aucun détail : un courriel circule."""
    comparaison = EntrepotChangements(projet.entrepot, jeu).comparaison()
    if comparaison.depuis is None:
        return ""
    depuis = f"depuis l'édition connue le {date_longue(comparaison.depuis)}"
    par_genre: dict[str, int] = {}
    for cle, combien in comparaison.comptes.items():
        genre = cle.split("|")[0]
        par_genre[genre] = par_genre.get(genre, 0) + combien
    presents = [genre for genre in GENRES_DE_CHANGEMENT if genre in par_genre]
    dits = [f"{_minuscule(GENRES_DE_CHANGEMENT[genre])}, {nombre(par_genre[genre])}" for genre in presents]
    return f"{depuis} : {' ; '.join(dits) or 'aucun changement'}"


def _minuscule(libelle: str) -> str:
    return libelle[:1].lower() + libelle[1:]


def chiffres(projet: Projet, jeu: Jeu) -> dict[str, str]:
    """Rend au plus trois chiffres de la région, sans aucun petit nombre.

    Chacun est à la période de l'édition, à défaut de la dernière année connue avant elle, alors nommée.

    Un taux dont le dénominateur, ou un volume, est sous le seuil du secret n'est pas écrit : un courriel circule.
    """
    from bilan.indicateurs.registre import INDICATEURS

    declaration, seuil = projet.collection.jeux[jeu], projet.collection.secret.seuil_menages
    lus: dict[str, str] = {}
    magasin = EntrepotMesures(projet.entrepot, jeu)
    if not magasin.chemin.is_file():
        return lus
    mesures = magasin.lire(
        indicateur=_PREFERES, territoire_type="region", territoire=projet.collection.region
    ).filter(ventilation="ensemble", statut="observe")
    for code in _PREFERES:
        grandes = [m for m in mesures.filter(indicateur=code).iter_rows(named=True) if _est_grande(m, seuil)]
        permises = [m for m in grandes if _au_plus_tard(m["periode"], declaration.periode)]
        if permises and len(lus) < CHIFFRES:
            mesure = max(permises, key=lambda m: (m["periode"] == declaration.periode, m["periode"]))
            date = "" if mesure["periode"] == declaration.periode else f" ({mesure['periode']})"
            lus[INDICATEURS[code].titre + date] = _ecrire(mesure)
    return lus


def _est_grande(mesure: dict[str, Any], seuil: int) -> bool:
    base = mesure["denominateur"] if mesure["unite"] == "%" else mesure["valeur"]
    return base is not None and base >= seuil


def _au_plus_tard(periode: str, voulue: str) -> bool:
    """Vrai pour la période voulue, ou pour une année entière d'avant elle."""
    return periode == voulue or (len(periode) == 4 and periode < voulue)


def _ecrire(mesure: dict[str, Any]) -> str:
    return pourcent(mesure["valeur"]) if mesure["unite"] == "%" else f"{nombre(mesure['valeur'])} {mesure['unite']}"


def _empreinte_des_mesures(projet: Projet, jeu: Jeu) -> str:
    contenu = fichiers.lire_json(EntrepotMesures(projet.entrepot, jeu).manifeste, {})
    return f"{contenu.get('parquet', '')} {projet.collection.jeux[jeu].periode}"


def _livraisons(projet: Projet, jeu: Jeu) -> int:
    return len(fichiers.lire_json(projet.entrepot / jeu.value / "tables" / "manifeste.json", {}).get("livraisons", ()))


def dernier(projet: Projet) -> Releve | None:
    """Rend le relevé de la dernière réussite, s'il y en a une ; lève `DonneesRefusees` si le fichier est abîmé."""
    contenu = fichiers.lire_json(_chemin(projet), None)
    return None if contenu is None else Releve(**contenu)


def garder(projet: Projet, releve: Releve) -> None:
    """Fait de ce relevé celui de la dernière réussite."""
    fichiers.ecrire_json(_chemin(projet), asdict(releve))


def _chemin(projet: Projet) -> Path:
    return projet.entrepot / FICHIER
