"""Ce qu'un carnet publié ne fait pas : lire ailleurs que par `carnet.mesures`, ou regarder l'heure.

Une entrée qui échappe au journal des lectures échappe à la clé d'exécution : la page resterait fausse
après un changement. On la refuse à la lecture du carnet, avant de l'exécuter.
"""

import ast
from collections.abc import Iterator

from bilan.carnets.cellules import Cellule

MODULES_INTERDITS = frozenset({
    "bilan.entrepot", "bilan.collecte", "bilan.indicateurs", "bilan.demonstration",
    "socket", "subprocess", "requests", "urllib", "http", "random", "secrets", "uuid",
})
APPELS_INTERDITS = frozenset({
    "open", "read_text", "read_bytes", "read_csv", "read_parquet", "read_excel", "read_json", "read_ods", "read_file",
    "read_database", "read_database_uri", "scan_csv", "scan_parquet", "scan_ndjson", "load_workbook",
    "today", "now", "utcnow", "time_ns", "getenv", "urlopen", "system",
})
_QUE_FAIRE = "lisez par carnet.mesures, carnet.table ou un paramètre"


def entrees_cachees(cellule: Cellule) -> Iterator[str]:
    """Rend, pour une cellule de code, chaque lecture que le journal des lectures ne verrait pas."""
    try:
        arbre = cellule.arbre
    except SyntaxError as erreur:
        yield f"ligne {erreur.lineno} : le code ne se lit pas ({erreur.msg})."
        return
    for numero, ligne in enumerate(cellule.source.splitlines(), start=1):
        if ligne.lstrip()[:1] in {"!", "%"}:
            yield f"ligne {numero} : « {ligne.strip()} » est une commande, qu'un carnet publié n'exécute pas."
    for noeud in ast.walk(arbre):
        yield from _interdits(noeud)


def _interdits(noeud: ast.AST) -> Iterator[str]:
    ligne = f"ligne {getattr(noeud, 'lineno', 0)}"
    for module in _modules(noeud):
        if any(module == m or module.startswith(f"{m}.") for m in MODULES_INTERDITS):
            yield f"{ligne} : « {module} » contourne le journal des lectures ; {_QUE_FAIRE}."
    if isinstance(noeud, ast.Call) and (nom := _nom_appele(noeud)) in APPELS_INTERDITS:
        yield f"{ligne} : « {nom}() » lit une entrée non déclarée ; {_QUE_FAIRE}."


def _modules(noeud: ast.AST) -> list[str]:
    if isinstance(noeud, ast.Import):
        return [alias.name for alias in noeud.names]
    if isinstance(noeud, ast.ImportFrom):
        module = noeud.module or ""
        return [f"{module}.{alias.name}" for alias in noeud.names]
    return []


def _nom_appele(appel: ast.Call) -> str:
    return getattr(appel.func, "attr", getattr(appel.func, "id", ""))
