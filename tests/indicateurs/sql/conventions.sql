-- V1 à V5 : état de chaque convention au dernier arrêté de la période.
WITH etat AS (
  SELECT p.periode, p.fin, c.* EXCLUDE (rang) FROM calendrier p JOIN LATERAL (
    SELECT r.*, row_number() OVER (PARTITION BY bailleur_siren, reservataire_categorie, reservataire_id, perimetre_type, perimetre_code,
                                   type_convention ORDER BY date_arrete DESC) AS rang
    FROM conventions r WHERE r.date_arrete <= least(p.fin, (SELECT connu_le FROM params))) c ON c.rang = 1
  WHERE c.convention_attendue = 'O'
), situe AS (
  SELECT e.*, e.bailleur_siren AS b, e.reservataire_categorie AS r, l.dep, l.epci, e.statut_convention = 'SIGNEE' AS signee
  FROM etat e JOIN lieu_perimetre l ON l.pt = e.perimetre_type AND l.pc = e.perimetre_code
), maille AS (
  SELECT *, m.niveau AS niveau, m.territoire AS territoire
  FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM situe) WHERE m.territoire IS NOT NULL
), flux AS (SELECT * FROM maille WHERE type_convention = 'FLUX')
, axe AS (SELECT *, unnest([{'v': 'ensemble', 'm': 'ensemble'}, {'v': 'reservataire', 'm': r}, {'v': 'bailleur', 'm': b}]) AS a FROM flux)
, retard AS (
  SELECT *, greatest(0, date_diff('day', (SELECT bascule FROM params), coalesce(date_signature, date_arrete))) AS j,
         CASE WHEN signee THEN 'SIGNEE' ELSE 'NON_SIGNEE' END AS s FROM flux
), etats AS (
  SELECT niveau, territoire, periode, 'statut' AS v, statut_convention AS m, count(*) AS n FROM flux GROUP BY ALL
), signataire AS (
  SELECT DISTINCT periode, b, dep FROM situe WHERE type_convention = 'FLUX' AND signee AND r IN ('ETAT_PRIO', 'ETAT_FONC')
), couvert AS (
  SELECT m.niveau AS niveau, m.territoire AS territoire, periode,
         sum(parc) FILTER (WHERE (periode, b, dep) IN (SELECT (periode, b, dep) FROM signataire)) AS n, sum(parc) AS d
  FROM (SELECT *, unnest(mailles(b, dep, epci, (SELECT region FROM params))) AS m FROM parc) GROUP BY ALL
), brut AS (
  SELECT 'V1' AS i, niveau, territoire, a.v AS v, a.m AS m, periode, CAST(count(*) FILTER (WHERE signee) AS DOUBLE) AS n, count(*) AS d
  FROM axe GROUP BY ALL
  UNION ALL SELECT 'V1', niveau, territoire, 'type_convention', type_convention, periode, count(*) FILTER (WHERE signee), count(*) FROM maille GROUP BY ALL
  UNION ALL SELECT 'V1', e.niveau, e.territoire, e.v, e.m, e.periode, e.n,
                   sum(e.n) OVER (PARTITION BY e.niveau, e.territoire, e.periode) FROM etats e
  UNION ALL SELECT 'V1', niveau, territoire, 'reservataire|statut', r || '|' || statut_convention, periode, count(*),
                   sum(count(*)) OVER (PARTITION BY niveau, territoire, periode, r) FROM flux GROUP BY niveau, territoire, periode, r, statut_convention
  UNION ALL SELECT 'V1', niveau, territoire, 'motif', coalesce(motif_non_signature, 'NR'), periode, count(*),
                   sum(count(*)) OVER (PARTITION BY niveau, territoire, periode) FROM flux WHERE NOT signee
            GROUP BY niveau, territoire, periode, coalesce(motif_non_signature, 'NR')
  UNION ALL SELECT 'V2', niveau, territoire, a.v, a.m, periode, coalesce(sum(parc_concerne) FILTER (WHERE signee), 0), coalesce(sum(parc_concerne), 0)
            FROM axe GROUP BY ALL
  UNION ALL SELECT 'V3', niveau, territoire, 'ensemble', 'ensemble', periode, coalesce(n, 0), coalesce(
                   (SELECT nb_logements FROM parc_rpls q JOIN calendrier c ON c.periode = k.periode WHERE q.niveau = k.niveau AND q.code = k.territoire
                    AND q.annee = coalesce((SELECT max(annee) FROM parc_rpls WHERE niveau = k.niveau AND annee <= c.annee),
                                           (SELECT min(annee) FROM parc_rpls WHERE niveau = k.niveau))), d)
            FROM couvert k WHERE niveau IN ('region', 'departement') AND periode IN (SELECT periode FROM situe)
  UNION ALL SELECT 'V5', niveau, territoire, x.v, x.m, periode,
                   count(*) FILTER (WHERE date_transmission_dreal <= least((SELECT remontee FROM params), fin)), count(*)
            FROM (SELECT *, unnest([{'v': 'ensemble', 'm': 'ensemble'}, {'v': 'reservataire', 'm': r}]) AS x FROM flux)
            WHERE signee AND date_signature <= (SELECT remontee FROM params) GROUP BY ALL
  UNION ALL SELECT 'V5', niveau, territoire, 'transmission', 'a_ce_jour', periode, count(*) FILTER (WHERE date_transmission_dreal <= fin), count(*)
            FROM flux WHERE signee GROUP BY ALL
)
SELECT i AS indicateur, niveau AS territoire_type, territoire, v AS ventilation, m AS modalite, periode, CAST(n AS DOUBLE) AS numerateur,
       CAST(d AS DOUBLE) AS denominateur, CASE WHEN d <> 0 THEN 100.0 * n / d END AS valeur, CAST(NULL AS DOUBLE) AS couverture FROM brut
UNION ALL
SELECT 'V4', niveau, territoire, x.v, x.m || '|' || y.st, periode, NULL, count(*),
       CASE y.st WHEN 'mediane' THEN median(j) ELSE max(j) END, NULL
FROM (SELECT *, unnest([{'v': 'signature|statistique', 'm': s}, {'v': 'reservataire|signature|statistique', 'm': r || '|' || s}]) AS x FROM retard),
     (VALUES ('mediane'), ('maximum')) y(st) GROUP BY niveau, territoire, x.v, x.m, y.st, periode
