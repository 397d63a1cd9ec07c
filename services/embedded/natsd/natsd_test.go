package natsd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	return s
}

func connect(t *testing.T, url string, options ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func stream(t *testing.T, nc *nats.Conn) (jetstream.JetStream, jetstream.Stream) {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	st, err := js.CreateOrUpdateStream(t.Context(), jetstream.StreamConfig{Name: "ITEMS", Subjects: []string{"items.>"}, Storage: jetstream.FileStorage})
	if err != nil {
		t.Fatal(err)
	}
	return js, st
}

func messages(t *testing.T, st jetstream.Stream) uint64 {
	t.Helper()
	info, err := st.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return info.State.Msgs
}

func TestInProcessWithoutListener(t *testing.T) {
	dir := t.TempDir()
	s := start(t, Options{Dir: dir})
	if s.URL() != "" || s.Token() != "" {
		t.Errorf("it listens on %q with token %q", s.URL(), s.Token())
	}
	js, st := stream(t, connect(t, "", nats.InProcessServer(s.Provider())))
	for i := range 100 {
		if _, err := js.Publish(t.Context(), "items.a", []byte(fmt.Sprint(i)), jetstream.WithMsgID(fmt.Sprint(i%90))); err != nil {
			t.Fatal(err)
		}
	}
	if got := messages(t, st); got != 90 {
		t.Errorf("%d messages, want 90 without the duplicates", got)
	}
	s.Shutdown()

	again := start(t, Options{Dir: dir})
	_, st = stream(t, connect(t, "", nats.InProcessServer(again.Provider())))
	if got := messages(t, st); got != 90 {
		t.Errorf("%d messages after a restart, want 90", got)
	}
}

func TestListenerWantsTheToken(t *testing.T) {
	s := start(t, Options{Dir: t.TempDir(), Listen: true})
	if !strings.HasPrefix(s.URL(), "nats://127.0.0.1:") || len(s.Token()) < 20 {
		t.Fatalf("it listens on %q with token %q", s.URL(), s.Token())
	}
	for _, options := range [][]nats.Option{nil, {nats.Token("wrong")}} {
		if nc, err := nats.Connect(s.URL(), options...); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("without the token: %v, %v", nc, err)
		}
	}
	nc := connect(t, s.URL(), nats.Token(s.Token()))
	if _, err := nc.RTT(); err != nil {
		t.Error(err)
	}
	connect(t, "", nats.InProcessServer(s.Provider()), nats.Token(s.Token()))
}

func TestGivenAddressAndToken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	s := start(t, Options{Dir: t.TempDir(), Listen: true, Addr: addr, Token: "given"})
	if s.URL() != "nats://"+addr || s.Token() != "given" {
		t.Errorf("it listens on %q with token %q", s.URL(), s.Token())
	}
}

func TestSyncAlways(t *testing.T) {
	for name, o := range map[string]Options{
		"always":   {SyncAlways: true},
		"interval": {SyncInterval: 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			o.Dir = t.TempDir()
			s := start(t, o)
			js, st := stream(t, connect(t, "", nats.InProcessServer(s.Provider())))
			began := time.Now()
			for range 50 {
				if _, err := js.Publish(t.Context(), "items.a", []byte("x")); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%v a message", (time.Since(began) / 50).Round(time.Microsecond))
			if got := messages(t, st); got != 50 {
				t.Errorf("%d messages", got)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	s := start(t, Options{Dir: t.TempDir(), MaxPayload: 1000, MaxStore: 1 << 20})
	nc := connect(t, "", nats.InProcessServer(s.Provider()))
	if nc.MaxPayload() != 1000 {
		t.Errorf("the largest message is %d", nc.MaxPayload())
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "BIG", Subjects: []string{"b"}, MaxBytes: 2 << 20})
	if err == nil {
		t.Error("a stream larger than the store was made")
	}
}

func TestWhatCannotStartSaysSo(t *testing.T) {
	dir := t.TempDir()
	start(t, Options{Dir: dir})
	if _, err := Start(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second server on the directory: %v", err)
	}
	for name, o := range map[string]Options{
		"no directory": {},
		"no port":      {Dir: t.TempDir(), Listen: true, Addr: "127.0.0.1"},
		"a bad port":   {Dir: t.TempDir(), Listen: true, Addr: "127.0.0.1:x"},
		"a file":       {Dir: os.Args[0]},
	} {
		if _, err := Start(t.Context(), o); err == nil {
			t.Errorf("%s: it started", name)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ended, Options{Dir: t.TempDir()}); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func TestDirectoryIsFreeAfterShutdown(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		s, err := Start(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		s.Shutdown()
	}
}
