-- People's judgements on alerts, for dashboards.
CREATE VIEW IF NOT EXISTS assessments {{on_cluster}} AS
SELECT id, at, by, role, via, key, flashpoint, area, indicator_group, episode, opinion, as_party, country, text
FROM reviews FINAL
WHERE verdict = 'assess'
