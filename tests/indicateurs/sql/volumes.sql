-- N1 à N3 (cumulés) et N1t à N3t (trimestre seul), toutes mailles, toutes ventilations.
WITH detail AS (
  SELECT p.*, m.niveau, m.territoire, unnest([
      {'v': 'ensemble', 'm': 'ensemble'}, {'v': 'reservataire', 'm': r}, {'v': 'bailleur', 'm': b},
      {'v': 'bailleur|reservataire', 'm': b || '|' || r}, {'v': 'type_offre', 'm': type_offre}, {'v': 'typologie', 'm': typologie},
      {'v': 'financement', 'm': financement}, {'v': 'qpv', 'm': qpv}, {'v': 'periode_construction', 'm': periode_construction}]) AS a
  FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM position) p
  WHERE m.territoire IS NOT NULL
), avec_baux AS (SELECT DISTINCT nature, periode, b FROM position WHERE baux IS NOT NULL)
, somme AS (
  SELECT d.nature, d.niveau, d.territoire, d.a.v AS v, d.a.m AS m, d.periode, sum(d.prop) AS n1, sum(d.att) AS n2, sum(d.baux) AS n3
  FROM detail d GROUP BY ALL
), couverture AS (
  SELECT nature, niveau, territoire, periode, sum(parc) FILTER (WHERE la) / sum(parc) AS c, sum(parc) FILTER (WHERE bx) / sum(parc) AS cb
  FROM (SELECT n.nature, m.niveau, m.territoire, p.periode, p.parc,
               EXISTS (SELECT 1 FROM repondant r WHERE r.nature = n.nature AND r.periode = p.periode AND r.b = p.b) AS la,
               EXISTS (SELECT 1 FROM avec_baux r WHERE r.nature = n.nature AND r.periode = p.periode AND r.b = p.b) AS bx
        FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM parc) p
        CROSS JOIN (VALUES ('cumul'), ('seul')) n(nature)) GROUP BY ALL
)
SELECT i.code || CASE s.nature WHEN 'seul' THEN 't' ELSE '' END AS indicateur, s.niveau AS territoire_type, s.territoire, s.v AS ventilation,
       s.m AS modalite, s.periode, CAST(i.n AS DOUBLE) AS numerateur, CAST(NULL AS DOUBLE) AS denominateur, CAST(i.n AS DOUBLE) AS valeur,
       CASE WHEN s.v IN ('ensemble', 'reservataire') THEN coalesce(i.c, 0) END AS couverture
FROM somme s LEFT JOIN couverture c USING (nature, niveau, territoire, periode),
     LATERAL (VALUES ('N1', s.n1, c.c), ('N2', s.n2, c.c), ('N3', s.n3, c.cb)) i(code, n, c)
WHERE i.n IS NOT NULL
