package mailbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/kulkul-ews/kulkul/services/intake/mailbox"
)

// inbox is a real IMAP server with one mailbox.
type inbox struct {
	user   *imapmemserver.User
	config mailbox.Config
}

func serve(t *testing.T, caps imap.CapSet) inbox {
	t.Helper()
	user := imapmemserver.NewUser("kulkul", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	accounts := imapmemserver.New()
	accounts.AddUser(user)
	server := imapserver.New(&imapserver.Options{Caps: caps, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return accounts.NewSession(), nil, nil
		}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close()
		<-done // it was closed above
	})
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := mailbox.DefaultConfig()
	c.Address, c.TLS, c.Username, c.PasswordFile, c.Every = l.Addr().String(), "none", "kulkul", password, 50*time.Millisecond
	return inbox{user, c}
}

func (i inbox) put(t *testing.T, raw string) {
	t.Helper()
	if _, err := i.user.Append("INBOX", literal{bytes.NewReader([]byte(raw)), int64(len(raw))}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// flags counts the mails that carry a flag.
func (i inbox) flags(t *testing.T, f imap.Flag) int {
	t.Helper()
	c, err := imapclient.DialInsecure(i.config.Address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("kulkul", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	found, err := c.Search(&imap.SearchCriteria{Flag: []imap.Flag{f}}, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return len(found.AllSeqNums())
}

// taken is what a reader handed over.
type taken struct {
	mu    sync.Mutex
	mails []string
	whole []bool
	fail  int // so many times it fails after it has taken a mail
}

func (k *taken) take(_ context.Context, raw []byte, whole bool) (mailbox.Verdict, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.mails, k.whole = append(k.mails, string(raw)), append(k.whole, whole)
	if k.fail > 0 {
		k.fail--
		return mailbox.Taken, errors.New("the bus is away")
	}
	if strings.Contains(string(raw), "odd") {
		return mailbox.Odd, nil
	}
	return mailbox.Taken, nil
}

func (k *taken) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.mails)
}

func run(t *testing.T, c mailbox.Config, limit int64, k *taken) (stop func(), faults *taken) {
	t.Helper()
	r, err := mailbox.New(c, limit, k.take)
	if err != nil {
		t.Fatal(err)
	}
	faults = &taken{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx, func() {}, func(err error) { _, _ = faults.take(ctx, []byte(err.Error()), true) })
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop, faults
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

func TestUnreadMailIsHandedOverAndMarked(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{
		"the server tells of new mail": {imap.CapIMAP4rev1: {}, imap.CapIdle: {}},
		"it is looked into":            {imap.CapIMAP4rev1: {}},
	} {
		t.Run(name, func(t *testing.T) {
			box := serve(t, caps)
			box.put(t, "Subject: one\r\n\r\nfirst\r\n")
			large := "Subject: odd\r\n\r\n" + strings.Repeat("x", 3<<20)
			box.put(t, large)
			k := &taken{}
			stop, _ := run(t, box.config, 4096, k)
			until(t, "both are handed over", func() bool { return k.count() == 2 })
			box.put(t, "Subject: three\r\n\r\nlater\r\n")
			until(t, "the third is handed over", func() bool { return k.count() == 3 })
			until(t, "all are marked", func() bool { return box.flags(t, imap.FlagSeen) == 3 })
			stop()
			if k.mails[1] != large[:4096] || k.whole[1] || !k.whole[0] || !k.whole[2] || k.mails[0] != "Subject: one\r\n\r\nfirst\r\n" {
				t.Errorf("%d bytes of the large one, whole: %v", len(k.mails[1]), k.whole)
			}
			if n := box.flags(t, imap.FlagFlagged); n != 1 {
				t.Errorf("%d mails are flagged", n)
			}
			again := &taken{}
			stop, _ = run(t, box.config, 4096, again)
			box.put(t, "Subject: four\r\n\r\nlast\r\n")
			until(t, "the fourth is handed over", func() bool { return again.count() > 0 })
			stop()
			if len(again.mails) != 1 {
				t.Errorf("a restart hands over %d mails, of which one is new", len(again.mails))
			}
		})
	}
}

func TestAMailThatWasTakenAndNotMarkedComesAgain(t *testing.T) {
	box := serve(t, imap.CapSet{imap.CapIMAP4rev1: {}})
	box.put(t, "Subject: one\r\n\r\nfirst\r\n")
	k := &taken{fail: 1}
	stop, faults := run(t, box.config, 4096, k)
	until(t, "the fault is told", func() bool { return faults.count() == 1 })
	if box.flags(t, imap.FlagSeen) != 0 {
		t.Error("it is marked, and was not taken")
	}
	until(t, "it comes again", func() bool { return k.count() == 2 })
	until(t, "it is marked", func() bool { return box.flags(t, imap.FlagSeen) == 1 })
	stop()
	if k.mails[0] != k.mails[1] {
		t.Error("another mail came")
	}
}

func TestAMailboxThatCannotBeReadIsTold(t *testing.T) {
	box := serve(t, nil)
	wrong := box.config
	wrong.PasswordFile = filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong.PasswordFile, []byte("guess"), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := box.config
	plain.TLS = "starttls" // which the server does not offer
	for name, c := range map[string]mailbox.Config{"a wrong password": wrong, "no TLS": plain} {
		k := &taken{}
		stop, faults := run(t, c, 4096, k)
		until(t, name+" is told", func() bool { return faults.count() > 0 })
		stop()
		if strings.Contains(faults.mails[0], "guess") {
			t.Errorf("%s: %s", name, faults.mails[0])
		}
	}
	for _, change := range []func(*mailbox.Config){
		func(c *mailbox.Config) { c.Address = "nowhere" }, func(c *mailbox.Config) { c.TLS = "" }, func(c *mailbox.Config) { c.Username = "" },
		func(c *mailbox.Config) { c.Every = 0 }, func(c *mailbox.Config) { c.PasswordFile = "absent" }, func(c *mailbox.Config) { c.CAFile = "absent" },
	} {
		c := box.config
		change(&c)
		if _, err := mailbox.New(c, 1, nil); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	if r, err := mailbox.New(mailbox.DefaultConfig(), 1, nil); r != nil || err != nil {
		t.Errorf("nothing configured: %v", err)
	}
}
