-- Every notification to every recipient, in its latest state.
{{sharded_by "cityHash64(id)"}}
CREATE TABLE IF NOT EXISTS {{local "deliveries"}} {{on_cluster}}
(
    id           String CODEC(ZSTD(1)),
    at           DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    recipient    LowCardinality(String),
    channel      LowCardinality(String),
    address      String CODEC(ZSTD(3)),
    flashpoint   LowCardinality(String),
    episode      UInt32,                       -- of the flashpoint
    notification LowCardinality(String),
    message_id   String CODEC(ZSTD(3)),
    subject      String CODEC(ZSTD(3)),
    level        Enum8('none' = 0, 'watch' = 1, 'elevated' = 2, 'high' = 3, 'critical' = 4),
    status       LowCardinality(String),
    attempts     UInt32,
    error        String CODEC(ZSTD(3)),
    events       Array(String) CODEC(ZSTD(1))
)
ENGINE = {{replicated "ReplacingMergeTree(at)"}}
ORDER BY id
