-- One row per taxonomy version and item: what the item counts in. entered is
-- fixed for life, so that an edited, re-dated, corrected, withdrawn or
-- re-tagged item replaces its own row and nothing stays counted.
{{sharded_by "cityHash64(item)"}}
CREATE TABLE IF NOT EXISTS {{local "item_tags"}} {{on_cluster}}
(
    taxonomy      LowCardinality(String),
    entered       Date32 CODEC(Delta(4), ZSTD(1)),
    item          String,
    version       UInt64 CODEC(ZSTD(1)),
    deleted       UInt8  CODEC(ZSTD(1)),
    day           Date32 CODEC(ZSTD(1)),
    at            DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    collected     DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    source        LowCardinality(String),
    owner         LowCardinality(String),
    country       LowCardinality(String),
    track         LowCardinality(String),
    language      LowCardinality(String),
    handling      LowCardinality(String),
    embargo       DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    story         String,
    weight        Float64 CODEC(ZSTD(1)),
    retrospective Bool CODEC(ZSTD(1)),
    tagged_at     DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    -- every pair the item counts in; '_' where it has no flashpoint or no area;
    -- the score is the weaker of the two
    tags          Array(Tuple(flashpoint LowCardinality(String), area LowCardinality(String), score Float32)),
    head          String,                               -- as in items; empty where the item has no tags
    tagging       String CODEC(ZSTD(3)),                -- what else is said of the item (JSON), with evidence
    search        String,                               -- words and beginnings as in items, where the item
    stems         String CODEC(ZSTD(3)),                -- has tags: words and tags are asked for together
    INDEX by_day        day             TYPE minmax GRANULARITY 4,
    INDEX by_flashpoint tags.flashpoint TYPE text(tokenizer = 'array'),
    INDEX by_area       tags.area       TYPE text(tokenizer = 'array'),
    INDEX by_word       search          TYPE text(tokenizer = splitByString([' '])),
    INDEX by_stem       stems           TYPE text(tokenizer = splitByString([' ']))
)
ENGINE = {{replicated "ReplacingMergeTree(version, deleted)"}}
PARTITION BY toYYYYMM(entered)
ORDER BY (taxonomy, entered, item)
SETTINGS index_granularity = 256, min_compress_block_size = 16384,
         min_age_to_force_merge_seconds = 43200, min_age_to_force_merge_on_partition_only = 1
