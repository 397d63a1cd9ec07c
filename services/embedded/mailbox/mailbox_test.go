package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func start(t *testing.T, o Options) *Mailbox {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	m, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := m.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return m
}

func send(m *Mailbox, subject string, to ...string) error {
	body := "From: =?utf-8?q?K=C3=BClk=C3=BCl?= <unit@example.org>\r\nTo: undisclosed\r\nSubject: " + subject +
		"\r\nMessage-ID: <episode-1@example.org>\r\nDate: Sat, 10 Jan 2026 19:00:00 +0700\r\n\r\nText.\r\n.leading dot\r\n"
	return smtp.SendMail(m.Addr(), nil, "unit@example.org", to, []byte(body))
}

func TestKeepsMail(t *testing.T) {
	at := time.Date(2026, 1, 10, 12, 0, 0, 5, time.UTC)
	m := start(t, Options{Now: func() time.Time { return at }})
	if err := send(m, "=?utf-8?q?Taiwan_Strait_=E2=80=93_elevated?=", "a@example.org", "b@example.org"); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Second)
	if err := send(m, "second", "c@example.org"); err != nil {
		t.Fatal(err)
	}
	mails, total, err := m.List(0, 10)
	if err != nil || total != 2 || len(mails) != 2 {
		t.Fatalf("the list holds %d of %d, %v", len(mails), total, err)
	}
	if mails[0].Subject != "second" {
		t.Errorf("the newest is %q", mails[0].Subject)
	}
	first, err := m.Read(mails[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	if first.Subject != "Taiwan Strait – elevated" || first.From != "Külkül <unit@example.org>" ||
		first.MessageID != "episode-1@example.org" || fmt.Sprint(first.To) != "[a@example.org b@example.org]" ||
		!first.Date.Equal(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)) ||
		!first.Received.Equal(time.Date(2026, 1, 10, 12, 0, 0, 5, time.UTC)) {
		t.Errorf("the mail is %+v", first.Summary)
	}
	if !strings.HasSuffix(string(first.Raw), "\r\n\r\nText.\r\n.leading dot\r\n") ||
		!strings.HasPrefix(string(first.Raw), "Return-Path: <unit@example.org>\r\n") || int64(len(first.Raw)) != first.Bytes {
		t.Errorf("the text is %q", first.Raw)
	}
}

func TestListPages(t *testing.T) {
	m := start(t, Options{})
	var senders sync.WaitGroup
	for i := range 20 {
		senders.Go(func() {
			if err := send(m, fmt.Sprint("mail ", i), "a@example.org"); err != nil {
				t.Error(err)
			}
		})
	}
	senders.Wait()
	seen := map[string]bool{}
	for skip := 0; skip < 25; skip += 6 {
		mails, total, err := m.List(skip, 6)
		if err != nil || total != 20 {
			t.Fatalf("%d mails in all, %v", total, err)
		}
		for _, mail := range mails {
			seen[mail.Subject] = true
		}
	}
	if len(seen) != 20 {
		t.Errorf("the pages show %d mails, want 20", len(seen))
	}
	if mails, total, err := m.List(-1, -1); len(mails) != 0 || total != 20 || err != nil {
		t.Errorf("a page of nothing: %v, %d, %v", mails, total, err)
	}
}

func TestFolderHoldsOtherThings(t *testing.T) {
	dir := t.TempDir()
	if mails, total, err := (Folder{Dir: dir}).List(0, 10); len(mails) != 0 || total != 0 || err != nil {
		t.Errorf("an empty folder: %v, %d, %v", mails, total, err)
	}
	m := start(t, Options{Dir: dir})
	if err := send(m, "one", "a@example.org"); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		"new/notes.txt": "x", "new/other.eml": "x", "tmp/20260110T120000.000000000-ABCDEFGH.eml": "half",
		"new/20250110T120000.000000000-ABCDEFGH.eml": "no header at all", "secret": "x",
	} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mails, total, err := m.List(0, 10)
	if err != nil || total != 2 || mails[0].Subject != "one" || mails[1].Received.Year() != 2025 {
		t.Errorf("the list is %+v of %d, %v", mails, total, err)
	}
	for _, id := range []string{"", "../../secret", "other", "20990110T120000.000000000-ABCDEFGH"} {
		if _, err := m.Read(id); !errors.Is(err, ErrNotFound) {
			t.Errorf("reading %q gives %v", id, err)
		}
	}
}

