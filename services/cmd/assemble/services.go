package assemble

import (
	"context"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/archiver"
	"github.com/kulkul-ews/kulkul/services/collector"
	"github.com/kulkul-ews/kulkul/services/console"
	"github.com/kulkul-ews/kulkul/services/detector"
	"github.com/kulkul-ews/kulkul/services/intake"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/tagger"
)

// Runner is what every service is, once made.
type Runner interface {
	Run(context.Context) error
}

// Service is a service of this process.
type Service struct {
	Name   string
	Runner Runner
}

// Names of the services, in the order in which one process starts them: those
// downstream first, so that nothing comes in before it can go through, and
// stopping in reverse lets what came in drain.
func Names() []string {
	return []string{"archiver", "tagger", "detector", "notifier", "console", "intake", "collector"}
}

// Service builds one service with its own constructor.
func (p *Process) Service(name string) (Service, error) {
	runner, err := p.build(name)
	if err != nil {
		return Service{}, fmt.Errorf("make %s: %w", name, err)
	}
	return Service{Name: name, Runner: runner}, nil
}

func (p *Process) build(name string) (Runner, error) {
	f, log := p.File, p.Log.With("service", name)
	switch name {
	case "archiver":
		return archiver.New(f.Archiver, archiver.Deps{Bus: p.Bus, Store: p.Store, Settings: p.Settings, Log: log, Metrics: p.Metrics, Now: p.Now})
	case "tagger":
		return tagger.New(f.Tagger, tagger.Deps{Bus: p.Bus, Store: p.Store, Settings: p.Settings, Log: log, Metrics: p.Metrics, Now: p.Now})
	case "detector":
		return detector.New(f.Detector, detector.Deps{Bus: p.Bus, Store: p.Store, Settings: p.Settings, Log: log, Metrics: p.Metrics, Now: p.Now})
	case "notifier":
		return notifier.New(f.Notifier, notifier.Deps{Bus: p.Bus, Store: p.Store, Settings: p.Settings, Log: log, Metrics: p.Metrics, Now: p.Now})
	case "console":
		// The pages behind the links in mails are the notifier's; the console is
		// the door that people can reach.
		answers, err := notifier.Answers(f.Notifier, notifier.Deps{Bus: p.Bus, Settings: p.Settings, Log: log, Now: p.Now})
		if err != nil {
			return nil, err
		}
		return console.New(f.Console, console.Deps{Bus: p.Bus, Store: p.Store, Settings: p.Settings, Files: p.Files, Dial: f.Collector.Dial, Log: log, Metrics: p.Metrics, Now: p.Now, Answers: answers})
	case "intake":
		// What a mail that comes back means is the notifier's to say; the intake is
		// the door that it comes in by.
		judge, err := notifier.Returns(f.Notifier, notifier.Deps{Bus: p.Bus, Settings: p.Settings, Log: log, Now: p.Now})
		if err != nil {
			return nil, err
		}
		return intake.New(f.Intake, intake.Deps{Judge: judge, Bus: p.Bus, Store: p.Store, Active: p.Active, Settings: p.Settings, Log: log, Metrics: p.Metrics, Now: p.Now})
	case "collector":
		return collector.New(f.Collector, collector.Deps{Bus: p.Bus, Settings: p.Settings, Log: log, Metrics: p.Metrics, Now: p.Now})
	}
	return nil, fmt.Errorf("there is no such service")
}
