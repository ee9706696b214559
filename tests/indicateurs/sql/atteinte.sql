-- F1 et F2, sur le périmètre des conventions.
WITH base AS (
  SELECT *, coalesce(obj_realise, obj_prevu) AS obj FROM bilan_convention WHERE coalesce(obj_realise, obj_prevu) IS NOT NULL
), maille AS (
  SELECT *, m.niveau AS niveau, m.territoire AS territoire
  FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM base) WHERE m.territoire IS NOT NULL
), axe AS (
  SELECT *, unnest([{'v': 'ensemble', 'm': 'ensemble', 'o': obj, 'n': att}, {'v': 'reservataire', 'm': r, 'o': obj, 'n': att},
                    {'v': 'bailleur', 'm': b, 'o': obj, 'n': att}, {'v': 'bailleur|reservataire', 'm': b || '|' || r, 'o': obj, 'n': att},
                    {'v': 'objectif', 'm': 'REALISE', 'o': obj_realise, 'n': att}, {'v': 'objectif', 'm': 'PREVISIONNEL', 'o': obj_prevu, 'n': att},
                    {'v': 'reservataire|objectif', 'm': r || '|REALISE', 'o': obj_realise, 'n': att},
                    {'v': 'reservataire|objectif', 'm': r || '|PREVISIONNEL', 'o': obj_prevu, 'n': att},
                    {'v': 'reservataire|mesure', 'm': r || '|proposes', 'o': obj, 'n': prop},
                    {'v': 'reservataire|mesure', 'm': r || '|baux', 'o': CASE WHEN (periode, b) IN
                        (SELECT (periode, b) FROM position WHERE nature = 'cumul' AND baux IS NOT NULL) THEN obj END, 'n': baux}]) AS a FROM maille
), somme AS (
  SELECT niveau, territoire, a.v AS v, a.m AS m, periode, sum(a.n) AS n, sum(a.o) AS o FROM axe WHERE a.o IS NOT NULL GROUP BY ALL
), couvert AS (
  SELECT DISTINCT c.periode, c.b, c.r, p.com FROM base c JOIN perimetre p USING (pt, pc)
), couverture AS (
  SELECT niveau, territoire, periode, 'reservataire' AS v, r AS m, sum(parc) FILTER (WHERE la) / sum(parc) AS c
  FROM (SELECT m.niveau AS niveau, m.territoire AS territoire, p.periode, x.r, p.parc,
               EXISTS (SELECT 1 FROM couvert k WHERE k.periode = p.periode AND k.b = p.b AND k.com = p.com AND k.r = x.r) AS la
        FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM parc) p
        CROSS JOIN (SELECT DISTINCT r FROM base) x) GROUP BY ALL
)
SELECT i AS indicateur, niveau AS territoire_type, territoire, v AS ventilation, m AS modalite, periode, CAST(n AS DOUBLE) AS numerateur,
       CAST(o AS DOUBLE) AS denominateur, CASE i WHEN 'F2' THEN n - o ELSE CASE WHEN o <> 0 THEN 100.0 * n / o END END AS valeur,
       CASE WHEN v = 'reservataire' THEN c END AS couverture
FROM somme LEFT JOIN couverture USING (niveau, territoire, periode, v, m), (VALUES ('F1'), ('F2')) x(i)
