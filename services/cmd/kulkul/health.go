package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthCommand asks a process how it is: what an image without a shell uses
// as its health check.
func healthCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "health URL",
		Short: "ask a process's /healthz or /readyz; exit 0 if it is well",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req, err := http.NewRequestWithContext(c.Context(), http.MethodGet, args[0], nil)
			if err != nil {
				return misuse{err}
			}
			client := http.Client{Timeout: 5 * time.Second}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
			if err != nil {
				return err
			}
			fmt.Fprintln(w.out, strings.TrimSpace(string(text)))
			if resp.StatusCode != http.StatusOK {
				return errFailed
			}
			return nil
		},
	}
}

// portFree reports whether an address can be listened on now.
func portFree(addr string) bool {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	return l.Close() == nil
}
