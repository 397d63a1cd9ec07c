-- Which files of this folder have been applied. On a cluster every replica of
-- every shard keeps the same copy.
CREATE TABLE IF NOT EXISTS schema_migrations {{on_cluster}}
(
    number   UInt32,
    name     String,
    checksum String,                -- SHA-256 of the file, hexadecimal
    applied  DateTime64(3, 'UTC')
)
ENGINE = {{everywhere "ReplacingMergeTree(applied)"}}
ORDER BY number