func TestRefusesLargeMail(t *testing.T) {
	m := start(t, Options{MaxBytes: 1000})
	err := send(m, strings.Repeat("x\r\n ", 500), "a@example.org")
	var answer *textproto.Error
	if !errors.As(err, &answer) || answer.Code != 552 {
		t.Errorf("a large mail is answered %v, want 552", err)
	}
	if _, total, _ := m.List(0, 1); total != 0 {
		t.Errorf("%d mails kept", total)
	}
}

func TestFaults(t *testing.T) {
	m := start(t, Options{Faults: true})
	put := func(f Faults) {
		t.Helper()
		if err := WriteFaults(m.Dir, f); err != nil {
			t.Fatal(err)
		}
	}
	code := func(err error) int {
		var answer *textproto.Error
		if errors.As(err, &answer) {
			return answer.Code
		}
		return 0
	}
	kept := func() int {
		_, total, err := m.List(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return total
	}
	put(Faults{Temporary: []string{"busy@example.org"}, Permanent: []string{"gone@example.org"}})
	if err := send(m, "s", "busy@example.org"); code(err) != 451 {
		t.Errorf("temporary: %v", err)
	}
	if err := send(m, "s", "gone@example.org"); code(err) != 550 {
		t.Errorf("permanent: %v", err)
	}
	if err := send(m, "s", "a@example.org"); err != nil || kept() != 1 {
		t.Errorf("another recipient: %v, %d kept", err, kept())
	}
	put(Faults{Drop: []string{"*"}, Times: 2})
	for i := range 2 {
		if err := send(m, "s", "a@example.org"); err == nil || code(err) != 0 || kept() != 2+i {
			t.Errorf("a dropped answer: %v, %d kept, want the mail kept and the connection gone", err, kept())
		}
	}
	if err := send(m, "s", "a@example.org"); err != nil || kept() != 4 {
		t.Errorf("after the faults: %v, %d kept", err, kept())
	}
	put(Faults{DelayMS: 150})
	began := time.Now()
	if err := send(m, "s", "a@example.org"); err != nil || time.Since(began) < 150*time.Millisecond {
		t.Errorf("a slow answer: %v after %v", err, time.Since(began))
	}
	put(Faults{})
	if err := send(m, "s", "busy@example.org"); err != nil {
		t.Errorf("without faults: %v", err)
	}
}

func TestFaultsAreOffUnlessAllowed(t *testing.T) {
	m := start(t, Options{})
	if err := WriteFaults(m.Dir, Faults{Permanent: []string{"*"}}); err != nil {
		t.Fatal(err)
	}
	if err := send(m, "s", "a@example.org"); err != nil {
		t.Error(err)
	}
}

func TestShutdownCutsIdleConnections(t *testing.T) {
	m, err := Start(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	c, err := smtp.Dial(m.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := m.Shutdown(ctx); err != nil || time.Since(began) > time.Second {
		t.Errorf("it took %v: %v", time.Since(began), err)
	}
}

func TestShutdownRightAfterStart(t *testing.T) {
	for range 200 {
		m, err := Start(Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatCannotStartSaysSo(t *testing.T) {
	taken := start(t, Options{})
	for name, o := range map[string]Options{
		"no folder":       {},
		"a file":          {Dir: os.Args[0]},
		"a taken address": {Dir: t.TempDir(), Addr: taken.Addr()},
	} {
		if _, err := Start(o); err == nil {
			t.Errorf("%s: it started", name)
		}
	}
}
