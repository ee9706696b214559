"""Contrôler un membre d'archive en le lisant au fil de l'eau : entités XML, rectangle occupé de la feuille."""

import re
from typing import IO
from xml.parsers import expat

from bilan.collecte.lecture import limites
from bilan.francais import nombre

Constat = tuple[str, str, str]

_BLOC = 1 << 20
_RECOUVREMENT = 256
_REFERENCE = re.compile(rb'\sr="([A-Z]{0,3})([0-9]{1,7})"')
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION_LARGE = re.compile(rb"<\x00!\x00|\x00<\x00!")

ENTITES: Constat = (
    "entites_xml",
    "le classeur contient une déclaration d'entité XML, qu'aucun tableur n'écrit : il est piégé",
    "copiez les données dans un classeur neuf et renvoyez-le",
)


def controler_membre(nom: str, flux: IO[bytes]) -> Constat | None:
    """Rend ce qui interdit d'ouvrir le classeur (règle, constat, correction), ou `None` si le membre est sain."""
    if nom.endswith(".bin"):
        return demesure(_etendue_binaire(flux)) if nom.startswith("xl/worksheets/") else None
    if nom == "content.xml":
        return _controler_ods(flux)
    etendue = _Etendue()
    reste, lus = b"", 0
    while bloc := flux.read(_BLOC):
        lus += len(bloc)
        if lus > limites.DEPLIE_MAX:
            return _trop_lourd()
        fenetre = reste + bloc
        if _DECLARATION.search(fenetre) or _DECLARATION_LARGE.search(fenetre):
            return ENTITES
        if nom.startswith("xl/worksheets/"):
            etendue.compter(fenetre)
            if etendue.constat:
                return etendue.constat
        reste = fenetre[-_RECOUVREMENT:]
    return None


def _trop_lourd() -> Constat:
    return (
        "archive_piegee",
        "le classeur grossit démesurément quand on l'ouvre : il est piégé",
        "copiez les données dans un classeur neuf et renvoyez-le",
    )


def demesure(etendue: tuple[int, int]) -> Constat | None:
    """Rend le constat d'un rectangle occupé (lignes, colonnes) démesuré, ou `None` s'il se lit sans danger."""
    lignes, colonnes = etendue
    if lignes * colonnes <= limites.CELLULES_MAX:
        return None
    return (
        "feuille_demesuree",
        f"une feuille s'étend jusqu'à la ligne {nombre(lignes)} et la colonne {nombre(colonnes)} : une cellule perdue "
        "ou une mise en forme descend trop loin",
        "supprimez les lignes et les colonnes vides après les données, puis enregistrez de nouveau",
    )


class _Etendue:
    """Dernière ligne et dernière colonne écrites dans la feuille."""

    def __init__(self) -> None:
        self.ligne = 0
        self.colonne = 0

    def compter(self, fenetre: bytes) -> None:
        """Lit les références des lignes (« 12 ») et des cellules (« C12 »), seules à s'écrire ainsi."""
        references = _REFERENCE.findall(fenetre)
        lettres = {colonne for colonne, _ in references}
        numeros = {ligne for _, ligne in references}
        derniere = max(map(int, numeros), default=0)
        self.ligne = max(self.ligne, derniere)
        self.colonne = max(self.colonne, *map(_rang, lettres), 0)

    @property
    def constat(self) -> Constat | None:
        """Constat si le rectangle occupé est démesuré."""
        return demesure((self.ligne, self.colonne))


def _rang(lettres: bytes) -> int:
    rang = 0
    for lettre in lettres:
        rang = 26 * rang + lettre - 64
    return rang


def _etendue_binaire(flux: IO[bytes]) -> tuple[int, int]:
    """Rend la dernière ligne et la dernière colonne d'une feuille .xlsb (suite d'enregistrements [MS-XLSB])."""
    contenu = flux.read(limites.DEPLIE_MAX + 1)
    position, ligne, colonne = 0, 0, 0
    while position < len(contenu):
        genre, position = _entier_variable(contenu, position, 2)
        taille, position = _entier_variable(contenu, position, 4)
        if genre == 0 and taille >= 4:
            ligne = max(ligne, int.from_bytes(contenu[position : position + 4], "little") + 1)
        elif 1 <= genre <= 11 and taille >= 4:
            colonne = max(colonne, int.from_bytes(contenu[position : position + 4], "little") + 1)
        position += taille
    return ligne, colonne


def _entier_variable(contenu: bytes, position: int, octets: int) -> tuple[int, int]:
    valeur = 0
    for rang in range(octets):
        if position >= len(contenu):
            break
        octet = contenu[position]
        position += 1
        valeur |= (octet & 0x7F) << (7 * rang)
        if not octet & 0x80:
            break
    return valeur, position


class _Stop(Exception):
    pass


def _controler_ods(flux: IO[bytes]) -> Constat | None:
    feuille = _FeuilleOds()
    lecteur = expat.ParserCreate()
    lecteur.StartElementHandler = feuille.ouvrir
    lecteur.EndElementHandler = feuille.fermer
    lecteur.StartDoctypeDeclHandler = feuille.declarer
    lus = 0
    try:
        while bloc := flux.read(_BLOC):
            lus += len(bloc)
            if lus > limites.DEPLIE_MAX:
                return _trop_lourd()
            lecteur.Parse(bloc)
    except _Stop:
        return feuille.constat
    except expat.ExpatError:
        return (
            "archive_abimee",
            "le contenu du classeur n'est pas un XML valide",
            "enregistrez-le de nouveau et renvoyez-le",
        )
    return demesure(feuille.etendue)


class _FeuilleOds:
    """Rectangle occupé d'un .ods, répétitions comprises ; seules comptent les cellules qui ont une valeur."""

    def __init__(self) -> None:
        self.etendue = (0, 0)
        self.constat: Constat | None = None
        self._ligne = self._colonne = self._derniere = 0
        self._repetee = 1

    def declarer(self, *_: object) -> None:
        """Refuse toute déclaration de type de document."""
        self.constat = ENTITES
        raise _Stop

    def ouvrir(self, balise: str, attributs: dict[str, str]) -> None:
        """Suit les lignes et les cellules, répétitions comprises."""
        if balise == "table:table":
            self._ligne = 0
        elif balise == "table:table-row":
            self._repetee = _repetition(attributs.get("table:number-rows-repeated"))
            self._colonne = self._derniere = 0
        elif balise in ("table:table-cell", "table:covered-table-cell"):
            self._colonne += _repetition(attributs.get("table:number-columns-repeated"))
            if "office:value-type" in attributs:
                self._derniere = self._colonne

    def fermer(self, balise: str) -> None:
        """Compte la ligne qui finit ; arrête la lecture si la feuille est démesurée."""
        if balise != "table:table-row":
            return
        self._ligne += self._repetee
        if self._derniere:
            lignes, colonnes = self.etendue
            self.etendue = (max(lignes, self._ligne), max(colonnes, self._derniere))
            self.constat = demesure(self.etendue)
            if self.constat:
                raise _Stop


def _repetition(texte: str | None) -> int:
    return int(texte) if texte and texte.isdecimal() and len(texte) < 9 else 1
