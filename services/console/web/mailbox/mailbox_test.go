package mailbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func box(t *testing.T, mails map[string]string) *Box {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "new"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, mail := range mails {
		if err := os.WriteFile(filepath.Join(dir, "new", name), []byte(strings.ReplaceAll(mail, "\n", "\r\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Open(dir)
}

const plain = `From: A <a@x.example>
To: b@x.example
Subject: =?utf-8?b?w7xiZXI=?=
Date: Mon, 12 Jan 2026 09:00:00 +0700
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

caf=C3=A9
`

const nested = `From: a@x.example
Subject: two
MIME-Version: 1.0
Content-Type: multipart/related; boundary=out

--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain

text
--in
Content-Type: text/html
Content-Transfer-Encoding: base64

PHA+aHRtbDwvcD4=
--in--
--out
Content-Type: image/png; name=c.png
Content-Disposition: inline; filename=c.png
Content-Transfer-Encoding: base64

iVBORw==
--out
Content-Type: image/svg+xml

<svg onload="x"/>
--out--
`

func TestRead(t *testing.T) {
	b := box(t, map[string]string{"1.eml": plain, "2.eml": nested})
	m, err := b.Read("1")
	if err != nil || m.Subject != "über" || m.Text != "café\r\n" || !m.At.Equal(time.Date(2026, 1, 12, 2, 0, 0, 0, time.UTC)) || !strings.Contains(m.Header, "Subject: =?") {
		t.Errorf("%+v, %v", m, err)
	}
	m, err = b.Read("2")
	if err != nil || m.Text != "text" || m.HTML != "<p>html</p>" || len(m.Pictures) != 1 || m.Pictures[0].Name != "c.png" || string(m.Pictures[0].Data) != "\x89PNG" {
		t.Errorf("%+v, %v", m, err)
	}
	if m.At.IsZero() {
		t.Error("a mail without a date has not its file's time")
	}
}

func TestReadRefuses(t *testing.T) {
	b := box(t, map[string]string{"1.eml": plain})
	for _, id := range []string{"", "2", "../1", "..", ".1", "1/../1", "1\x00", strings.Repeat("x", 200)} {
		if _, err := b.Read(id); !errors.Is(err, ErrNotFound) {
			t.Errorf("mail %q: %v", id, err)
		}
	}
}

// Broken mails are listed, and keep nobody from the others.
func TestListWithBrokenMail(t *testing.T) {
	deep := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: multipart/mixed; boundary=b\n\n", 50)
	mails := map[string]string{"0.eml": "no header at all", "9.eml": plain, "5.eml": deep, "note.txt": "x"}
	for i := 10; i < 20; i++ {
		mails[fmt.Sprintf("%d.eml", i)] = plain
	}
	list, err := box(t, mails).List(100)
	if err != nil || len(list) != 13 || list[0].ID != "9" {
		t.Fatalf("%d, %v: %v", len(list), err, list)
	}
	if list[len(list)-1].Subject != "unreadable mail" {
		t.Errorf("%+v", list[len(list)-1])
	}
	if list, err := box(t, mails).List(3); err != nil || len(list) != 3 {
		t.Errorf("three: %v, %v", list, err)
	}
}

func TestNoBoxYet(t *testing.T) {
	if Open("") != nil {
		t.Error("a box without a folder")
	}
	if list, err := Open(filepath.Join(t.TempDir(), "later")).List(10); err != nil || list != nil {
		t.Errorf("%v, %v", list, err)
	}
}
