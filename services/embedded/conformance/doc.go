// Package conformance holds no product code: its tests put one table of cases
// through clickhouse-go against the embedded ClickHouse, and against any server
// that $KULKUL_CLICKHOUSE_DSN names, so that what holds for the one holds for
// the other.
//
//	go test ./conformance
//	KULKUL_CLICKHOUSE_DSN=clickhouse://default:@127.0.0.1:9000/default go test ./conformance
package conformance
