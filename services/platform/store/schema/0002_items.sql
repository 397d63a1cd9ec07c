-- One row per item: what was published, in its latest version. Rows are found
-- by id, by the day on which they came in, and by words. Granules and blocks are
-- small because answers are few rows from many places: of each place a granule of
-- documents is unpacked.
{{sharded_by "cityHash64(id)"}}
CREATE TABLE IF NOT EXISTS {{local "items"}} {{on_cluster}}
(
    entered       Date32 CODEC(Delta(4), ZSTD(1)),      -- day it first came in, fixed for life
    id            String,                               -- hashes do not compress: LZ4 reads faster
    version       UInt64 CODEC(ZSTD(1)),                -- revision and amendment in one number
    withdrawn     UInt8  CODEC(ZSTD(1)),
    at            DateTime64(3, 'UTC') CODEC(ZSTD(1)),  -- published, or collected where unknown
    day           Date32 CODEC(ZSTD(1)),                -- day on which it counts
    published     DateTime64(3, 'UTC') CODEC(ZSTD(1)),  -- 1970 stands for unknown
    published_day Bool CODEC(ZSTD(1)),                  -- published is a date only
    collected     DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    source        LowCardinality(String),
    feed          LowCardinality(String),
    owner         LowCardinality(String),
    country       LowCardinality(String),
    track         LowCardinality(String),
    language      LowCardinality(String),
    handling      LowCardinality(String),               -- public where empty
    embargo       DateTime64(3, 'UTC') CODEC(ZSTD(1)),  -- 1970 stands for none
    retrospective Bool CODEC(ZSTD(1)),
    story         String,                               -- as given at first sight
    head          String,                               -- where it stands on pages, see head.go
    -- the item without its text, and what is known of it (JSON): a list reads its
    -- rows from as many places, and each column would be a place more
    document      String CODEC(ZSTD(3)),
    text          String CODEC(ZSTD(3)),
    search        String,                               -- its words in order, see search.go
    stems         String CODEC(ZSTD(3)),                -- beginnings of its longer words
    INDEX by_id    id     TYPE text(tokenizer = 'array'),
    INDEX by_story story  TYPE bloom_filter(0.01) GRANULARITY 16,
    INDEX by_day   day    TYPE minmax GRANULARITY 16,
    INDEX by_word  search TYPE text(tokenizer = splitByString([' '])),
    INDEX by_stem  stems  TYPE text(tokenizer = splitByString([' ']))
)
ENGINE = {{replicated "ReplacingMergeTree(version, withdrawn)"}}
PARTITION BY toYear(entered)
ORDER BY (entered, id)
SETTINGS index_granularity = 64, min_compress_block_size = 16384,
         min_age_to_force_merge_seconds = 43200, min_age_to_force_merge_on_partition_only = 1
