package email_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/kulkul-ews/kulkul/services/notifier/email"
)

// certificate makes a self-signed certificate for the name given, and the file
// that lets it be trusted.
func certificate(t *testing.T, name string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}

// relay is a real SMTP server that counts the mails that came under TLS and in
// the clear, and keeps the last envelope's sender.
type relay struct {
	addr          string
	secure, plain atomic.Int32
	from          atomic.Value
}

type relaySession struct {
	*relay
	conn *smtp.Conn
}

func (s relaySession) Mail(from string, _ *smtp.MailOptions) error { s.from.Store(from); return nil }
func (relaySession) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (relaySession) Reset()                                        {}
func (relaySession) Logout() error                                 { return nil }

func (s relaySession) Data(r io.Reader) error {
	if _, ok := s.conn.TLSConnectionState(); ok {
		s.secure.Add(1)
	} else {
		s.plain.Add(1)
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

func serve(t *testing.T, c *tls.Config, implicit bool) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	out := &relay{addr: l.Addr().String()}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return relaySession{out, c}, nil }))
	server.Domain, server.TLSConfig = "localhost", c
	if implicit {
		l = tls.NewListener(l, c)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close()
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return out
}

// strip stands between the two and takes STARTTLS out of what the server
// offers, as somebody on the line would.
func strip(t *testing.T, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				return
			}
			all.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
			all.Go(func() { <-ended; _ = in.Close() }) // the client leaves it open when it gives up
			all.Go(func() {
				defer in.Close()
				lines := bufio.NewReader(out)
				for line, err := lines.ReadString('\n'); err == nil; line, err = lines.ReadString('\n') {
					if strings.Contains(line, "STARTTLS") {
						continue
					}
					_, _ = io.WriteString(in, line)
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); close(ended); all.Wait() })
	return l.Addr().String()
}

func TestMailGoesOverTLSToWhomTheConfigurationTrusts(t *testing.T) {
	good, ca := certificate(t, "127.0.0.1")
	wrongName, wrongNameCA := certificate(t, "relay.example")
	_, otherCA := certificate(t, "127.0.0.1")
	starttls := serve(t, &tls.Config{Certificates: []tls.Certificate{good}}, false)
	implicit := serve(t, &tls.Config{Certificates: []tls.Certificate{good}}, true)
	misnamed := serve(t, &tls.Config{Certificates: []tls.Certificate{wrongName}}, false)
	stripped := strip(t, starttls.addr)
	for _, c := range []struct {
		name, mode, ca, addr string
		at                   *relay
		sent                 bool
	}{
		{"STARTTLS", "starttls", ca, starttls.addr, starttls, true},
		{"TLS from the first byte", "implicit", ca, implicit.addr, implicit, true},
		{"nobody vouches for the certificate", "starttls", "", starttls.addr, starttls, false},
		{"another authority", "starttls", otherCA, starttls.addr, starttls, false},
		{"another authority, from the first byte", "implicit", otherCA, implicit.addr, implicit, false},
		{"another host's certificate", "starttls", wrongNameCA, misnamed.addr, misnamed, false},
		{"STARTTLS taken out on the way", "starttls", ca, stripped, starttls, false},
		{"opportunistic does not take a wrong certificate either", "opportunistic", otherCA, starttls.addr, starttls, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			host, port, err := net.SplitHostPort(c.addr)
			if err != nil {
				t.Fatal(err)
			}
			conf := email.DefaultConfig()
			conf.Host, conf.TLS, conf.CAFile, conf.Timeout = host, c.mode, c.ca, 10*time.Second
			if conf.Port, err = strconv.Atoi(port); err != nil {
				t.Fatal(err)
			}
			s, err := email.NewSender(conf)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			m := message("lim@eep.example")
			m.ReplyTo, m.Return = "kulkul+rtoken@reply.example", "kulkul+btoken@reply.example"
			before := c.at.secure.Load()
			err = s.Send(t.Context(), m, now)
			if sent := c.at.secure.Load() > before; sent != c.sent || (err == nil) != c.sent {
				t.Errorf("sent %v, want %v (%v)", sent, c.sent, err)
			}
			if c.at.plain.Load() > 0 {
				t.Error("mail went in the clear")
			}
			if errors.Is(err, email.ErrRefused) {
				t.Errorf("given up for good: %v", err)
			}
			if c.sent && c.at.from.Load() != m.Return {
				t.Errorf("the envelope's sender is %v", c.at.from.Load())
			}
		})
	}
	for _, wrong := range []email.Config{{TLS: "starttls", CAFile: "absent.pem"}, {TLS: "none", CAFile: ca}, {TLS: "ssl"}} {
		if _, err := email.NewSender(wrong); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}
