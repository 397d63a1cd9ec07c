package conformance

import (
	"reflect"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// typed is one column type with values that must come back as they went in.
type typed struct {
	ddl    string
	values []any
}

func columnTypes() []typed {
	at := time.Date(2026, 1, 10, 23, 59, 58, 987_000_000, time.UTC)
	day := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	text := "kulkul: ข่าว 新聞 'quoted' \\ \x00 \n"
	id := uuid.MustParse("0189a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
	return []typed{
		{"UInt8", []any{uint8(0), uint8(255)}},
		{"UInt16", []any{uint16(65535)}},
		{"UInt32", []any{uint32(4294967295)}},
		{"UInt64", []any{uint64(18446744073709551615)}},
		{"Int8", []any{int8(-128)}},
		{"Int16", []any{int16(-32768)}},
		{"Int32", []any{int32(-2147483648)}},
		{"Int64", []any{int64(-9223372036854775808)}},
		{"Float32", []any{float32(1.5)}},
		{"Float64", []any{float64(-2.25)}},
		{"Bool", []any{true, false}},
		{"String", []any{text, ""}},
		{"FixedString(2)", []any{"TH"}},
		{"LowCardinality(String)", []any{"south-china-sea", "", "south-china-sea"}},
		{"LowCardinality(Nullable(String))", []any{pointer("x"), (*string)(nil)}},
		{"Nullable(String)", []any{pointer(text), (*string)(nil)}},
		{"Nullable(UInt32)", []any{pointer(uint32(7)), (*uint32)(nil)}},
		{"Date", []any{day}},
		{"Date32", []any{time.Date(1951, 9, 8, 0, 0, 0, 0, time.UTC)}},
		{"DateTime('UTC')", []any{at.Truncate(time.Second)}},
		{"DateTime64(3, 'UTC')", []any{at}},
		{"Nullable(DateTime64(3, 'UTC'))", []any{&at, (*time.Time)(nil)}},
		{"UUID", []any{id}},
		{"Enum8('watch' = 1, 'high' = 3)", []any{"watch", "high"}},
		{"Array(String)", []any{[]string{"a", "b"}, []string{}}},
		{"Array(Array(UInt8))", []any{[][]uint8{{1}, {}, {2, 3}}}},
		{"Array(LowCardinality(String))", []any{[]string{"x", "x", "y"}}},
		{"Array(Nullable(Int32))", []any{[]*int32{pointer(int32(1)), nil}}},
		{"Tuple(String, UInt8)", []any{[]any{"x", uint8(1)}}},
		{"Array(Tuple(String, String, Float64))", []any{[][]any{{"papua", "", 0.5}, {"sabah", "terrorism", 1.0}}, [][]any{}}},
		{"Array(Tuple(flashpoint String, score Float64))", []any{[]map[string]any{{"flashpoint": "papua", "score": 0.5}}}},
		{"Map(String, UInt64)", []any{map[string]uint64{"a": 1, "b": 2}, map[string]uint64{}}},
		{"Map(LowCardinality(String), Array(String))", []any{map[string][]string{"k": {"v", "w"}}}},
	}
}

func pointer[T any](v T) *T { return &v }

// typeCases put each type through a batch and back, and all of them as columns
// of one table.
func typeCases() []testCase {
	var cases []testCase
	for _, c := range columnTypes() {
		cases = append(cases, testCase{"type " + c.ddl, func(e env) {
			name := e.table("(n UInt32, v " + c.ddl + ") ENGINE = MergeTree ORDER BY n")
			batch, err := e.conn.PrepareBatch(e.ctx, "INSERT INTO "+name)
			if err != nil {
				e.Fatal(err)
			}
			for i, v := range c.values {
				if err := batch.Append(uint32(i), v); err != nil {
					e.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				e.Fatal(err)
			}
			if diff := cmp.Diff(c.values, column(e, "SELECT v FROM "+name+" ORDER BY n")); diff != "" {
				e.Errorf("what came back differs (-in +out):\n%s", diff)
			}
		}})
	}
	return append(cases, testCase{"nested columns", nestedColumns})
}

// column reads all values of a one-column result in the type that the driver
// would choose.
func column(e env, sql string) []any {
	e.Helper()
	rows, err := e.conn.Query(e.ctx, sql)
	if err != nil {
		e.Fatal(err)
	}
	defer rows.Close()
	var values []any
	for rows.Next() {
		v := reflect.New(rows.ColumnTypes()[0].ScanType())
		if err := rows.Scan(v.Interface()); err != nil {
			e.Fatal(err)
		}
		values = append(values, v.Elem().Interface())
	}
	if err := rows.Err(); err != nil {
		e.Fatal(err)
	}
	return values
}

// nestedColumns writes a Nested structure, which is stored as arrays of one
// length.
func nestedColumns(e env) {
	name := e.table("(n UInt32, tag Nested(area String, score Float32)) ENGINE = MergeTree ORDER BY n")
	batch, err := e.conn.PrepareBatch(e.ctx, "INSERT INTO "+name)
	if err != nil {
		e.Fatal(err)
	}
	if err := batch.Append(uint32(1), []string{"a", "b"}, []float32{0.5, 1}); err != nil {
		e.Fatal(err)
	}
	if err := batch.Send(); err != nil {
		e.Fatal(err)
	}
	equal(e, "the joined sum", value[float64](e, "SELECT sum(tag.score) FROM "+name+" ARRAY JOIN tag"), 1.5)
}
