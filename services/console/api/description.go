package api

import _ "embed"

//go:embed openapi.json
var description []byte

// Description is the OpenAPI 3.1 document of the JSON API. It is made of the
// routes and their types by `go test . -run Described -update` in the console's
// folder.
func Description() []byte { return description }
