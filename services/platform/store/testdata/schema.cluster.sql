-- 0001_schema_migrations.sql
-- Which files of this folder have been applied. On a cluster every replica of
-- every shard keeps the same copy.
CREATE TABLE IF NOT EXISTS schema_migrations ON CLUSTER 'kulkul'
(
    number   UInt32,
    name     String,
    checksum String,                -- SHA-256 of the file, hexadecimal
    applied  DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/{table}', '{shard}-{replica}', applied)
ORDER BY number;

-- 0002_items.sql
-- One row per item: what was published, in its latest version. Rows are found
-- by id, by the day on which they came in, and by words. Granules and blocks are
-- small because answers are few rows from many places: of each place a granule of
-- documents is unpacked.
CREATE TABLE IF NOT EXISTS items_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree(version, withdrawn)
PARTITION BY toYear(entered)
ORDER BY (entered, id)
SETTINGS index_granularity = 64, min_compress_block_size = 16384,
         min_age_to_force_merge_seconds = 43200, min_age_to_force_merge_on_partition_only = 1;
CREATE TABLE IF NOT EXISTS items ON CLUSTER 'kulkul' AS items_local
ENGINE = Distributed('kulkul', currentDatabase(), items_local, cityHash64(id));

-- 0003_item_tags.sql
-- One row per taxonomy version and item: what the item counts in. entered is
-- fixed for life, so that an edited, re-dated, corrected, withdrawn or
-- re-tagged item replaces its own row and nothing stays counted.
CREATE TABLE IF NOT EXISTS item_tags_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree(version, deleted)
PARTITION BY toYYYYMM(entered)
ORDER BY (taxonomy, entered, item)
SETTINGS index_granularity = 256, min_compress_block_size = 16384,
         min_age_to_force_merge_seconds = 43200, min_age_to_force_merge_on_partition_only = 1;
CREATE TABLE IF NOT EXISTS item_tags ON CLUSTER 'kulkul' AS item_tags_local
ENGINE = Distributed('kulkul', currentDatabase(), item_tags_local, cityHash64(item));

-- 0004_story_aliases.sql
-- Stories that turned out to be one: story reads as target from then on.
CREATE TABLE IF NOT EXISTS story_aliases_local ON CLUSTER 'kulkul'
(
    story  String CODEC(ZSTD(1)),
    target String CODEC(ZSTD(1)),
    at     DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree
ORDER BY (story, target);
CREATE TABLE IF NOT EXISTS story_aliases ON CLUSTER 'kulkul' AS story_aliases_local
ENGINE = Distributed('kulkul', currentDatabase(), story_aliases_local, cityHash64(story));

-- 0005_alert_events.sql
-- Every step in the life of every alert.
CREATE TABLE IF NOT EXISTS alert_events_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree
ORDER BY id;
CREATE TABLE IF NOT EXISTS alert_events ON CLUSTER 'kulkul' AS alert_events_local
ENGINE = Distributed('kulkul', currentDatabase(), alert_events_local, cityHash64(id));

-- 0006_notices.sql
-- What people should know that is no alert.
CREATE TABLE IF NOT EXISTS notices_local ON CLUSTER 'kulkul'
(
    id         String CODEC(ZSTD(1)),
    at         DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    kind       LowCardinality(String),
    flashpoint LowCardinality(String),
    source     LowCardinality(String),
    text       String CODEC(ZSTD(3))
)
ENGINE = ReplicatedReplacingMergeTree
ORDER BY id;
CREATE TABLE IF NOT EXISTS notices ON CLUSTER 'kulkul' AS notices_local
ENGINE = Distributed('kulkul', currentDatabase(), notices_local, cityHash64(id));

-- 0007_reviews.sql
-- Every decision of a person, and partners' withdrawals of their own items.
CREATE TABLE IF NOT EXISTS reviews_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree
ORDER BY id;
CREATE TABLE IF NOT EXISTS reviews ON CLUSTER 'kulkul' AS reviews_local
ENGINE = Distributed('kulkul', currentDatabase(), reviews_local, cityHash64(id));

-- 0008_assessments.sql
-- People's judgements on alerts, for dashboards.
CREATE VIEW IF NOT EXISTS assessments ON CLUSTER 'kulkul' AS
SELECT id, at, by, role, via, key, flashpoint, area, indicator_group, episode, opinion, as_party, country, text
FROM reviews FINAL
WHERE verdict = 'assess';

-- 0009_deliveries.sql
-- Every notification to every recipient, in its latest state.
CREATE TABLE IF NOT EXISTS deliveries_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree(at)
ORDER BY id;
CREATE TABLE IF NOT EXISTS deliveries ON CLUSTER 'kulkul' AS deliveries_local
ENGINE = Distributed('kulkul', currentDatabase(), deliveries_local, cityHash64(id));

-- 0010_fetches.sql
-- What came of asking each feed, every time.
CREATE TABLE IF NOT EXISTS fetches_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (feed, at, id);
CREATE TABLE IF NOT EXISTS fetches ON CLUSTER 'kulkul' AS fetches_local
ENGINE = Distributed('kulkul', currentDatabase(), fetches_local, cityHash64(feed));

-- 0011_health.sql
-- Judgements on sources and feeds; the latest per source and feed holds.
CREATE TABLE IF NOT EXISTS health_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (source, feed, at);
CREATE TABLE IF NOT EXISTS health ON CLUSTER 'kulkul' AS health_local
ENGINE = Distributed('kulkul', currentDatabase(), health_local, cityHash64(source));

-- 0012_rejections.sql
-- What could not be taken in, and what waits for a person, with the reason.
CREATE TABLE IF NOT EXISTS rejections_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (at, id);
CREATE TABLE IF NOT EXISTS rejections ON CLUSTER 'kulkul' AS rejections_local
ENGINE = Distributed('kulkul', currentDatabase(), rejections_local, cityHash64(id));

-- 0013_audit.sql
-- Who did what.
CREATE TABLE IF NOT EXISTS audit_local ON CLUSTER 'kulkul'
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
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (at, id);
CREATE TABLE IF NOT EXISTS audit ON CLUSTER 'kulkul' AS audit_local
ENGINE = Distributed('kulkul', currentDatabase(), audit_local, cityHash64(id));

-- 0014_config_versions.sql
-- Every version of the running configuration.
CREATE TABLE IF NOT EXISTS config_versions_local ON CLUSTER 'kulkul'
(
    version UInt64,                            -- revision of the configuration's bucket
    at      DateTime64(3, 'UTC'),
    by      String CODEC(ZSTD(1)),
    why     String CODEC(ZSTD(3)),
    digest  String CODEC(ZSTD(1)),
    content String CODEC(ZSTD(3))
)
ENGINE = ReplicatedReplacingMergeTree
ORDER BY version;
CREATE TABLE IF NOT EXISTS config_versions ON CLUSTER 'kulkul' AS config_versions_local
ENGINE = Distributed('kulkul', currentDatabase(), config_versions_local, version);

