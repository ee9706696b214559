-- E1 à E5 sur les EPCI soumis, en nombre et pondérés ; répartition par état.
WITH dernier AS (
  SELECT p.periode, r.* EXCLUDE (rang) FROM calendrier p JOIN LATERAL (
    SELECT *, row_number() OVER (PARTITION BY epci_siren ORDER BY date_arrete DESC) AS rang FROM epci_avancement
    WHERE date_arrete <= least(p.fin, (SELECT connu_le FROM params))) r ON r.rang = 1
), parc_epci AS (SELECT periode, epci, sum(parc) AS parc FROM parc GROUP BY ALL)
, publie AS (
  SELECT c.periode, q.code AS epci, q.nb_logements AS parc FROM calendrier c JOIN parc_rpls q ON q.niveau = 'epci' AND q.annee = coalesce(
      (SELECT max(annee) FROM parc_rpls WHERE niveau = 'epci' AND annee <= c.annee), (SELECT min(annee) FROM parc_rpls WHERE niveau = 'epci'))
), soumis AS (
  SELECT p.periode, p.fin, e.epci_siren AS epci, e.code_departement AS dep, CAST(e.population_region AS DOUBLE) AS pop,
         coalesce(CAST(u.parc AS DOUBLE), k.parc) AS parc, d.* EXCLUDE (periode, epci_siren), d.epci_siren IS NOT NULL AS connu
  FROM epci e CROSS JOIN calendrier p LEFT JOIN dernier d ON d.periode = p.periode AND d.epci_siren = e.epci_siren
  LEFT JOIN parc_epci k ON k.periode = p.periode AND k.epci = e.epci_siren LEFT JOIN publie u ON u.periode = p.periode AND u.epci = e.epci_siren
  WHERE e.est_soumis AND p.annee >= (SELECT min(year(date_arrete)) FROM epci_avancement)
), atteint AS (
  SELECT *, unnest([
    {'i': 'E1', 'ok': coalesce(cil_date_installation <= fin, cil_statut IN ('ADOPTE', 'SIGNE'), false) AND coalesce(cil_statut <> 'EXPIRE', true)},
    {'i': 'E2', 'ok': coalesce(document_cadre_date <= fin, false)},
    {'i': 'E3', 'ok': coalesce(cia_date_signature <= fin, cia_statut IN ('ADOPTE', 'SIGNE'), false) AND coalesce(cia_statut <> 'EXPIRE', true)
                      AND coalesce(cia_date_fin >= fin, true)},
    {'i': 'E4', 'ok': coalesce(ppgdid_date_adoption <= fin, ppgdid_statut IN ('ADOPTE', 'SIGNE'), false)
                      AND coalesce(ppgdid_statut <> 'EXPIRE', true) AND coalesce(ppgdid_date_fin >= fin, true)},
    {'i': 'E5', 'ok': coalesce(cotation_date_mise_en_service <= fin, false)}]) AS e FROM soumis
), maille AS (
  SELECT *, unnest([{'niveau': 'region', 't': (SELECT region FROM params)}, {'niveau': 'departement', 't': dep}, {'niveau': 'epci', 't': epci}]) AS m FROM atteint
), brut AS (
  SELECT e.i AS i, m.niveau AS niveau, m.t AS t, w.v AS v, w.m AS mo, periode, sum(w.p) FILTER (WHERE e.ok) AS n,
         CASE WHEN count(*) = count(w.p) THEN sum(w.p) END AS d, bool_or(connu) AS connu
  FROM (SELECT *, unnest([{'v': 'ensemble', 'm': 'ensemble', 'p': 1.0}, {'v': 'ponderation', 'm': 'parc', 'p': parc},
                          {'v': 'ponderation', 'm': 'population', 'p': pop}]) AS w FROM maille)
  WHERE m.niveau <> 'epci' OR w.v = 'ensemble' GROUP BY ALL
), etats AS (
  SELECT x.i AS i, m.niveau AS niveau, m.t AS t, x.v AS v, coalesce(x.s, 'NR') AS mo, periode, count(*) FILTER (WHERE connu) AS n,
         sum(count(*)) OVER (PARTITION BY x.i, m.niveau, m.t, periode) AS d, bool_or(connu) AS connu
  FROM (SELECT *, unnest([{'i': 'E1', 'v': 'statut', 's': cil_statut}, {'i': 'E3', 'v': 'statut', 's': cia_statut},
                          {'i': 'E4', 'v': 'statut', 's': ppgdid_statut}, {'i': 'E5', 'v': 'etat_cotation', 's': etat_cotation}]) AS x
        FROM maille WHERE e.i = 'E1') GROUP BY x.i, m.niveau, m.t, x.v, coalesce(x.s, 'NR'), periode
)
SELECT i AS indicateur, niveau AS territoire_type, t AS territoire, v AS ventilation, mo AS modalite, periode, CAST(coalesce(n, 0) AS DOUBLE) AS numerateur,
       CAST(d AS DOUBLE) AS denominateur, CASE WHEN d <> 0 THEN 100.0 * coalesce(n, 0) / d END AS valeur, CAST(NULL AS DOUBLE) AS couverture
FROM (SELECT * FROM brut UNION ALL SELECT * FROM etats WHERE niveau <> 'epci' OR mo <> 'NR') WHERE connu AND d IS NOT NULL AND (v = 'ensemble' OR v = 'ponderation' OR n > 0)
