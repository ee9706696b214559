-- F6 et F6v.
WITH s AS (
  SELECT CAST(annee AS VARCHAR) AS periode, bailleur_siren AS b, code_departement AS dep, categorie_soustraction AS cat, 'PREVU' AS ver, nb_prev_annee_n AS n
  FROM previsionnel_soustraits
  UNION ALL SELECT CAST(annee - 1 AS VARCHAR), bailleur_siren, code_departement, categorie_soustraction, 'REALISE', nb_realise_annee_n_1
  FROM previsionnel_soustraits WHERE nb_realise_annee_n_1 IS NOT NULL
), borne AS (SELECT * FROM s WHERE periode IN (SELECT periode FROM calendrier))
, meilleur AS (
  SELECT periode, b, dep, cat, 'MEILLEUR' AS ver, n FROM borne x WHERE ver = 'REALISE'
     OR NOT EXISTS (SELECT 1 FROM borne y WHERE y.ver = 'REALISE' AND y.periode = x.periode AND y.b = x.b)
), tous AS (SELECT * FROM borne UNION ALL SELECT * FROM meilleur)
, complet AS (SELECT periode, b FROM champ GROUP BY ALL HAVING count(*) = count(lib))
, lib AS (SELECT c.periode, c.b, c.dep, sum(c.lib) AS lib FROM champ c JOIN complet USING (periode, b) GROUP BY ALL)
, num AS (
  SELECT t.periode, t.b, t.dep, t.cat, t.ver, t.n FROM tous t JOIN complet USING (periode, b)
), den AS (
  SELECT l.periode, l.b, l.dep, v.ver, l.lib FROM lib l JOIN (SELECT DISTINCT periode, b, ver FROM tous) v USING (periode, b)
), mnum AS (SELECT *, unnest([{'n': 'region', 't': (SELECT region FROM params)}, {'n': 'departement', 't': dep}, {'n': 'bailleur', 't': b}]) AS m FROM num)
, mden AS (SELECT *, unnest([{'n': 'region', 't': (SELECT region FROM params)}, {'n': 'departement', 't': dep}, {'n': 'bailleur', 't': b}]) AS m FROM den)
, d AS (SELECT periode, ver, m.n AS niveau, m.t AS t, sum(lib) AS d FROM mden GROUP BY ALL)
, n AS (
  SELECT periode, ver, m.n AS niveau, m.t AS t, x.cat, sum(n) AS n FROM (SELECT *, unnest([{'cat': ''}, {'cat': cat}]) AS x FROM mnum) GROUP BY ALL
), deux AS (
  SELECT periode, b FROM borne GROUP BY ALL HAVING count(DISTINCT ver) = 2
), ecart AS (
  SELECT periode, m.n AS niveau, m.t AS t, x.cat, sum(n) FILTER (WHERE ver = 'REALISE') AS re, sum(n) FILTER (WHERE ver = 'PREVU') AS pr
  FROM (SELECT *, unnest([{'cat': ''}, {'cat': cat}]) AS x FROM (
        SELECT *, unnest([{'n': 'region', 't': (SELECT region FROM params)}, {'n': 'departement', 't': dep}, {'n': 'bailleur', 't': b}]) AS m
        FROM borne JOIN deux USING (periode, b))) GROUP BY ALL
)
SELECT 'F6' AS indicateur, niveau AS territoire_type, t AS territoire,
       CASE WHEN ver = 'MEILLEUR' THEN CASE cat WHEN '' THEN 'ensemble' ELSE 'categorie' END ELSE CASE cat WHEN '' THEN 'version' ELSE 'version|categorie' END END AS ventilation,
       CASE WHEN ver = 'MEILLEUR' THEN CASE cat WHEN '' THEN 'ensemble' ELSE cat END ELSE concat_ws('|', ver, nullif(cat, '')) END AS modalite,
       periode, CAST(n AS DOUBLE) AS numerateur, CAST(d AS DOUBLE) AS denominateur, 100.0 * n / nullif(d, 0) AS valeur, CAST(NULL AS DOUBLE) AS couverture
FROM n LEFT JOIN d USING (periode, ver, niveau, t)
UNION ALL
SELECT 'F6v', niveau, t, CASE cat WHEN '' THEN 'ensemble' ELSE 'categorie' END, CASE cat WHEN '' THEN 'ensemble' ELSE cat END, periode,
       coalesce(re, 0) - coalesce(pr, 0), coalesce(pr, 0), 100.0 * (coalesce(re, 0) - coalesce(pr, 0)) / nullif(pr, 0), NULL FROM ecart
