package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

func pushCommand(w world) *cobra.Command {
	var base, key string
	c := &cobra.Command{
		Use:   "push --url U --key K FILE|-",
		Short: "push items (JSON) or a feed, as a partner would, and print the receipt",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if base == "" || key == "" {
				return misuse{errors.New("--url and --key are needed")}
			}
			r, err := open(w, args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			body, err := io.ReadAll(r)
			if err != nil {
				return fmt.Errorf("read %s: %w", args[0], err)
			}
			path, kind := pushKind(body)
			target, err := url.JoinPath(base, path)
			if err != nil {
				return misuse{fmt.Errorf("--url %q: %w", base, err)}
			}
			req, err := http.NewRequestWithContext(c.Context(), http.MethodPost, target, bytes.NewReader(body))
			if err != nil {
				return misuse{err}
			}
			req.Header.Set("Authorization", "Bearer "+key)
			req.Header.Set("Content-Type", kind)
			client := http.Client{Timeout: time.Minute}
			resp, err := client.Do(req)
			if err != nil {
				return fmt.Errorf("push: %w", err)
			}
			defer resp.Body.Close()
			if _, err := io.Copy(w.out, resp.Body); err != nil {
				return fmt.Errorf("read the receipt: %w", err)
			}
			if resp.StatusCode >= http.StatusMultipleChoices {
				return fmt.Errorf("push was answered with %s", resp.Status)
			}
			return nil
		},
	}
	c.Flags().StringVar(&base, "url", "", "address of the intake")
	c.Flags().StringVar(&key, "key", "", "push key")
	return c
}

// pushKind tells items from a feed body by how it begins: JSON that is no JSON
// Feed is items.
func pushKind(body []byte) (path, kind string) {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	isJSON := len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
	switch {
	case isJSON && bytes.Contains(trimmed[:min(len(trimmed), 512)], []byte("jsonfeed.org/version")):
		return "/v1/feeds", "application/feed+json"
	case isJSON:
		return "/v1/items", "application/json"
	}
	return "/v1/feeds", "application/xml"
}
