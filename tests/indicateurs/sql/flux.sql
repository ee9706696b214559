-- F3, F4, F4b, F7, F3c, F3e et F1e.
WITH detail AS (
  SELECT p.*, m.niveau, m.territoire
  FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM champ) p WHERE m.territoire IS NOT NULL
), axe AS (
  SELECT d.*, unnest([{'v': 'ensemble', 'm': 'ensemble', 'tout': 'ensemble'}, {'v': 'reservataire', 'm': r, 'tout': 'ensemble'},
                      {'v': 'bailleur|reservataire', 'm': b || '|' || r, 'tout': b}]) AS a FROM detail d
), somme AS (
  SELECT niveau, territoire, a.v AS v, a.m AS m, a.tout AS tout, periode, sum(att) AS att, sum(prop) AS prop, sum(baux) AS baux,
         sum(att) FILTER (WHERE baux IS NOT NULL) AS att_baux FROM axe GROUP BY ALL
), tout AS (
  SELECT niveau, territoire, periode, 'ensemble' AS tout, sum(att) AS att FROM detail GROUP BY ALL
  UNION ALL SELECT niveau, territoire, periode, b, sum(att) FROM detail GROUP BY ALL
), taux AS (
  SELECT periode, b, pc AS dep, r, taux FROM objectif WHERE pt = 'DEPARTEMENT' AND taux > 0 AND droits = 0
), au_taux AS (
  SELECT t.periode, t.b, t.dep, t.epci, x.r, x.taux / 100 * t.att AS attendus, t.att AS tous, coalesce(s.att, 0) AS att
  FROM (SELECT periode, b, dep, epci, sum(att) AS att FROM champ GROUP BY ALL) t
  JOIN taux x ON x.periode = t.periode AND x.b = t.b AND x.dep = t.dep
  LEFT JOIN (SELECT periode, b, dep, epci, r, sum(att) AS att FROM champ GROUP BY ALL) s
    ON s.periode = t.periode AND s.b = t.b AND s.dep = t.dep AND s.epci IS NOT DISTINCT FROM t.epci AND s.r = x.r
), au_taux_maille AS (
  SELECT niveau, territoire, r, periode, sum(attendus) AS attendus, sum(tous) AS tous, sum(att) AS att
  FROM (SELECT *, m.niveau AS niveau, m.territoire AS territoire
        FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM au_taux)) WHERE territoire IS NOT NULL GROUP BY ALL
), brut AS (
  SELECT 'F3' AS indicateur, s.niveau, s.territoire, s.v, s.m, s.periode, s.att AS n, t.att AS d
  FROM somme s JOIN tout t USING (niveau, territoire, periode, tout) WHERE s.v <> 'ensemble'
  UNION ALL SELECT 'F4', niveau, territoire, v, m, periode, att, prop FROM somme
  UNION ALL SELECT 'F4b', niveau, territoire, v, m, periode, baux, att_baux FROM somme WHERE baux IS NOT NULL
  UNION ALL SELECT 'F7', m.niveau, m.territoire, 'ensemble', 'ensemble', periode,
                   coalesce(sum(att) FILTER (WHERE type_offre = 'MISE_EN_SERVICE'), 0), sum(att)
            FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM position WHERE nature = 'cumul')
            WHERE m.territoire IS NOT NULL GROUP BY ALL
  UNION ALL SELECT 'F3c', niveau, territoire, 'reservataire', r, periode, attendus, tous FROM au_taux_maille
  UNION ALL SELECT 'F3e', niveau, territoire, 'reservataire', r, periode, att - attendus, tous FROM au_taux_maille
  UNION ALL SELECT 'F1e', niveau, territoire, 'reservataire', r, periode, att, attendus FROM au_taux_maille WHERE niveau = 'epci'
)
SELECT indicateur, niveau AS territoire_type, territoire, v AS ventilation, m AS modalite, periode, CAST(n AS DOUBLE) AS numerateur,
       CAST(d AS DOUBLE) AS denominateur, CASE WHEN d <> 0 THEN 100.0 * n / d END AS valeur, CAST(NULL AS DOUBLE) AS couverture
FROM brut
