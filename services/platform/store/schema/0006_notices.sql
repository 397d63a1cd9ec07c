-- What people should know that is no alert.
{{sharded_by "cityHash64(id)"}}
CREATE TABLE IF NOT EXISTS {{local "notices"}} {{on_cluster}}
(
    id         String CODEC(ZSTD(1)),
    at         DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    kind       LowCardinality(String),
    flashpoint LowCardinality(String),
    source     LowCardinality(String),
    text       String CODEC(ZSTD(3))
)
ENGINE = {{replicated "ReplacingMergeTree"}}
ORDER BY id
