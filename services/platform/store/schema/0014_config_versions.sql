-- Every version of the running configuration.
{{sharded_by "version"}}
CREATE TABLE IF NOT EXISTS {{local "config_versions"}} {{on_cluster}}
(
    version UInt64,                            -- revision of the configuration's bucket
    at      DateTime64(3, 'UTC'),
    by      String CODEC(ZSTD(1)),
    why     String CODEC(ZSTD(3)),
    digest  String CODEC(ZSTD(1)),
    content String CODEC(ZSTD(3))
)
ENGINE = {{replicated "ReplacingMergeTree"}}
ORDER BY version
