package conformance

import (
	"strings"
	"time"
)

// tableCases are what the product's schema relies on.
func tableCases() []testCase {
	return []testCase{
		{"ReplacingMergeTree", replacing},
		{"ReplacingMergeTree with deletion", replacingDeleted},
		{"AggregatingMergeTree and a materialised view", aggregating},
		{"time to live", timeToLive},
		{"codecs", codecs},
		{"token, ngram and text indexes", indexes},
		{"partitions", partitions},
		{"projections and window functions", analytics},
		{"tables change names and shapes", changes},
	}
}

func replacing(e env) {
	name := e.table("(id String, version UInt64, title String) ENGINE = ReplacingMergeTree(version) ORDER BY id")
	// The higher version wins, never the later insert.
	for _, row := range []string{"('a', 2, 'second')", "('a', 1, 'first')", "('b', 1, 'only')"} {
		e.exec("INSERT INTO " + name + " VALUES " + row)
	}
	equal(e, "the title", value[string](e, "SELECT title FROM "+name+" FINAL WHERE id = 'a'"), "second")
	equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name+" FINAL"), 2)
	e.exec("OPTIMIZE TABLE " + name + " FINAL")
	equal(e, "the count after the merge", value[uint64](e, "SELECT count() FROM "+name), 2)
}

func replacingDeleted(e env) {
	name := e.table("(id String, version UInt64, deleted UInt8) ENGINE = ReplacingMergeTree(version, deleted) ORDER BY id")
	e.exec("INSERT INTO " + name + " VALUES ('a', 1, 0), ('b', 1, 0)")
	e.exec("INSERT INTO " + name + " VALUES ('a', 2, 1)")
	equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name+" FINAL"), 1)
}

func aggregating(e env) {
	raw := e.table("(day Date, owner String) ENGINE = MergeTree ORDER BY day")
	sums := e.table("(day Date, owners AggregateFunction(uniqExact, String), items SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY day")
	view := sums + "_view"
	e.exec("CREATE MATERIALIZED VIEW " + view + " TO " + sums +
		" AS SELECT day, uniqExactState(owner) AS owners, count() AS items FROM " + raw + " GROUP BY day")
	defer e.exec("DROP VIEW " + view)
	e.exec("INSERT INTO " + raw + " VALUES ('2026-01-01', 'x'), ('2026-01-01', 'y')")
	e.exec("INSERT INTO " + raw + " VALUES ('2026-01-01', 'x')")
	equal(e, "the owners", value[uint64](e, "SELECT uniqExactMerge(owners) FROM "+sums), 2)
	equal(e, "the items", value[uint64](e, "SELECT sum(items) FROM "+sums), 3)
}

func timeToLive(e env) {
	name := e.table("(at DateTime('UTC'), n UInt8) ENGINE = MergeTree ORDER BY n TTL at + INTERVAL 30 DAY")
	e.exec("INSERT INTO " + name + " VALUES (now() - INTERVAL 60 DAY, 1), (now(), 2)")
	e.exec("OPTIMIZE TABLE " + name + " FINAL")
	equal(e, "the count", value[uint64](e, "SELECT count() FROM "+name), 1)
	e.exec("ALTER TABLE " + name + " MODIFY TTL at + INTERVAL 90 DAY")
}

func codecs(e env) {
	name := e.table(`(n UInt64 CODEC(DoubleDelta, ZSTD(1)), at DateTime64(3, 'UTC') CODEC(Delta, LZ4),
		f Float64 CODEC(Gorilla), s String CODEC(ZSTD(3))) ENGINE = MergeTree ORDER BY n`)
	e.exec("INSERT INTO " + name + " SELECT number, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number, number / 2, repeat('x', 100) FROM numbers(10000)")
	equal(e, "the sum", value[float64](e, "SELECT sum(f) FROM "+name), 24997500)
	if bytes := value[uint64](e, "SELECT sum(data_compressed_bytes) FROM system.parts WHERE active AND table = '"+name+"'"); bytes > 200_000 {
		e.Errorf("10,000 rows take %d bytes; the codecs do not work", bytes)
	}
}

