-- Judgements on sources and feeds; the latest per source and feed holds.
{{sharded_by "cityHash64(source)"}}
CREATE TABLE IF NOT EXISTS {{local "health"}} {{on_cluster}}
(
    source    LowCardinality(String),
    feed      LowCardinality(String),
    at        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    state     LowCardinality(String),
    since     DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    last_item DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    last_ok   DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    failures  UInt32 CODEC(ZSTD(1)),
    text      String CODEC(ZSTD(3))
)
ENGINE = {{replicated "ReplacingMergeTree"}}
PARTITION BY toYYYYMM(at)
ORDER BY (source, feed, at)
