"""Brouiller des fichiers reçus, guidé par la couverture du code qui les lit (atheris) : ni chute, ni blocage, ni perte.

Usage : python -m tests.collecte.brouilleur SECONDES

Le premier octet d'un essai choisit l'extension, les autres sont le fichier. Le brouilleur part de fichiers vrais ; une
exception qui n'est pas un refus, une case perdue ou dix secondes sans réponse l'arrêtent avec un code non nul.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bilan.collecte"]):
    from bilan.collecte.reception import Guichet

from tests.collecte.corpus import Feuille, ecrire_xlsx, grille, verite
from tests.collecte.ole import ecrire_ole, enregistrements
from tests.collecte.xlsb import ecrire_xlsb

from bilan.projet import Projet

_EXTENSIONS = (".csv", ".xls", ".xlsx", ".xlsb", ".ods")
_DELAI_S = 10


def semer(dossier: Path, semis: Path) -> None:
    """Écrit dans `semis` les essais de départ : un fichier vrai de chaque format que l'on sait fabriquer."""
    lignes = grille(Feuille(verite()))
    texte = "\n".join(";".join(map(str, ligne)) for ligne in lignes)
    (dossier / "vrai.csv").write_text(texte, encoding="utf-8")
    ecrire_xlsx(dossier / "vrai.xlsx", Feuille(verite()))
    ecrire_xlsb(dossier / "vrai.xlsb", lignes)
    ecrire_ole(dossier / "vrai.xls", "Workbook", enregistrements((0x0809, bytes.fromhex("0006100000000000"))))
    for vrai in dossier.iterdir():
        (semis / vrai.name).write_bytes(bytes([_EXTENSIONS.index(vrai.suffix)]) + vrai.read_bytes())


def main() -> None:
    """Brouille pendant le nombre de secondes donné."""
    with tempfile.TemporaryDirectory() as racine, Guichet(Projet.trouver()) as guichet:
        vrais, semis, essais = (Path(racine) / nom for nom in ("vrais", "semis", "essais"))
        for dossier in (vrais, semis, essais):
            dossier.mkdir()
        semer(vrais, semis)

        def essayer(octets: bytes) -> None:
            chemin = essais / f"essai_2024T1{_EXTENSIONS[octets[0] % len(_EXTENSIONS)] if octets else '.csv'}"
            chemin.write_bytes(octets[1:])
            reception = guichet.recevoir(chemin)
            assert reception.trace.perdues == 0
            if reception.trace.lues:
                assert reception.trace.lues == sum(feuille.cases_pleines for feuille in reception.feuilles)

        options = [
            f"-max_total_time={sys.argv[1]}",
            f"-timeout={_DELAI_S}",
            "-max_len=20000",
            f"-artifact_prefix={racine}/",
        ]
        atheris.Setup([sys.argv[0], *options, str(semis)], essayer)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
