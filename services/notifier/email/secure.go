package email

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/wneessen/go-mail"
)

// secure says how the connection to the relay is protected. starttls and
// implicit never fall back to plain text, and the certificate must be the
// host's under each of them.
func (c Config) secure() ([]mail.Option, error) {
	if c.TLS == "none" {
		if c.CAFile != "" {
			return nil, fmt.Errorf("mail: ca_file is of no use with tls %q", c.TLS)
		}
		return []mail.Option{mail.WithTLSPolicy(mail.NoTLS)}, nil
	}
	trust := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		raw, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("mail: read ca_file: %w", err)
		}
		if trust.RootCAs = x509.NewCertPool(); !trust.RootCAs.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("mail: ca_file %s holds no certificate", c.CAFile)
		}
	}
	opts := []mail.Option{mail.WithTLSConfig(trust)}
	switch c.TLS {
	case "starttls":
		return append(opts, mail.WithTLSPolicy(mail.TLSMandatory)), nil
	case "implicit":
		return append(opts, mail.WithSSL()), nil
	case "opportunistic":
		return append(opts, mail.WithTLSPolicy(mail.TLSOpportunistic)), nil
	}
	return nil, fmt.Errorf("mail: tls %q: want starttls, implicit, opportunistic or none", c.TLS)
}
