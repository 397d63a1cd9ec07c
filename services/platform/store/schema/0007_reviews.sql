-- Every decision of a person, and partners' withdrawals of their own items.
{{sharded_by "cityHash64(id)"}}
CREATE TABLE IF NOT EXISTS {{local "reviews"}} {{on_cluster}}
(
    id              String CODEC(ZSTD(1)),
    at              DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    verdict         LowCardinality(String),
    by              String CODEC(ZSTD(1)),
    role            LowCardinality(String),
    via             LowCardinality(String),
    key             String CODEC(ZSTD(1)),   -- of the alert it is about, or ''
    flashpoint      LowCardinality(String),
    area            LowCardinality(String),
    indicator_group LowCardinality(String),
    episode         UInt32,
    item            String CODEC(ZSTD(1)),   -- of the item it is about, or ''
    opinion         LowCardinality(String),  -- concur or doubt, or ''
    as_party        Bool,
    country         LowCardinality(String),
    text            String CODEC(ZSTD(3)),
    review          String CODEC(ZSTD(3))    -- the whole review, JSON
)
ENGINE = {{replicated "ReplacingMergeTree"}}
ORDER BY id
