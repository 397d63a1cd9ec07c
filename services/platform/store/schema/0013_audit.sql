-- Who did what.
{{sharded_by "cityHash64(id)"}}
CREATE TABLE IF NOT EXISTS {{local "audit"}} {{on_cluster}}
(
    at      DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    id      String CODEC(ZSTD(1)),
    service LowCardinality(String),
    who     String CODEC(ZSTD(1)),
    action  LowCardinality(String),
    object  String CODEC(ZSTD(1)),
    detail  String CODEC(ZSTD(3)),
    address String CODEC(ZSTD(1))
)
ENGINE = {{replicated "ReplacingMergeTree"}}
PARTITION BY toYYYYMM(at)
ORDER BY (at, id)