// indexes checks that each kind of text index finds the needle and reads fewer
// granules than there are.
func indexes(e env) {
	for _, c := range []struct{ index, condition string }{
		{"tokenbf_v1(4096, 3, 0)", "hasToken(s, 'needle')"},
		{"ngrambf_v1(4, 4096, 3, 0)", "s LIKE '%needle%'"},
		{"text(tokenizer = splitByNonAlpha)", "hasToken(s, 'needle')"},
	} {
		name := e.table("(n UInt64, s String, INDEX ix s TYPE " + c.index + " GRANULARITY 1) ENGINE = MergeTree ORDER BY n SETTINGS index_granularity = 1000")
		e.exec("INSERT INTO " + name + " SELECT number, if(number = 777, 'the needle lies here', 'hay ' || toString(number)) FROM numbers(50000)")
		equal(e, c.index+": the hits", value[uint64](e, "SELECT count() FROM "+name+" WHERE "+c.condition), 1)
		plan := column(e, "EXPLAIN indexes = 1 SELECT n FROM "+name+" WHERE "+c.condition)
		used := false
		for _, line := range plan {
			used = used || strings.Contains(line.(string), "ix")
		}
		equal(e, c.index+" in the plan", used, true)
	}
}

func partitions(e env) {
	name := e.table("(entered Date, id UInt32) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(entered) ORDER BY (entered, id)")
	e.exec("INSERT INTO " + name + " VALUES ('2026-01-31', 1), ('2026-02-01', 1)")
	e.exec("ALTER TABLE " + name + " DROP PARTITION 202601")
	day := value[time.Time](e, "SELECT entered FROM "+name)
	if want := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC); !day.Equal(want) {
		e.Errorf("what is left is of %v, want %v", day, want)
	}
}

func analytics(e env) {
	name := e.table("(day Date, y UInt32, PROJECTION per_day (SELECT day, sum(y) GROUP BY day)) ENGINE = MergeTree ORDER BY y")
	e.exec("INSERT INTO " + name + " SELECT toDate('2026-01-01') + number % 10, 1 FROM numbers(100)")
	equal(e, "the last running sum", value[uint64](e,
		"SELECT max(s) FROM (SELECT sum(sum(y)) OVER (ORDER BY day) AS s FROM "+name+" GROUP BY day)"), 100)
	equal(e, "the filled days", value[uint64](e,
		"SELECT count() FROM (SELECT day, sum(y) FROM "+name+" WHERE day != '2026-01-05' GROUP BY day ORDER BY day WITH FILL)"), 10)
}

func changes(e env) {
	a, b := e.table("(n UInt32) ENGINE = MergeTree ORDER BY n"), e.table("(n UInt32) ENGINE = MergeTree ORDER BY n")
	e.exec("INSERT INTO " + a + " VALUES (1), (2)")
	e.exec("EXCHANGE TABLES " + a + " AND " + b)
	equal(e, "the rows after the exchange", value[uint64](e, "SELECT count() FROM "+b), 2)
	e.exec("RENAME TABLE " + b + " TO " + b + "_2")
	e.exec("RENAME TABLE " + b + "_2 TO " + b)
	for _, change := range []string{"ADD COLUMN s String DEFAULT toString(n)", "MODIFY COLUMN s LowCardinality(String)", "RENAME COLUMN s TO s2", "ADD INDEX ix s2 TYPE bloom_filter GRANULARITY 1"} {
		e.exec("ALTER TABLE " + b + " " + change)
	}
	equal(e, "the new column", value[string](e, "SELECT max(s2) FROM "+b), "2")
	e.exec("TRUNCATE TABLE " + b)
	e.exec("DETACH TABLE " + b)
	e.exec("ATTACH TABLE " + b)
	equal(e, "the rows at the end", value[uint64](e, "SELECT count() FROM "+b), 0)
}
