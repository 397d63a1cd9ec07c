package httpd

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// decode gives the plain bytes of a request body. encoding is its
// Content-Encoding; blocks says that it is, inside that, in ClickHouse's own
// compressed blocks (decompress=1).
func decode(body io.Reader, encoding string, blocks bool) (io.Reader, error) {
	plain := body
	var err error
	switch encoding {
	case "", "identity":
	case "gzip":
		plain, err = gzip.NewReader(body)
	case "deflate":
		plain, err = zlib.NewReader(body)
	case "br":
		plain = brotli.NewReader(body)
	case "zstd":
		var z *zstd.Decoder
		// One goroutine less than zero-cost streaming, and nothing to close.
		z, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1))
		plain = z
	default:
		return nil, chdb.NewError(89, "UNKNOWN_COMPRESSION_METHOD",
			fmt.Sprintf("Unknown compression method %q; the embedded server reads gzip, deflate, br and zstd", encoding))
	}
	if err != nil {
		return nil, chdb.NewError(89, "UNKNOWN_COMPRESSION_METHOD", fmt.Sprintf("The body is not %s: %v", encoding, err))
	}
	if blocks {
		plain = blockReader{compress.NewReader(plain)}
	}
	return plain, nil
}

// blockReader gives a plain io.EOF after the last block, where the reader of
// blocks wraps it.
type blockReader struct{ io.Reader }

func (r blockReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.EOF
	}
	return n, err
}
