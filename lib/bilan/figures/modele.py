"""La figure, citoyenne : rien de publié n'existe sans titre, lecture, champ, source et texte de remplacement."""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

import polars as pl

from bilan.erreurs import ErreurUsage
from bilan.figures import formes
from bilan.figures.formes import Format, Forme

MIME_FIGURE = "application/vnd.bilan.figure+json"
_IDENTIFIANT = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_FORMES: dict[str, type[Forme]] = {classe.__name__: classe for classe in get_args(Forme)}

Maturite = Literal["provisoire", "definitif", "revise"]


@dataclass(frozen=True, slots=True)
class Colonne:
    """Colonne visible de la table d'une figure : son nom dans `donnees`, son titre lu, son format et son unité.

    `absence` nomme la colonne de `donnees` qui dit pourquoi une valeur manque (« non_transmis »,
    « sans_objet », « secret ») ; sans elle, une valeur qui manque se lit « n.d. » partout.
    """

    nom: str
    titre: str
    format: Format = "texte"
    unite: str = ""
    absence: str = ""


@dataclass(frozen=True)
class Figure:
    """Figure du bilan.

    `donnees` est la table que la figure montre, et rien d'autre ; `colonnes` dit lesquelles se lisent,
    dans quel ordre. `indicateurs` nomme les mesures dont elle vient. `fictif` fait écrire « données
    fictives » sur la figure et dans son image. `vide` dit en une phrase pourquoi la table est vide.

    La construction lève `ErreurUsage` si un texte obligatoire manque, si l'identifiant n'est pas en
    minuscules et tirets, si une colonne annoncée n'est pas dans la table, ou si la table est vide
    sans que `vide` le dise.
    """

    id: str
    titre: str
    sous_titre: str
    forme: Forme
    donnees: pl.DataFrame
    colonnes: tuple[Colonne, ...]
    lecture: str
    champ: str
    source: str
    alt: str
    note: str = ""
    indicateurs: tuple[str, ...] = ()
    maturite: Maturite = "definitif"
    fictif: bool = False
    vide: str = ""

    def __post_init__(self) -> None:
        if not _IDENTIFIANT.match(self.id):
            raise ErreurUsage(f"L'identifiant de figure « {self.id} » doit être en minuscules, chiffres et tirets.")
        for champ in ("titre", "lecture", "champ", "source", "alt"):
            if not getattr(self, champ).strip():
                raise ErreurUsage(f"La figure « {self.id} » n'a pas de {champ} : donnez-lui-en un.")
        absentes = [c.nom for c in self.colonnes if c.nom not in self.donnees.columns]
        absentes += [c.absence for c in self.colonnes if c.absence and c.absence not in self.donnees.columns]
        absentes += [nom for nom in self._colonnes_de_la_forme() if nom not in self.donnees.columns]
        if absentes:
            raise ErreurUsage(
                f"La figure « {self.id} » annonce des colonnes absentes de sa table : "
                f"{', '.join(sorted(set(absentes)))}."
            )
        if self.donnees.is_empty() and not self.vide:
            raise ErreurUsage(f"La figure « {self.id} » n'a aucune ligne et ne dit pas pourquoi : renseignez « vide ».")

    def colonne_absence(self, nom: str) -> str:
        """Rend le nom de la colonne qui dit pourquoi `nom` manque, ou une chaîne vide."""
        return next((c.absence for c in self.colonnes if c.nom == nom), "")

    def _colonnes_de_la_forme(self) -> list[str]:
        champs = ("categorie", "serie", "valeur", "couleur", "abscisse", "ligne", "etape", "date", "statut",
                  "repere", "territoire", "classe", "absence")
        panneaux = getattr(self.forme, "panneaux", ())
        return [nom for champ in champs if isinstance(nom := getattr(self.forme, champ, None), str)] + [
            nom for panneau in panneaux for nom in (panneau.valeur, panneau.classe, panneau.absence)
        ]

    def en_json(self) -> dict[str, Any]:
        """Rend la figure en valeurs JSON ; `depuis_json` la relit à l'identique."""
        a_part = ("forme", "donnees", "colonnes")
        contenu = {nom: getattr(self, nom) for nom in self.__dataclass_fields__ if nom not in a_part}
        contenu["indicateurs"] = list(self.indicateurs)
        contenu["forme"] = {"genre": type(self.forme).__name__, **asdict(self.forme)}
        contenu["colonnes"] = [asdict(c) for c in self.colonnes]
        contenu["donnees"] = json.loads(self.donnees.write_json())
        contenu["types"] = {nom: str(genre) for nom, genre in self.donnees.schema.items()}
        return contenu

    @classmethod
    def depuis_json(cls, contenu: dict[str, Any]) -> Self:
        """Rend la figure décrite par ces valeurs JSON, écrites par `en_json`."""
        reste = dict(contenu)
        forme = dict(reste.pop("forme"))
        types = {nom: getattr(pl, genre) for nom, genre in reste.pop("types").items()}
        lignes = reste.pop("donnees")
        donnees = pl.DataFrame(lignes, schema={n: pl.String if t == pl.Date else t for n, t in types.items()})
        donnees = donnees.with_columns(pl.col(n).str.to_date() for n, t in types.items() if t == pl.Date)
        reste["indicateurs"] = tuple(reste["indicateurs"])
        reste["colonnes"] = tuple(Colonne(**c) for c in reste["colonnes"])
        return cls(forme=_relire_forme(forme), donnees=donnees, **reste)


def _relire_forme(contenu: dict[str, Any]) -> Forme:
    classe = _FORMES[contenu.pop("genre")]
    for nom, valeur in contenu.items():
        if isinstance(valeur, list):
            contenu[nom] = tuple(valeur)
    if isinstance(contenu.get("reference"), dict):
        contenu["reference"] = formes.Reference(**contenu["reference"])
    if "panneaux" in contenu:
        contenu["panneaux"] = tuple(formes.Panneau(**panneau) for panneau in contenu["panneaux"])
    return classe(**contenu)
