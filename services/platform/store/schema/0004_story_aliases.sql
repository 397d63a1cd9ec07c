-- Stories that turned out to be one: story reads as target from then on.
{{sharded_by "cityHash64(story)"}}
CREATE TABLE IF NOT EXISTS {{local "story_aliases"}} {{on_cluster}}
(
    story  String CODEC(ZSTD(1)),
    target String CODEC(ZSTD(1)),
    at     DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = {{replicated "ReplacingMergeTree"}}
ORDER BY (story, target)
