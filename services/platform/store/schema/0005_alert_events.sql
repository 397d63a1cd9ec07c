-- Every step in the life of every alert.
{{sharded_by "cityHash64(id)"}}
CREATE TABLE IF NOT EXISTS {{local "alert_events"}} {{on_cluster}}
(
    id                 String CODEC(ZSTD(1)),
    at                 DateTime64(3, 'UTC') CODEC(ZSTD(1)),  -- the instant the evaluation speaks for
    change             LowCardinality(String),
    state              LowCardinality(String),               -- after the change
    level              Enum8('none' = 0, 'watch' = 1, 'elevated' = 2, 'high' = 3, 'critical' = 4),
    level_before       Enum8('none' = 0, 'watch' = 1, 'elevated' = 2, 'high' = 3, 'critical' = 4),
    key                String CODEC(ZSTD(1)),                -- id of (flashpoint, area, indicator group)
    flashpoint         LowCardinality(String),               -- '*' in regional totals
    area               LowCardinality(String),               -- '*' in flashpoint totals
    indicator_group    LowCardinality(String),
    alert              String CODEC(ZSTD(1)),                -- id of the episode
    episode            UInt32,
    flashpoint_episode UInt32,
    inhibited          String CODEC(ZSTD(1)),                -- id of the alert that explains it
    by                 String CODEC(ZSTD(1)),
    retrospective      Bool,
    indicators         LowCardinality(String),               -- versions it was evaluated under
    taxonomy           LowCardinality(String),
    items              Array(String) CODEC(ZSTD(1)),
    event              String CODEC(ZSTD(3))                 -- the whole event, JSON
)
ENGINE = {{replicated "ReplacingMergeTree"}}
ORDER BY id
