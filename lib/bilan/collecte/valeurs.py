"""Lire une valeur écrite par quelqu'un : nombres, dates, codes et SIREN, tels qu'on les trouve dans les tableurs."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from stdnum.fr import siren

from bilan.erreurs import plus_proches
from bilan.francais import compter
from bilan.referentiel.acteurs import normaliser_nom

ABSENTS = frozenset(
    {
        "",
        "-",
        "–",
        "—",
        "n.d.",
        "nd",
        "n.d",
        "n/d",
        "nc",
        "n.c.",
        "ns",
        "so",
        "s.o.",
        "n/a",
        "na",
        "///",
        "nr",
        "n.r.",
        "#n/a",
        "non renseigné",
        "non renseigne",
    }
)
"""Écritures d'une valeur absente, en minuscules : jamais un zéro."""

ESPACES = re.compile(r"[\s\u00a0\u202f\u2007\u2009\u2060\ufeff\u200b]+")
_DECIMAL = re.compile(r"^[+-]?\d+(\.\d+)?$")
_MILLIERS_POINT = re.compile(r"^[+-]?\d{1,3}(\.\d{3})+,\d+$")
_MILLIERS_VIRGULE = re.compile(r"^[+-]?\d{1,3}(,\d{3})+\.\d+$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})([ T]00:00(:00(\.0+)?)?)?$")
_FRANCAISE = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})([ T]00:00(:00)?)?$")
_EN_LETTRES = re.compile(r"^(\d{1,2})(?:er)? ([a-z]+) (\d{4})$")
_SERIE = re.compile(r"^\d{5}(\.0+)?$")
_CODE_ET_NOM = re.compile(r"^\s*([0-9AB]{2,9})\s+–\s+\S.*$")
_MOIS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_FORMULES = ("=", "+", "-", "@", "\t", "\r")
_ORIGINES = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}


class Refus(Exception):
    """Valeur qui ne se lit pas : le constat, la correction attendue, et la valeur probable s'il y en a une."""

    def __init__(self, constat: str, correction: str, probable: str | None = None) -> None:
        super().__init__(constat)
        self.constat = constat
        self.correction = correction
        self.probable = probable


def est_absente(texte: str) -> bool:
    """Vrai si le texte veut dire « pas de valeur » : vide, n.d., NC, tiret…"""
    return ESPACES.sub(" ", texte).strip().lower() in ABSENTS


def decimal(texte: str) -> float:
    """Rend le nombre écrit à la française ou non : espaces de toute sorte, virgule ou point, « % » ignoré."""
    return float(_nombre(texte))


def entier(texte: str) -> int:
    """Rend l'entier écrit ; « 12,0 » en est un, « 12,5 » n'en est pas un."""
    ecrit = _nombre(texte)
    partie, _, decimales = ecrit.partition(".")
    if decimales.strip("0"):
        raise Refus("un nombre entier est attendu", "arrondissez ou corrigez la valeur : on compte des unités entières")
    return int(partie)


def _nombre(texte: str) -> str:
    serre = ESPACES.sub("", texte).replace("\u2212", "-").removesuffix("%")
    if _MILLIERS_POINT.match(serre):
        serre = serre.replace(".", "")
    elif _MILLIERS_VIRGULE.match(serre):
        serre = serre.replace(",", "")
    serre = serre.replace(",", ".")
    if not _DECIMAL.match(serre) or len(serre) > 18:
        raise Refus(
            "ce n'est pas un nombre",
            "écrivez un nombre seul, sans unité ni commentaire ; laissez vide ce que vous ne connaissez pas",
        )
    return serre


def jour(texte: str, origine: int = 1900) -> date:
    """Rend la date écrite : ISO, jj/mm/aaaa, « 31 mars 2024 » ou numéro de série Excel (origine 1900 ou 1904)."""
    propre = ESPACES.sub(" ", texte).strip()
    try:
        if trouve := _ISO.match(propre):
            return date(int(trouve[1]), int(trouve[2]), int(trouve[3]))
        if trouve := _FRANCAISE.match(propre):
            annee = int(trouve[3])
            return date(annee if annee > 99 else 2000 + annee, int(trouve[2]), int(trouve[1]))
        if trouve := _EN_LETTRES.match(_sans_accent(propre)):
            return date(int(trouve[3]), _MOIS.index(trouve[2]) + 1, int(trouve[1]))
        if _SERIE.match(propre) and 20000 <= int(float(propre)) <= 80000:
            return _ORIGINES[origine] + timedelta(days=int(float(propre)))
    except ValueError as erreur:
        raise Refus("cette date n'existe pas", "écrivez une date du calendrier, par exemple 31/03/2024") from erreur
    raise Refus("ce n'est pas une date", "écrivez jj/mm/aaaa, par exemple 31/03/2024")


