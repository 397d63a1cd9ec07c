-- What could not be taken in, and what waits for a person, with the reason.
{{sharded_by "cityHash64(id)"}}
CREATE TABLE IF NOT EXISTS {{local "rejections"}} {{on_cluster}}
(
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    id          String CODEC(ZSTD(1)),
    stage       LowCardinality(String),
    source      LowCardinality(String),
    feed        LowCardinality(String),
    place       String CODEC(ZSTD(3)),        -- item index, field, line
    reason      String CODEC(ZSTD(3)),
    code        LowCardinality(String),
    quarantined Bool,
    payload     String CODEC(ZSTD(3)),
    item        String CODEC(ZSTD(3))         -- the item, JSON, or ''
)
ENGINE = {{replicated "ReplacingMergeTree"}}
PARTITION BY toYYYYMM(at)
ORDER BY (at, id)
