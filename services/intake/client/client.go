// Package client pushes to Kulkul from Go programs.
//
// In: items or feed documents, and the key a partner was given. Out: the
// receipt, or the problem in the server's own words. Called by partners'
// programs and by `kulkul push`. It needs the standard library and the domain
// module only.
package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/signature"
)

// Client pushes under one key. Safe for concurrent use once it is set up.
type Client struct {
	URL string // address of the server, as https://push.example.org
	Key string // kk_<id>_<secret>
	// Source says for which source, where the key is for several.
	Source string
	// Sign signs each request in place of sending the key.
	Sign bool
	// HTTP asks; nil: http.DefaultClient.
	HTTP *http.Client
	// Tries is how often a push is tried while the server asks for patience; 0:
	// 5. Patience is the longest single wait; 0: one minute.
	Tries    int
	Patience time.Duration
}

// Item is one document to push. ID or Link is needed.
type Item struct {
	ID         string          `json:"id,omitempty"`   // the partner's own, stable
	Link       string          `json:"link,omitempty"` // absolute
	Title      string          `json:"title"`
	Summary    string          `json:"summary,omitempty"`
	Text       string          `json:"text,omitempty"` // plain
	HTML       string          `json:"html,omitempty"` // in place of Text
	Language   string          `json:"language,omitempty"`
	Authors    []string        `json:"authors,omitempty"`
	Categories []string        `json:"categories,omitempty"`
	Published  time.Time       `json:"published,omitzero"`
	Updated    time.Time       `json:"updated,omitzero"`
	Handling   kulkul.Handling `json:"handling,omitempty"`
	Embargo    time.Time       `json:"embargo,omitzero"`
}

// Problem is an error answer of the server (RFC 9457).
type Problem struct {
	Type    string                  `json:"type"`
	Title   string                  `json:"title"`
	Status  int                     `json:"status"`
	Detail  string                  `json:"detail"`
	Errors  []kulkul.ReceiptProblem `json:"errors"`
	Receipt *kulkul.Receipt         `json:"receipt"` // where items were refused one by one

	retry time.Duration
}

// Error is the problem in words.
func (p *Problem) Error() string {
	s := fmt.Sprintf("%s (%d): %s", p.Title, p.Status, p.Detail)
	for _, e := range p.Errors {
		s += fmt.Sprintf("\n%s: %s", e.Pointer, e.Detail)
	}
	return s
}

// PushItems pushes items. Where every one is refused the error is a *Problem
// with the receipt.
func (c *Client) PushItems(ctx context.Context, items ...Item) (kulkul.Receipt, error) {
	body, err := json.Marshal(items)
	if err != nil {
		return kulkul.Receipt{}, fmt.Errorf("push items: %w", err)
	}
	return c.PushJSON(ctx, body)
}

// PushJSON pushes an item, or a list of items, that is JSON already.
func (c *Client) PushJSON(ctx context.Context, body []byte) (r kulkul.Receipt, err error) {
	return r, c.push(ctx, "/v1/items", "application/json", body, &r)
}

// PushFeed pushes a feed document; media is its media type.
func (c *Client) PushFeed(ctx context.Context, media string, body []byte) (r kulkul.Receipt, err error) {
	return r, c.push(ctx, "/v1/feeds", cmp.Or(media, "application/xml"), body, &r)
}

// Receipt tells what became of a push until now.
func (c *Client) Receipt(ctx context.Context, id string) (r kulkul.Receipt, err error) {
	return r, c.ask(ctx, http.MethodGet, "/v1/receipts/"+url.PathEscape(id), "", nil, "", &r)
}

// Withdraw takes an item back, by its id in a receipt.
func (c *Client) Withdraw(ctx context.Context, id string) error {
	return c.ask(ctx, http.MethodDelete, "/v1/items/"+url.PathEscape(id), "", nil, "", nil)
}

// push tries under one idempotency key, so that a repeat is never a second push.
func (c *Client) push(ctx context.Context, path, media string, body []byte, into any) error {
	if c.Source != "" {
		path += "?source=" + url.QueryEscape(c.Source)
	}
	token := random()
	for try := 1; ; try++ {
		err := c.ask(ctx, http.MethodPost, path, media, body, token, into)
		var p *Problem
		if !errors.As(err, &p) || p.retry <= 0 || try >= cmp.Or(c.Tries, 5) {
			return err
		}
		t := time.NewTimer(min(p.retry, cmp.Or(c.Patience, time.Minute)))
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-t.C:
		}
	}
}

func (c *Client) ask(ctx context.Context, method, path, media string, body []byte, token string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	if token != "" {
		req.Header.Set("Idempotency-Key", token)
	}
	if err := c.authorise(req, body); err != nil {
		return err
	}
	resp, err := cmp.Or(c.HTTP, http.DefaultClient).Do(req)
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("push: read answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return problemOf(resp, raw)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("push: read answer: %w", err)
	}
	return nil
}

func (c *Client) authorise(req *http.Request, body []byte) error {
	if !c.Sign {
		req.Header.Set("Authorization", "Bearer "+c.Key)
		return nil
	}
	parts := strings.Split(c.Key, "_")
	if len(parts) != 3 {
		return fmt.Errorf("push: the key is not of the form kk_<id>_<secret>")
	}
	signature.Sign(req, body, parts[1], parts[2], time.Now(), random())
	return nil
}

// problemOf reads an error answer, whoever wrote it.
func problemOf(resp *http.Response, raw []byte) *Problem {
	p := &Problem{Status: resp.StatusCode}
	if json.Unmarshal(raw, p) != nil || p.Title == "" {
		p.Title, p.Detail = resp.Status, string(raw[:min(len(raw), 200)])
	}
	p.Status = resp.StatusCode
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		p.retry = time.Duration(n) * time.Second
	}
	return p
}

func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return hex.EncodeToString(b[:])
}
