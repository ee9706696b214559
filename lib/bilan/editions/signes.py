"""Les signes conventionnels et leur sens, tels que toute édition les explique (conventions, § 1.7)."""

from bilan import francais

SIGNES = {
    francais.SIGNES["non_transmis"]: "non disponible : rien n'a été transmis, ou le dénominateur est nul",
    francais.SIGNES["sans_objet"]: "sans objet : la question ne se pose pas pour ce territoire",
    francais.SIGNES["secret"]: "masqué par le secret statistique",
    "(p)": "provisoire",
    "(r)": "révisé depuis une première publication",
}
