package email

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/wneessen/go-mail"
)

// DKIM says how mail is signed (RFC 6376). Without a key file it is not: most
// relays sign by themselves.
type DKIM struct {
	Domain   string `yaml:"domain"`   // whose key it is: the From address's domain or one above
	Selector string `yaml:"selector"` // the key is published at SELECTOR._domainkey.DOMAIN
	// KeyFile holds the private key, RSA or Ed25519, as PKCS #8 in PEM.
	KeyFile string `yaml:"key_file"`
}

// signer reads the key; nil where mail is not signed.
func (c DKIM) signer() (*dkim.SignOptions, error) {
	if c == (DKIM{}) {
		return nil, nil
	}
	if c.Domain == "" || c.Selector == "" || c.KeyFile == "" {
		return nil, errors.New("mail: dkim wants domain, selector and key_file")
	}
	raw, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("mail: read DKIM key: %w", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("mail: DKIM key %s holds no PEM", c.KeyFile)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("mail: read DKIM key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("mail: the DKIM key cannot sign")
	}
	return &dkim.SignOptions{Domain: c.Domain, Selector: c.Selector, Signer: signer,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		// RFC 8058 wants the unsubscribing headers signed.
		HeaderKeys: []string{"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "MIME-Version",
			"Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post"}}, nil
}

// sign adds the signature of the mail as it will be written. Writing it twice
// gives the same bytes: go-mail keeps the boundaries.
func (s *Sender) sign(m *mail.Msg) error {
	if s.dkim == nil {
		return nil
	}
	var plain bytes.Buffer
	if _, err := m.WriteTo(&plain); err != nil {
		return fmt.Errorf("write mail to sign: %w", err)
	}
	signer, err := dkim.NewSigner(s.dkim)
	if err != nil {
		return fmt.Errorf("sign mail: %w", err)
	}
	_, writing := signer.Write(plain.Bytes())
	if err := errors.Join(writing, signer.Close()); err != nil {
		return fmt.Errorf("sign mail: %w", err)
	}
	value, _ := strings.CutPrefix(signer.Signature(), "DKIM-Signature: ")
	m.SetGenHeaderPreformatted("DKIM-Signature", strings.TrimSuffix(value, "\r\n"))
	return nil
}
