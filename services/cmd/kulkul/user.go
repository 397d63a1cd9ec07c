package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

func userCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "user", Short: "accounts of the console", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(userAddCommand(w))
	dataFlag(c)
	return c
}

func userAddCommand(w world) *cobra.Command {
	var role string
	c := &cobra.Command{
		Use:   "add --role ROLE NAME",
		Short: "create an account; the password is read from standard input, one line",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			line, err := bufio.NewReader(w.in).ReadString('\n')
			if err != nil && line == "" {
				return misuse{errors.New("no password on standard input")}
			}
			password := strings.TrimRight(line, "\r\n")
			return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
				bucket, err := p.Bus.Bucket(ctx, bus.BucketUsers)
				if err != nil {
					return err
				}
				if err := accounts.Add(ctx, bucket, args[0], kulkul.Role(role), password, p.Now()); err != nil {
					return err
				}
				_, err = fmt.Fprintf(w.out, "account %s with role %s\n", args[0], role)
				return err
			})
		},
	}
	c.Flags().StringVar(&role, "role", "viewer", "viewer, eep, analyst, coordinator or admin")
	return c
}