def _sans_accent(texte: str) -> str:
    return normaliser_nom(texte)


def _code_seul(texte: str) -> str:
    """Rend le code d'une écriture « code – nom » des listes du gabarit, ou le texte sans espaces."""
    trouve = _CODE_ET_NOM.match(texte)
    return trouve[1] if trouve else ESPACES.sub("", texte)


def code_commune(texte: str) -> str:
    """Rend le code INSEE à cinq caractères ; refuse un zéro perdu et dit le code probable."""
    code = _code_seul(texte).upper().removesuffix(".0")
    if re.fullmatch(r"(\d{2}|2A|2B)\d{3}", code):
        return code
    if re.fullmatch(r"\d{4}", code):
        raise Refus(
            "le code INSEE a quatre chiffres : un zéro de tête a sans doute été perdu",
            f"écrivez « 0{code} », et mettez la colonne au format texte",
            f"0{code}",
        )
    raise Refus(
        "ce n'est pas un code INSEE de commune",
        "écrivez les cinq caractères du code INSEE, pas le nom ni le code postal",
    )


def code_departement(texte: str) -> str:
    """Rend le code du département ; refuse un zéro perdu et dit le code probable."""
    code = _code_seul(texte).upper().removesuffix(".0")
    if re.fullmatch(r"\d{2}|2A|2B|97\d", code):
        return code
    if re.fullmatch(r"\d", code):
        raise Refus(
            "le code du département a un seul chiffre : son zéro a sans doute été perdu",
            f"écrivez « 0{code} », et mettez la colonne au format texte",
            f"0{code}",
        )
    raise Refus("ce n'est pas un code de département", "écrivez le code INSEE du département, par exemple 06")


def code_de_territoire(texte: str) -> str:
    """Rend un code de département, de commune ou un SIREN ; refuse un zéro perdu et dit le code probable."""
    code = _code_seul(texte).upper().removesuffix(".0")
    if re.fullmatch(r"[0-9]{2}|2A|2B|97[0-9]|[0-9]{5}|2[AB][0-9]{3}|[0-9]{9}|[A-Z]{3}", code):
        return code
    if re.fullmatch(r"\d|\d{4}", code):
        raise Refus(
            f"le code a {compter(len(code), 'chiffre')} : un zéro de tête a sans doute été perdu",
            f"écrivez « 0{code} », et mettez la colonne au format texte",
            f"0{code}",
        )
    raise Refus("ce n'est pas un code de territoire", "écrivez le code du département, de la commune, ou le SIREN")


def code_siren(texte: str) -> str:
    """Rend le SIREN ; un SIRET est ramené à son SIREN, un numéro dont la clé est fausse est refusé."""
    chiffres = re.sub(r"[.\s\u00a0\u202f-]", "", _code_seul(texte))
    if re.fullmatch(r"\d{14}", chiffres):
        chiffres = chiffres[:9]
    if not re.fullmatch(r"\d{9}", chiffres):
        raise Refus(
            f"un SIREN a neuf chiffres, celui-ci n'en a pas neuf ({len(chiffres)} caractères)",
            "recopiez les neuf chiffres ; un zéro de tête a pu être perdu",
        )
    if not siren.is_valid(chiffres):
        raise Refus(
            "ce SIREN n'existe pas : sa clé de contrôle est fausse", "vérifiez les chiffres, l'un d'eux est faux"
        )
    return chiffres


def texte_libre(texte: str) -> str:
    """Rend le texte sans espaces inutiles ; refuse ce qu'un tableur prendrait pour une formule."""
    if texte.startswith(_FORMULES):
        raise Refus(
            f"le texte commence par « {texte[0].strip() or 'une tabulation'} » : un tableur y verrait une formule",
            "retirez ce premier caractère",
        )
    return ESPACES.sub(" ", texte).strip()


def code_de_liste(texte: str, valeurs: Mapping[str, str], synonymes: Mapping[str, str]) -> str:
    """Rend le code que désigne le texte : code, libellé exact ou synonyme déclaré ; refuse et propose sinon."""
    propre = ESPACES.sub(" ", texte).strip()
    if propre in valeurs:
        return propre
    cle = normaliser_nom(propre)
    for code, libelle in valeurs.items():
        if cle and cle in (normaliser_nom(code), normaliser_nom(libelle)):
            return code
    if cle in synonymes:
        return synonymes[cle]
    proches = ", ".join(f"« {valeur} »" for valeur in plus_proches(propre, valeurs))
    raise Refus(
        "cette valeur n'est pas dans la liste", f"choisissez une valeur de la liste ; les plus proches : {proches}"
    )
