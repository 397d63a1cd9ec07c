package httpd

import (
	"strings"

	"github.com/ClickHouse/ch-go/proto"
)

const displayName = "kulkul"

// isHello says whether a statement is the question with which clickhouse-go
// opens every connection.
func isHello(sql string) bool {
	return strings.TrimSpace(sql) == "SELECT displayName(), version(), revision(), timezone()"
}

// hello answers that question with one Native block. The client reads this
// block, and only this one, in its own protocol version; the revision 0 that
// it is told makes it read all later ones as plain Native, which is what the
// engine writes.
func (h *Handler) hello(protocol int) []byte {
	text := func(name, value string) proto.InputColumn {
		column := new(proto.ColStr)
		column.Append(value)
		return proto.InputColumn{Name: name, Data: column}
	}
	revision := proto.ColUInt32{0}
	block := proto.Block{Info: proto.BlockInfo{BucketNum: -1}, Columns: 4, Rows: 1}
	var buf proto.Buffer
	// Encoding columns of fixed length into memory cannot fail.
	_ = block.EncodeBlock(&buf, protocol, []proto.InputColumn{
		text("displayName()", displayName),
		text("version()", h.engine.Version()),
		{Name: "revision()", Data: &revision},
		text("timezone()", h.engine.Timezone()),
	})
	return buf.Buf
}
