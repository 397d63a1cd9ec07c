package httpd

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// authenticate finds who asks: by basic authentication, by ClickHouse's own
// headers, or by the user and password parameters of the URL.
func (h *Handler) authenticate(r *http.Request) (Account, error) {
	user, password, ok := r.BasicAuth()
	if !ok {
		user, password = r.Header.Get("X-ClickHouse-User"), r.Header.Get("X-ClickHouse-Key")
	}
	if user == "" {
		user, password = r.URL.Query().Get("user"), r.URL.Query().Get("password")
	}
	for _, a := range h.accounts {
		// Both are compared in full, whatever the first says.
		if same(a.User, user)&same(a.Password, password) == 1 {
			return a, nil
		}
	}
	return Account{}, chdb.NewError(516, "AUTHENTICATION_FAILED",
		fmt.Sprintf("%s: Authentication failed: password is incorrect, or there is no user with such name.", user))
}

// same compares in a time that tells nothing about where the texts differ.
func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
