package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/cmd/demo"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/run"
)

// upDemo runs everything on the invented world.
func upDemo(ctx context.Context, w world, o upOptions) (err error) {
	if o.data == "" {
		dir, remove, err := tempData()
		if err != nil {
			return fmt.Errorf("make a data folder: %w", err)
		}
		defer func() { err = errors.Join(err, remove()) }()
		o.data = dir
	}
	f, err := assemble.ReadFile(o.config)
	if err != nil {
		return err
	}
	files, err := readSeed(o.config)
	if err != nil {
		return err
	}
	invented, err := demo.Load()
	if err != nil {
		return err
	}
	sites, err := invented.Sites()
	if err != nil {
		return err
	}
	now := time.Now()
	seed, err := invented.Files(files, sites, now)
	if err != nil {
		return err
	}
	demo.Adapt(&f)
	f.Console.Listen, f.Intake.Listen, f.Telemetry.Listen = preferred(f.Console.Listen), preferred(f.Intake.Listen), ""
	return assemble.Up(ctx, assemble.UpOptions{Data: o.data, File: f, Seed: config.FilesFS(seed), Log: quietly(slog.LevelWarn, w), Version: assemble.Version(version),
		Started: func(ctx context.Context, u *assemble.Upped) ([]run.Part, error) {
			password, err := u.FirstAdmin(ctx)
			if err != nil {
				return nil, err
			}
			show := &demo.Show{World: invented, Sites: sites, Start: now, Out: w.out, Password: password, Once: o.once, Limit: demoLimit}
			return []run.Part{
				{Name: "invented feeds", Run: func(ctx context.Context) error { return demo.Serve(ctx, sites, now) }},
				{Name: "show", Run: func(ctx context.Context) error { return show.Run(ctx, u) }},
			}, nil
		}})
}

// preferred keeps an address that is free and else lets the system choose, so
// that a demonstration runs beside whatever else does.
func preferred(addr string) string {
	if portFree(addr) {
		return addr
	}
	return "127.0.0.1:0"
}

func readSeed(dir string) (map[string][]byte, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder; name the configuration folder with --config", dir)
	}
	return config.ReadFiles(os.DirFS(dir))
}
