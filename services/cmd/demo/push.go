package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

// push gives every partner a key and pushes what it has to say: one as items,
// the other as a feed body.
func (s *Show) push(ctx context.Context, u *assemble.Upped) error {
	for _, p := range s.World.Pushes {
		key, secret := keys.Create(s.Start, p.ID)
		key.Name = p.Name
		if err := keys.Save(ctx, u.Bus, key); err != nil {
			return fmt.Errorf("give %s a key: %w", p.ID, err)
		}
		const base = "https://partners.demo.example"
		path, kind := "/v1/items", "application/json"
		body, err := p.PushItems(base, s.Start)
		if p.Body == "feed" {
			path = "/v1/feeds"
			kind, body, err = p.Render(base, s.Start)
		}
		if err != nil {
			return err
		}
		if err := post(ctx, u.Info.Intake+path, secret, kind, body); err != nil {
			return fmt.Errorf("push of %s: %w", p.ID, err)
		}
	}
	return nil
}

// keyPatience is how long a new key may take to reach the intake.
const keyPatience = 10 * time.Second

// post sends a push as a partner would, waiting a moment where the key is not
// known yet.
func post(ctx context.Context, url, secret, kind string, body []byte) error {
	deadline := time.Now().Add(keyPatience)
	for {
		status, answer, err := postOnce(ctx, url, secret, kind, body)
		if err != nil {
			return err
		}
		if status < 300 {
			return nil
		}
		if status != http.StatusUnauthorized || time.Now().After(deadline) {
			return fmt.Errorf("answered %d: %s", status, answer)
		}
		if err := rest(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

func postOnce(ctx context.Context, url, secret, kind string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, answer, err
}

func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
