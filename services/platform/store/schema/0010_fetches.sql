-- What came of asking each feed, every time.
{{sharded_by "cityHash64(feed)"}}
CREATE TABLE IF NOT EXISTS {{local "fetches"}} {{on_cluster}}
(
    feed     LowCardinality(String),
    at       DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    id       String CODEC(ZSTD(1)),
    source   LowCardinality(String),
    url      String CODEC(ZSTD(3)),
    took     Int64 CODEC(ZSTD(1)),             -- nanoseconds
    status   UInt16 CODEC(ZSTD(1)),            -- HTTP; 0 where no answer came
    bytes    Int64 CODEC(ZSTD(1)),
    items    UInt32 CODEC(ZSTD(1)),
    new      UInt32 CODEC(ZSTD(1)),
    revised  UInt32 CODEC(ZSTD(1)),
    problems UInt32 CODEC(ZSTD(1)),
    error    String CODEC(ZSTD(3)),
    next     DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    why      LowCardinality(String)
)
ENGINE = {{replicated "ReplacingMergeTree"}}
PARTITION BY toYYYYMM(at)
ORDER BY (feed, at, id)
